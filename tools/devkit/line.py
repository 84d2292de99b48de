"""A line session: JSON-RPC 2.0 over TLS, one object a line, without threads.

One socket, one reader: whoever waits for an answer or a notification reads what arrives and
keeps the rest for whoever asks next. Every wait has a deadline."""

import collections
import json
import select
import socket
import ssl
import time

CODES = {1: "unauthenticated", 2: "forbidden", 3: "not_found", 4: "stale", 5: "invalid_state",
         6: "rate_limited", 7: "too_large", 8: "unavailable", 9: "conflict", 10: "invalid_params"}


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.code = error.get("code")
        self.message = error.get("message", "")
        self.data = error.get("data") or {}
        self.reason = self.data.get("reason", "")


class Closed(Exception):
    """The other side ended the session."""


class Deadline(Exception):
    """Nothing suitable arrived in time."""


def context(tls, versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version, c.maximum_version = versions
    c.load_verify_locations(tls.ca)
    if tls.cert:
        c.load_cert_chain(tls.cert, tls.key)
    return c


class Session:
    """`address` is "host:port"; `tls` a pki.Tls (or an ssl.SSLContext)."""

    def __init__(self, address, tls, timeout=5.0):
        host, port = address.rsplit(":", 1)
        raw = socket.create_connection((host, int(port)), timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        c = tls if isinstance(tls, ssl.SSLContext) else context(tls)
        try:
            self.socket = c.wrap_socket(raw, server_hostname="localhost")
        except OSError:
            raw.close()
            raise
        self.socket.setblocking(False)
        self.hello_result = None
        self.notes = collections.deque()
        self.closed = False
        self._answers = {}
        self._rest = b""
        self._next = 0

    def fileno(self):
        return self.socket.fileno()

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.closed = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- sending

    def send_raw(self, data, timeout=5.0):
        end = time.monotonic() + timeout
        view = memoryview(data)
        while view:
            try:
                view = view[self.socket.send(view):]
            except ssl.SSLWantWriteError:
                self._wait(end, write=True)
            except ssl.SSLWantReadError:
                self._wait(end)
            except OSError as e:
                self.closed = True
                raise Closed(str(e)) from None

    def send(self, method, params):
        self._next += 1
        self.send_raw(json.dumps({"jsonrpc": "2.0", "id": self._next, "method": method,
                                  "params": params}).encode() + b"\n")
        return self._next

    def request(self, method, timeout=5.0, **params):
        """The result, or RpcError. Parameters named as in the protocol; from_ stands for from."""
        if "from_" in params:
            params["from"] = params.pop("from_")
        return self.answer(self.send(method, params), timeout)

    def hello(self, role, **more):
        self.hello_result = self.request("session.hello", protocol=1, role=role, **more)
        return self.hello_result

    # ---- receiving

    def _wait(self, end, write=False):
        left = end - time.monotonic()
        if left <= 0:
            raise Deadline("no progress in time")
        poll = select.poll()  # select() takes no descriptor above 1023
        poll.register(self, select.POLLIN | (select.POLLOUT if write else 0))
        poll.poll(left * 1000)

    def poll(self):
        """Take in whatever has arrived. True when there was something."""
        got = False
        while not self.closed:
            try:
                data = self.socket.recv(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError:
                data = b""
            if not data:
                self.closed = True
                break
            got = True
            self._feed(data)
        return got

    def _feed(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            o = json.loads(line)
            if "method" in o:
                self.notes.append((o["method"], o.get("params", {})))
            else:
                self._answers[o.get("id")] = o

    def _until(self, found, timeout, what):
        end = time.monotonic() + timeout
        while True:
            self.poll()
            r = found()
            if r is not None:
                return r
            if self.closed:
                raise Closed("session ended while waiting for %s" % what)
            if time.monotonic() >= end:
                raise Deadline("%s: nothing within %.1f s; kept: %s" % (what, timeout,
                                                                      list(self.notes)))
            self._wait(end + 0.001)

    def raw_answer(self, number, timeout=5.0):
        """The whole answer object; number None is an answer whose id could not be read."""
        return self._until(lambda: self._answers.pop(number, None), timeout,
                           "answer %s" % number)

    def answer(self, number, timeout=5.0):
        o = self.raw_answer(number, timeout)
        if "error" in o:
            raise RpcError(o["error"])
        return o["result"]

    def _matching(self, method, match):
        for i, (name, params) in enumerate(self.notes):
            if name == method and all(params.get(k) == v for k, v in match.items()):
                del self.notes[i]
                return params
        return None

    def note(self, method, timeout=5.0, **match):
        """The next notification of that method whose parameters match."""
        return self._until(lambda: self._matching(method, match), timeout,
                           "%s %s" % (method, match or ""))

    def quiet(self, method, seconds, **match):
        """True when no such notification arrives for so long."""
        try:
            self.note(method, seconds, **match)
        except Deadline:
            return True
        return False

    def wait_closed(self, timeout=5.0):
        end = time.monotonic() + timeout
        while not self.poll() and not self.closed:
            self._wait(end)
        if not self.closed:
            self.wait_closed(max(0.0, end - time.monotonic()))
