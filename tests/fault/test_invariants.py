"""Each invariant finds nothing in a sound history, and what was planted in a bad one."""

import os
import time

import pytest

import history
import invariants as inv
from fault_load import CLIENTS, SETTINGS
from harness.desk import triagectl
from test_history import entry, life

S = 1_000_000


def ok(t, p, op, **more):
    return entry(t, p, "ok", op, **more)


def event(t, p, op, **more):
    return entry(t, p, "event", op, **more)


SOUND = life() + life("c2", "o2", t=10)

# (function, its sound history and arguments, its bad ones)
CASES = {
    "i1": (inv.i1_kept_until_the_end, (SOUND, {}), (SOUND[:3], {})),
    "i2_queue": (inv.i2_one_place, ({"a": "waiting", "b": "active"}, ["a"], ["a", "b"]),
                 ({"a": "active"}, ["a"], ["a"])),
    "i2_lost_place": (inv.i2_one_place, ({"a": "waiting"}, ["a"], ["a"]),
                      ({"a": "waiting"}, [], ["a"])),
    "i2_no_list": (inv.i2_one_place, ({}, [], []), ({}, [], ["a"])),
    "i2_not_live": (inv.i2_one_place, ({}, [], []), ({}, ["a"], [])),
    "i3": (inv.i3_one_responder, (SOUND,),
           (SOUND[:5] + [ok(6, "r1", "offer.accept", contact="c1")],)),
    "i4": (inv.i4_capacity, (SOUND, 1),
           ([event(i, "r0", "offer.new", contact="c%d" % i, offer="x") for i in range(2)], 1)),
    "offer_late": (inv.offers_end, (SOUND, 3), (
        [event(0, "r0", "offer.new", contact="c", offer="x"),
         event(4 * S, "r0", "offer.gone", contact="c", offer="x", detail="expired")], 3)),
    "offer_endless": (inv.offers_end, (SOUND, 3), (
        [event(0, "r0", "offer.new", contact="c", offer="x"), event(4 * S, "r0", "other")], 3)),
    "i6": (inv.i6_nobody_waits_beside_the_free, (SOUND,),
           (SOUND[:2] + [event(2 * S, "r0", "offer.new", contact="c1", offer="x")],)),
    "i9": (inv.i9_same_answer, (SOUND,),
           (SOUND + [ok(9, "fe0", "contact.open", ref="o1", contact="c9")],)),
    "i10": (inv.i10_urgent_first, (SOUND, {"c1": "low", "c2": "urgent"}), (
        [ok(0, "fe0", "contact.open", ref="a", contact="c2"),
         ok(1, "fe0", "contact.open", ref="b", contact="c1"),
         event(S, "r0", "offer.new", contact="c1", offer="x"),
         event(2 * S, "r0", "offer.new", contact="c2", offer="y")],
        {"c1": "low", "c2": "urgent"})),
    "i11": (inv.i11_bounded_bypass, (SOUND,), (
        [ok(0, "fe0", "contact.open", ref="a", contact="c1"),
         ok(S, "fe0", "contact.open", ref="b", contact="c2"),
         event(2 * S, "r0", "offer.new", contact="c2", offer="x"),
         event(3 * S, "r0", "offer.new", contact="c1", offer="y")],)),
    "i13": (inv.i13_ledger_time, ([1, 1, 2],), ([1, 3, 2],)),
    "i14": (inv.i14_never_lower, (
        [event(1, "fe0", "contact.update", contact="c", detail="urgent"),
         ok(2, "lead", "contact.level", contact="c"),
         event(3, "fe0", "contact.update", contact="c", detail="low")],), (
        [event(1, "fe0", "contact.update", contact="c", detail="urgent"),
         event(3, "fe0", "contact.update", contact="c", detail="low")],)),
    "i16_two": (inv.i16_dispatches, (
        [ok(1, "r0", "contact.escalate", contact="c", offer="d1"),
         ok(2, "desk", "dispatch.ack", offer="d1")],), (
        [ok(1, "r0", "contact.escalate", contact="c", offer="d1"),
         ok(2, "desk", "dispatch.ack", offer="d1"), ok(2, "desk", "dispatch.ack", offer="d2"),
         ok(3, "r0", "contact.escalate", contact="c", offer="d2")],)),
    "i16_forgotten": (inv.i16_dispatches, ([],),
                      ([ok(1, "r0", "contact.escalate", contact="c", offer="d1")],)),
    "answer_late": (inv.answered_in_time, (SOUND,), (
        [entry(0, "fe0", "invoke", "contact.open", ref="a"),
         ok(6 * S, "fe0", "contact.open", ref="a", contact="c")],)),
    "answer_never": (inv.answered_in_time, (SOUND,),
                     ([entry(0, "fe0", "invoke", "contact.open", ref="a")],)),
    "quiet": (inv.quiet_after, (SOUND + [event(20 * S, "x", "end")], 5), (
        SOUND[:2] + [event(20 * S, "x", "end")], 5)),
    "loss": (inv.loss_told, (
        SOUND[:5] + [event(6, "fe0", "session.lost"),
                     event(7, "r0", "contact.left", contact="c1"), event(9 * S, "x", "end")],), (
        SOUND[:5] + [event(6, "fe0", "session.lost"), event(9 * S, "x", "end")],)),
    "limit": (inv.within_limits, ([{"fds": 3}],), ([{"fds": 30}],)),
}
LIMITS = {"limit": {"fds": 10}}


