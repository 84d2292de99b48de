"""A proxy on loopback that behaves like a bad network: between daemon and Redis, or between
clients and daemon, over TCP ("host:port", "tcp:host:port") or Unix sockets ("unix:PATH").

    with Proxy("unix:/x/bad.sock", "unix:/x/redis.sock") as p:
        p.delay(0.2)                            # both ways, from now on
        p.throttle(1000, TO_CLIENT)             # bytes a second
        p.cut_at(4096, TO_SERVER)               # connections end behind so many bytes
        p.on_chunk = after(b"t1_commit", CUT)   # decide on what passes
        p.freeze(); p.thaw(); p.cut_now(); p.half_close(TO_SERVER); p.heal()

One thread, no busy waiting. Faults apply to open connections and to those to come."""

import collections
import os
import random
import selectors
import socket
import struct
import threading
import time

TO_SERVER, TO_CLIENT = "to_server", "to_client"
BOTH = (TO_SERVER, TO_CLIENT)

# What on_chunk(way, data) may answer. CUT: the chunk does not pass and the connection ends;
# PASS_AND_CUT: it passes, nothing after it does; DROP: it is swallowed; TWICE: it passes twice;
# LATE: it and what follows it on this connection pass only after late_s seconds, even when its
# sender has given the connection up long before.
PASS, CUT, PASS_AND_CUT, DROP, TWICE, LATE = "pass", "cut", "pass_and_cut", "drop", "twice", "late"

CHUNK = 65536
HELD_MAX = 1 << 20  # bytes on their way before the sender is made to wait


def parse_address(text):
    if text.startswith("unix:"):
        return socket.AF_UNIX, text[5:]
    host, port = text.removeprefix("tcp:").rsplit(":", 1)
    return socket.AF_INET, (host, int(port))


class Way:
    """One direction of a connection."""

    def __init__(self, name, source, sink):
        self.name, self.source, self.sink = name, source, sink
        self.queue = collections.deque()  # (due, bytes)
        self.held = self.seen = 0  # bytes on their way; bytes read from the source ever
        self.allowance = 0.0  # bytes a throttled way may write now
        self.allowed_at = time.monotonic()
        self.at_end = self.ending = False  # source has ended; the connection ends behind the queue

    def put(self, due, data):
        self.queue.append((due, data))
        self.held += len(data)


class Connection:
    def __init__(self, client, server):
        self.ways = {TO_SERVER: Way(TO_SERVER, client, server),
                     TO_CLIENT: Way(TO_CLIENT, server, client)}
        self.sockets = (client, server)
        self.registered = {}

    def of_source(self, sock):
        return self.ways[TO_SERVER if sock is self.sockets[0] else TO_CLIENT]


