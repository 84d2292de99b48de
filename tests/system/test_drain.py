"""Stopping in order: no new sessions, open conversations end, nothing is lost."""

import signal

import pytest

from devkit import line


def test_stop_without_conversations_is_quick_and_clean(running):
    gateway = running.session("gateway")
    c = running.open(gateway)["contact"]
    assert running.nodes[0].stop(5) == 0
    running.nodes[0].start()
    lead = running.session("lead")
    assert lead.request("contact.get", contact=c)["state"] in ("waiting", "offered")


def test_drain_lets_conversations_end(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    running.take(ann, c)
    n = running.nodes[0]
    running.session("root").request("node.drain")
    with pytest.raises((OSError, line.Closed, line.Deadline, line.RpcError)):
        running.session("webchat")
    gateway.request("contact.say", contact=c, ref="s1", text="still here")
    assert ann.note("contact.said", contact=c)["text"] == "still here"
    ann.request("contact.close", contact=c, disposition="resolved", outcome={})
    ann.request("responder.done", contact=c)
    assert n.process.wait(10) == 0


def test_second_signal_means_now(center):
    n = center.node(drain_s=300)
    ann, gateway = center.responder("ann"), center.session("gateway")
    c = center.open(gateway)["contact"]
    center.take(ann, c)
    n.signal(signal.SIGTERM)
    assert gateway.request("session.ping")["now"]
    n.signal(signal.SIGTERM)
    assert n.process.wait(5) is not None


def test_drain_time_is_a_limit(center):
    n = center.node(drain_s=1)
    ann, gateway = center.responder("ann"), center.session("gateway")
    center.take(ann, center.open(gateway)["contact"])
    n.signal(signal.SIGTERM)
    assert n.process.wait(6) == 0
