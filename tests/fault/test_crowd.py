"""A crowd waits when the leading node is killed: how long until the other one offers again, and that
none of them is missing. CROWD sets how many."""

import json
import os
import time

import gaps
from devkit import line
from fault_load import CLIENTS, SETTINGS
from harness.center import eventually

CROWD = int(os.environ.get("CROWD", "20000"))
AT_ONCE = 500  # unanswered requests of the front end
LEASE_S = 3.0
# Of a hundred thousand: five seconds in all, of which the lease may take three.
LIMIT_S = LEASE_S + 2.0


def opening(i):
    """The request that opens one of the crowd: each a person of their own."""
    return json.dumps({"jsonrpc": "2.0", "id": "c%d" % i, "method": "contact.open", "params": {
        "ref": "crowd-%d" % i, "channel": "chat", "lang": "en", "text": "hello",
        "from": "+1%09d" % i}}).encode() + b"\n"


def fill(session, n):
    ids = set()
    for first in range(0, n, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, n))
        session.send_raw(b"".join(map(opening, numbers)), 30)
        ids |= {session.answer("c%d" % i, 30)["contact"] for i in numbers}
    return ids


def live(center):
    return {i.decode() for i in center.redis.command("SMEMBERS", "t:{center}:live", timeout=30)}


def ready(responder):
    try:
        return responder.request("responder.set", presence="ready", timeout=60)
    except line.RpcError as e:
        assert e.code == 8
        return None


def test_crowd_is_taken_over(center):
    first = center.node("n1", clients=CLIENTS, **SETTINGS)
    second = center.node("n2", clients=CLIENTS, **SETTINGS)
    ids = fill(center.session("fe0", at=first, role="frontend"), CROWD)
    assert len(ids) == CROWD
    eventually(lambda: live(center) == ids, 60)  # some may still be on their way from the spool
    responder = center.session("r0", at=second, role="responder")
    first.kill()
    at = time.monotonic()
    eventually(lambda: ready(responder), 60, 0.01)
    responder.note("offer.new", 60)
    took_s = time.monotonic() - at
    gaps.note("crowd", contacts=CROWD, offers_resume_s=took_s)
    assert live(center) == ids
    assert took_s <= LIMIT_S