@pytest.mark.parametrize("name", CASES)
def test_catches_what_was_planted(name):
    function, sound, bad = CASES[name]
    more = LIMITS.get(name, {})
    assert function(*sound, **more) == []
    assert function(*bad, **more) != []


@pytest.mark.parametrize("name", ["offer_late", "i6", "answer_late"])
def test_declared_faults_excuse_delays(name):
    function, _, bad = CASES[name]
    assert function(*bad, windows=[(0, 10 * S)]) == []


# ---- on a running center

def load_with_history(center, run, seconds=4, rate=100):
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=seconds, rate=rate)
    told = load.result()
    assert told["unfinished"] == 0
    return n, history.read(load.file)


def test_sound_center_holds_them_all(center, run):
    n, entries = load_with_history(center, run)
    levels = {e["contact"]: "low" for e in entries if e.get("contact")}
    assert inv.i1_kept_until_the_end(entries, {}) == []
    assert inv.i3_one_responder(entries) == []
    assert inv.i4_capacity(entries, 64) == []
    assert inv.offers_end(entries, 3) == []
    assert inv.i6_nobody_waits_beside_the_free(entries) == []
    assert inv.i9_same_answer(entries) == []
    assert inv.i10_urgent_first(entries, levels) == []
    assert inv.i11_bounded_bypass(entries, most=2) == []
    assert inv.answered_in_time(entries) == []
    # I12, I13: the ledger decides the same again, from empty to the state as it is.
    again = triagectl("replay", "--center", "center", "--store", center.redis.url)
    assert again.returncode == 0, again.stdout + again.stderr
    samples = [{"fds": len(os.listdir("/proc/%d/fd" % n.pid))}]
    assert inv.within_limits(samples, fds=100) == []


def test_one_place_at_any_moment(center):
    """I2 on a center that waits, offers and serves: what it lists, and what its store holds."""
    center.node(clients=CLIENTS, **SETTINGS)
    front = center.session("fe0", role="frontend")
    for level in ("low", "urgent", "low", "high"):
        center.open(front, level)
    r = center.session("r0", role="responder")
    r.request("responder.set", presence="ready", capacity=3)
    offer = r.note("offer.new")
    r.request("offer.accept", offer=offer["offer"])
    time.sleep(0.3)
    lead = center.session("lead", role="supervisor")
    listed = {c["contact"]: c["state"] for c in lead.request("contact.list", limit=100)["contacts"]}
    queued = [x.decode() for x in center.redis.command("ZRANGE", "t:{center}:q", "0", "-1")]
    live = [x.decode() for x in center.redis.command("SMEMBERS", "t:{center}:live")]
    assert len(listed) == 4 and inv.i2_one_place(listed, queued, live) == []