class Proxy:
    def __init__(self, listen, target):
        self.target = target
        family, where = parse_address(listen)
        self.unix_path = where if family == socket.AF_UNIX else None
        self.listener = socket.socket(family)
        if family == socket.AF_INET:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(where)
        self.listener.listen(1024)
        self.listener.setblocking(False)
        port = "" if self.unix_path else "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.address = port or "unix:" + self.unix_path
        self.url = self.address if self.unix_path else "tcp:" + port
        self.accepted = self.cuts = 0
        self.connections = []
        self.on_chunk = None
        self.late_s = 5.0
        self._reset_faults()
        self._lock = threading.RLock()
        self._stop = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.listener, selectors.EVENT_READ, None)
        self._selector.register(self._wake_in, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- faults

    def _reset_faults(self):
        self._delay = dict.fromkeys(BOTH, (0.0, 0.0))
        self._rate = dict.fromkeys(BOTH)
        self._frozen = dict.fromkeys(BOTH, False)
        self._cut_at = dict.fromkeys(BOTH)
        self._refusing = False
        self.on_chunk = None

    def _change(self, act):
        with self._lock:
            act()
        self._wake_out.send(b"x")

    def _set(self, table, value, ways):
        ways = (ways,) if isinstance(ways, str) else ways
        self._change(lambda: table.update(dict.fromkeys(ways, value)))

    def delay(self, seconds, ways=BOTH, jitter=0.0):
        self._set(self._delay, (seconds, jitter), ways)

    def throttle(self, bytes_per_s, ways=BOTH):
        self._set(self._rate, bytes_per_s, ways)

    def freeze(self, ways=BOTH):
        """Nothing passes, nothing is lost, nobody is told."""
        self._set(self._frozen, True, ways)

    def thaw(self, ways=BOTH):
        self._set(self._frozen, False, ways)

    def cut_at(self, n, ways):
        """Byte n and what follows it never pass; None: no cut."""
        self._set(self._cut_at, n, ways)

    def refuse(self, on=True):
        """New connections end at once."""
        self._change(lambda: setattr(self, "_refusing", on))

    def cut_now(self):
        self._change(lambda: [self._end(c) for c in list(self.connections)])

    def half_close(self, way):
        """The receiver of this direction sees its end; the other direction goes on."""
        def act():
            for c in self.connections:
                c.ways[way].at_end = True
                c.ways[way].queue.clear()
                self._shut(c.ways[way])
        self._change(act)

    def heal(self):
        self._change(self._reset_faults)

    def close(self):
        self._stop = True
        self._wake_out.send(b"x")
        self._thread.join(10)
        for c in list(self.connections):
            self._end(c)
        self.listener.close()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()
        if self.unix_path and os.path.exists(self.unix_path):
            os.unlink(self.unix_path)

    # ---- the thread

    def _run(self):
        while not self._stop:
            with self._lock:
                wait = self._arm()
            events = self._selector.select(wait)
            with self._lock:
                for key, mask in events:
                    self._serve(key, mask)
                for c in list(self.connections):
                    self._flush(c)

    def _arm(self):
        """Register what is worth waiting for; how long to wait at most."""
        wait, now = None, time.monotonic()
        for c in self.connections:
            want = dict.fromkeys(c.sockets, 0)
            for w in c.ways.values():
                if self._frozen[w.name]:
                    continue
                if not w.at_end and not w.ending and w.held < HELD_MAX:
                    want[w.source] |= selectors.EVENT_READ
                if w.queue:
                    due = w.queue[0][0] - now
                    if due <= 0 and self._rate[w.name] is None:
                        want[w.sink] |= selectors.EVENT_WRITE
                    else:
                        due = max(due, 0.005)
                        wait = due if wait is None else min(wait, due)
            for s, mask in want.items():
                self._register(c, s, mask)
        return wait

    def _register(self, c, s, mask):
        if c.registered.get(s, 0) == mask:
            return
        if not mask:
            self._selector.unregister(s)
        elif c.registered.get(s, 0):
            self._selector.modify(s, mask, c)
        else:
            self._selector.register(s, mask, c)
        c.registered[s] = mask

    def _serve(self, key, mask):
        c = key.data
        if key.fileobj is self.listener:
            self._accept()
        elif key.fileobj is self._wake_in:
            self._wake_in.recv(4096)
        elif c in self.connections and mask & selectors.EVENT_READ:
            self._read(c, c.of_source(key.fileobj))

    def _accept(self):
        try:
            client, _ = self.listener.accept()
        except OSError:
            return
        self.accepted += 1
        family, where = parse_address(self.target)
        server = socket.socket(family)
        try:
            if self._refusing:
                raise ConnectionRefusedError
            server.connect(where)
        except OSError:
            client.close()
            server.close()
            return
        for s in (client, server):
            s.setblocking(False)
            if s.family == socket.AF_INET:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(Connection(client, server))

    def _read(self, c, w):
        try:
            data = w.source.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            w.at_end = True
            return
        limit = self._cut_at[w.name]
        if limit is not None and w.seen + len(data) >= limit:
            data = data[:max(0, limit - w.seen)]
            w.ending = True
        w.seen += len(data)
        what = self.on_chunk(w.name, data) if self.on_chunk else PASS
        seconds, jitter = self._delay[w.name]
        due = time.monotonic() + seconds + random.uniform(0, jitter)
        due += self.late_s if what == LATE else 0
        if w.queue and w.queue[-1][0] > due:
            due = w.queue[-1][0]  # a stream keeps its order
        if what == CUT:
            self._end(c)
        elif what != DROP and data:
            w.put(due, data * 2 if what == TWICE else data)
        if what == PASS_AND_CUT:
            # What comes back meanwhile must not pass either.
            back = c.ways[TO_CLIENT if w.name == TO_SERVER else TO_SERVER]
            back.at_end = True
            back.queue.clear()
            w.ending = True

    def _allowance(self, w):
        rate = self._rate[w.name]
        if rate is None:
            return CHUNK
        now = time.monotonic()
        w.allowance = min(w.allowance + rate * (now - w.allowed_at), rate)
        w.allowed_at = now
        return int(w.allowance)

    def _flush(self, c):
        for w in c.ways.values():
            while not self._frozen[w.name] and w.queue and w.queue[0][0] <= time.monotonic():
                due, data = w.queue[0]
                n = min(len(data), self._allowance(w))
                if n == 0:
                    break
                try:
                    n = w.sink.send(data[:n])
                except BlockingIOError:
                    break
                except OSError:  # nobody there any more; the other direction may go on
                    w.at_end, w.held = True, 0
                    w.queue.clear()
                    break
                w.allowance -= n
                w.held -= n
                if n < len(data):
                    w.queue[0] = (due, data[n:])
                else:
                    w.queue.popleft()
            if w.ending and not w.queue:
                self._end(c)
                return
            if w.at_end and not w.queue:
                self._shut(w)
        if all(w.at_end and not w.queue for w in c.ways.values()):
            self._end(c, count=False)

    @staticmethod
    def _shut(w):
        try:
            w.sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _end(self, c, count=True):
        if c not in self.connections:
            return
        self.connections.remove(c)
        self.cuts += count
        for s in c.sockets:
            self._register(c, s, 0)
            if count and s.family == socket.AF_INET:  # a reset, as of a cut line
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()


def after(needle, what, times=1, way=TO_SERVER):
    """An on_chunk that does `what` to the next `times` chunks that hold these bytes."""
    left = [times]

    def decide(name, data):
        if name == way and left[0] > 0 and needle in data:
            left[0] -= 1
            return what
        return PASS
    return decide
