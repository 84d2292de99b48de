"""A private redis-server on a Unix socket, as durable as the daemon asks for."""

import os
import socket
import subprocess
import time


class Redis:
    def __init__(self, directory, program="redis-server"):
        self.directory, self.program = directory, program
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.socket = os.path.join(directory, "redis.sock")
        self.url = "unix:" + self.socket
        self.process = None

    def _spawn(self, prefix):
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, self.program, "--port", "0", "--unixsocket", self.socket,
                 "--unixsocketperm", "700", "--dir", self.directory, "--appendonly", "yes",
                 "--appendfsync", "always", "--aof-load-truncated", "no", "--save", "",
                 "--maxmemory-policy", "noeviction", "--auto-aof-rewrite-percentage", "0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _repair(self):
        """What a kill tore is cut off, as its operator would do it. False: it is something else."""
        manifest = os.path.join(self.directory, "appendonlydir", "appendonly.aof.manifest")
        return os.path.exists(manifest) and subprocess.run(
            ["redis-check-aof", "--fix", manifest], input=b"y\n", stdout=subprocess.DEVNULL,
            check=False).returncode == 0

    def start(self, prefix=(), timeout=15.0):
        self._spawn(prefix)
        repaired = False
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                if repaired or not self._repair():
                    raise RuntimeError("redis-server ended with %d" % self.process.returncode)
                repaired = True
                self._spawn(prefix)
            try:
                if self.command("PING") == "PONG":
                    return self
            except (OSError, RuntimeError):
                pass  # not listening yet, or still loading
            time.sleep(0.02)
        raise RuntimeError("redis-server not ready in time")

    def command(self, *words, timeout=5.0):
        """One command; strings and integers as they are, arrays as lists."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout)
            s.connect(self.socket)
            s.sendall(encode(words))
            with s.makefile("rb") as f:
                return decode(f)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


def encode(words):
    out = b"*%d\r\n" % len(words)
    for w in words:
        b = w if isinstance(w, bytes) else str(w).encode()
        out += b"$%d\r\n%s\r\n" % (len(b), b)
    return out


def decode(f):
    line = f.readline().rstrip(b"\r\n")
    kind, rest = line[:1], line[1:]
    if kind == b"+":
        return rest.decode()
    if kind == b"-":
        raise RuntimeError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        n = int(rest)
        return None if n < 0 else f.read(n + 2)[:-2]
    if kind == b"*":
        return None if int(rest) < 0 else [decode(f) for _ in range(int(rest))]
    raise OSError("connection lost")
