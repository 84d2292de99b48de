"""What tests of islands do again and again: a store that
stands still, a conversation, a node looked at."""

import os
import signal
import time

from harness.center import TEXT, eventually

QUICK = 1.0  # a request's answer while the store stalls, in seconds


def stop_store(center):
    os.kill(center.redis.process.pid, signal.SIGSTOP)


def continue_store(center):
    os.kill(center.redis.process.pid, signal.SIGCONT)


def timed(session, method, **params):
    begin = time.monotonic()
    try:
        return session.request(method, **params)
    finally:
        took = time.monotonic() - begin
        assert took < QUICK, "%s took %.2f s" % (method, took)


def timed_open(center, session, level="low", **more):
    params = {"channel": "chat", "text": TEXT[level], "lang": "en", "ref": center.ref()}
    params.update(more)
    return timed(session, "contact.open", **params)


def status(center, n=None):
    s = center.session("root", at=n)
    got = s.request("node.status")
    s.close()
    return got


def settled(center, n=None):
    """Everything is where it belongs: a status with an empty spool in normal mode."""
    def look():
        s = status(center, n)
        return s if s["spool"]["state"] == "idle" and s["mode"] == "normal" else None
    return eventually(look, 10)


def listed(center, n=None):
    s = center.session("lead", at=n)
    got = {c["contact"]: c for c in s.request("contact.list")["contacts"]}
    s.close()
    return got


def a_conversation(center, gateway, ann, level="high"):
    """A contact from its beginning to its end; its id."""
    opened = timed_open(center, gateway, level)
    c = opened["contact"]
    offer = ann.note("offer.new", 5, contact=c)
    assert timed(ann, "offer.accept", offer=offer["offer"])["state"] == "active"
    gateway.note("contact.connected", contact=c)
    timed(gateway, "contact.say", contact=c, ref=center.ref(), text="hello there")
    assert ann.note("contact.said", contact=c)["text"] == "hello there"
    timed(ann, "contact.say", contact=c, ref=center.ref(), text="hello here")
    assert gateway.note("contact.said", contact=c)["text"] == "hello here"
    return c


def close(center, ann, c):
    timed(ann, "contact.close", contact=c, disposition="resolved", outcome={})
    timed(ann, "responder.done", contact=c)
