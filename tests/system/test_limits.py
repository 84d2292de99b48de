"""Peers who send nonsense, too much, too fast or too slowly."""

import json
import socket
import time

import pytest

from devkit.line import Closed, Deadline, RpcError

BAD = [
    (b"{", -32700), (b"nonsense", -32700), (b'{"jsonrpc":"2.0","id":7} x', -32700),
    (b'{"jsonrpc":"2.0","id":7,"id":8,"method":"session.ping"}', -32700),
    (b'{"jsonrpc":"2.0","id":7,"method":"session.ping","x":"\xff"}', -32700),
    (b'{"jsonrpc":"2.0","id":7,"method":"session.ping","x":"\\u0000"}', -32700),
    (b'{"jsonrpc":"2.0","id":1e999,"method":"session.ping"}', -32700),
    (b"[" * 40 + b"]" * 40, None),
    (b"[]", -32600), (b"7", -32600), (b'{"id":7,"method":"session.ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":7,"method":7}', -32600),
    (b'{"jsonrpc":"2.0","id":7,"method":"no.such"}', -32601),
    (b'{"jsonrpc":"2.0","id":7,"method":"contact.open","params":[]}', -32602),
]


@pytest.mark.parametrize("bad,code", BAD)
def test_bad_line_is_answered_and_the_session_stays(running, bad, code):
    s = running.session("gateway")
    s.send_raw(bad + b"\n")
    o = None
    for number in (None, 7):
        try:
            o = s.raw_answer(number, 1.0)
            break
        except Deadline:
            continue
    assert o is not None and "error" in o
    if code is not None:
        assert o["error"]["code"] == code
    assert s.request("session.ping")["now"]


def test_id_of_a_readable_request_is_given_back(running):
    s = running.session("gateway")
    s.send_raw(b'{"jsonrpc":"2.0","id":"abc","method":"no.such"}\n')
    assert s.raw_answer("abc")["error"]["code"] == -32601


def test_error_does_not_repeat_words(running):
    s = running.session("gateway")
    s.send_raw(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "contact.open", "params": {
        "ref": "x", "channel": "canary-channel", "text": "canary-text"}}).encode() + b"\n")
    assert "canary" not in json.dumps(s.raw_answer(7))


def test_text_at_the_limit_and_over(running):
    s = running.session("gateway")
    assert running.open(s, text="a" * 16384)["contact"]
    with pytest.raises(RpcError) as e:
        running.open(s, text="a" * 16385)
    assert e.value.code in (7, 10, -32602)
    assert s.request("session.ping")["now"]


def test_line_over_the_limit_is_told_and_closed(running):
    s = running.session("gateway")
    try:
        s.send_raw(b"x" * 70000 + b"\n")
    except Closed:
        pass
    assert s.raw_answer(None)["error"]["code"] == 7
    s.wait_closed()


def test_flood_is_limited(center):
    center.node(limits__requests_per_s=10)
    s = center.session("gateway")
    s.send_raw(b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"session.ping"}\n' % i
                        for i in range(100, 400)))
    limited = 0
    try:
        for i in range(100, 400):
            o = s.raw_answer(i, 1.0)
            limited += "error" in o and o["error"]["code"] == 6
    except (Closed, Deadline):
        pass
    assert limited > 0
    assert center.session("webchat").request("session.ping")["now"]


def test_half_a_line_is_given_up(center):
    center.node(deadlines__whole_line_ms=500)
    s = center.session("gateway")
    s.send_raw(b'{"jsonrpc":')
    s.wait_closed(3)


def test_silent_client_is_closed(center):
    center.node(deadlines__idle_ms=1000)
    s = center.session("gateway")
    time.sleep(0.7)
    s.request("session.ping")
    time.sleep(0.7)
    assert s.request("session.ping")["now"]
    s.wait_closed(3)


def test_handshake_that_stops_is_closed(center):
    n = center.node(deadlines__handshake_ms=500)
    host, port = n.address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 5) as raw:
        raw.settimeout(3)
        raw.sendall(b"\x16\x03\x01")
        assert raw.recv(100) == b""


def test_first_line_must_come(center):
    center.node(deadlines__first_line_ms=500)
    center.connect("gateway").wait_closed(3)


def test_session_limit(center):
    center.node(limits__sessions=3)
    kept = [center.session("gateway"), center.session("webchat"), center.session("ann")]
    with pytest.raises((Closed, OSError, RpcError, Deadline)):
        center.session("lead")
    assert all(s.request("session.ping") for s in kept)


def test_slow_reader_does_not_hold_up_others(running):
    slow = running.session("gateway")
    line = b'{"jsonrpc":"2.0","id":1,"method":"no.such.%s"}\n' % (b"x" * 2000)
    try:
        for _ in range(300):
            slow.send_raw(line, 0.5)
    except (Closed, Deadline):
        pass
    other = running.session("webchat")
    begin = time.monotonic()
    assert running.open(other)["contact"]
    assert time.monotonic() - begin < 1.0
