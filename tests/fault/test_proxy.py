"""The proxy does to a connection what it says, and nothing else."""

import os
import socket
import threading
import time

import pytest

from harness import proxy
from harness.proxy import TO_CLIENT, TO_SERVER, Proxy


class Echo:
    """Sends back what it gets; keeps what it got."""

    def __init__(self, address):
        family, where = proxy.parse_address(address)
        self.listener = socket.socket(family)
        self.listener.bind(where)
        self.listener.listen(16)
        if family == socket.AF_INET:
            address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.address = address
        self.got = b""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        with s:
            try:
                while data := s.recv(65536):
                    self.got += data
                    s.sendall(data)
            except OSError:
                pass


@pytest.fixture(params=["tcp", "unix"])
def bad(request, tmp_path):
    unix = request.param == "unix"
    echo = Echo("unix:%s/e" % tmp_path if unix else "127.0.0.1:0")
    with Proxy("unix:%s/p" % tmp_path if unix else "127.0.0.1:0", echo.address) as p:
        p.echo = echo
        yield p
    echo.listener.close()


def connect(p):
    family, where = proxy.parse_address(p.address)
    s = socket.socket(family)
    s.settimeout(5)
    s.connect(where)
    return s


def read(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            break
        data += more
    return data


def ends(s):
    try:
        return s.recv(1) == b""
    except ConnectionError:
        return True


def test_passes_everything_unchanged(bad):
    data = os.urandom(3_000_000)
    with connect(bad) as s:
        threading.Thread(target=s.sendall, args=(data,), daemon=True).start()
        assert read(s, len(data)) == data


def test_end_of_stream_passes(bad):
    with connect(bad) as s:
        s.sendall(b"x")
        assert read(s, 1) == b"x"
        s.shutdown(socket.SHUT_WR)
        assert ends(s)


def test_delay(bad):
    bad.delay(0.1)
    with connect(bad) as s:
        t = time.monotonic()
        s.sendall(b"x")
        assert read(s, 1) == b"x"
        assert 0.2 <= time.monotonic() - t < 1.0


def test_throttle(bad):
    bad.throttle(100_000, TO_SERVER)
    with connect(bad) as s:
        t = time.monotonic()
        s.sendall(b"x" * 50_000)
        assert read(s, 50_000) == b"x" * 50_000
        assert 0.3 <= time.monotonic() - t < 3.0


@pytest.mark.parametrize("n", [0, 1, 7, 1000])
def test_cut_behind_so_many_bytes(bad, n):
    bad.cut_at(n, TO_SERVER)
    with connect(bad) as s:
        s.sendall(b"y" * 2000)
        while not ends(s):
            pass
    time.sleep(0.05)
    assert bad.echo.got == b"y" * n and bad.cuts == 1


def test_cut_in_the_answer(bad):
    bad.cut_at(5, TO_CLIENT)
    with connect(bad) as s:
        s.sendall(b"0123456789")
        assert s.recv(100) == b"01234"
        assert ends(s)
    assert bad.echo.got == b"0123456789"


def test_request_passes_its_answer_does_not(bad):
    bad.on_chunk = proxy.after(b"commit", proxy.PASS_AND_CUT)
    with connect(bad) as s:
        s.sendall(b"hello")
        assert read(s, 5) == b"hello"
        s.sendall(b"commit")
        assert ends(s)
    time.sleep(0.05)
    assert bad.echo.got == b"hellocommit"


def test_twice_and_swallowed(bad):
    with connect(bad) as s:
        bad.on_chunk = proxy.after(b"a", proxy.TWICE)
        s.sendall(b"a")
        assert read(s, 2) == b"aa"
        bad.on_chunk = proxy.after(b"b", proxy.DROP)
        s.sendall(b"b")
        time.sleep(0.1)
        s.sendall(b"c")
        assert read(s, 1) == b"c"


def test_late_arrives_although_its_sender_is_gone(bad):
    bad.late_s = 0.3
    with connect(bad) as s:
        bad.on_chunk = proxy.after(b"a", proxy.LATE)
        s.sendall(b"abc")
        time.sleep(0.1)
    assert bad.echo.got == b""
    time.sleep(0.5)
    assert bad.echo.got == b"abc"


def test_freeze_loses_nothing(bad):
    with connect(bad) as s:
        bad.freeze()
        s.sendall(b"x")
        s.settimeout(0.2)
        with pytest.raises(TimeoutError):
            s.recv(1)
        bad.thaw()
        s.settimeout(5)
        assert read(s, 1) == b"x"


def test_half_close(bad):
    with connect(bad) as s:
        s.sendall(b"x")
        assert read(s, 1) == b"x"
        bad.half_close(TO_SERVER)
        assert ends(s)  # the echo server saw the end, and ended too


def test_cut_now_refuse_and_heal(bad):
    with connect(bad) as s:
        s.sendall(b"x")
        assert read(s, 1) == b"x"
        bad.cut_now()
        assert ends(s)
    bad.refuse()
    with connect(bad) as s:
        assert ends(s)
    bad.heal()
    with connect(bad) as s:
        s.sendall(b"x")
        assert read(s, 1) == b"x"
