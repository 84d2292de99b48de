"""Several nodes, some of them away from the store: what an island decided is told to the others."""

import time

import pytest

from harness.center import TEXT, eventually
from harness.island import (a_conversation, close, continue_store, listed, settled, status,
                            stop_store, timed, timed_open)
from harness.proxy import Proxy


def two_nodes(center, behind_the_proxy):
    """Two nodes of one store, n1 leading, one of them behind a proxy: center, n1, n2, proxy."""
    center.start_redis()
    proxy = Proxy("unix:" + center.path("bad.sock"), center.redis.url)
    cut = {"store__url": "unix:" + center.path("bad.sock")}
    n1, n2 = (center.node(name, drain_s=0, **(cut if name == behind_the_proxy else {}))
              for name in ("n1", "n2"))
    assert status(center, n1)["leading"]
    yield center, n1, n2, proxy
    if center.redis.process.poll() is None:
        continue_store(center)
    proxy.thaw()
    for n in (n1, n2):
        n.stop()
    proxy.close()


@pytest.fixture
def apart(center):
    """The leading one can be cut off."""
    yield from two_nodes(center, "n1")


@pytest.fixture
def pair(center):
    """The one that follows can be cut off."""
    yield from two_nodes(center, "n2")


def test_a_leader_cut_off_tells_the_next_one(apart):
    center, n1, n2, proxy = apart
    gateway, ann = center.session("gateway", at=n1), center.responder("ann", at=n1, wrap_s=60)
    webchat, ben = center.session("webchat", at=n2), center.responder("ben", at=n2, wrap_s=60)
    before = center.open(gateway, "low", lang="en")["contact"]
    proxy.freeze()
    served = timed_open(center, gateway, "emergency")["contact"]  # offered to both, at first
    eventually(lambda: status(center, n1)["mode"] == "island", 8)
    ann.request("offer.accept", offer=ann.note("offer.new", 5, contact=served)["offer"])
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="hello there")
    assert ann.note("contact.said", contact=served)["text"] == "hello there"
    eventually(lambda: status(center, n2)["leading"], 10)
    over = center.open(gateway, "urgent", ref="over")["contact"]
    theirs = center.open(webchat, "emergency")["contact"]
    center.take(ben, theirs, 10)
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="still cut off")
    assert ann.note("contact.said", contact=served, text="still cut off")
    proxy.thaw()
    settled(center, n1)
    known = eventually(lambda: (lambda k: k if over in k else None)(listed(center, n2)), 10)
    assert set(known) == {before, served, over, theirs}
    assert known[served]["responder"] == "ann" and known[served]["state"] == "active"
    assert known[theirs]["responder"] == "ben"
    assert known[over]["level"] == "urgent"
    assert center.open(gateway, "urgent", ref="over")["contact"] == over
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="together again")
    assert ann.note("contact.said", contact=served, text="together again")
    said = center.session("lead", at=n2).request("contact.explain", contact=served, text=True,
                                                 reason="a test")
    assert [m["text"] for m in said["transcript"]] == ["marker emergency", "hello there",
                                                       "still cut off", "together again"]
    timed(ann, "contact.close", contact=served, disposition="resolved", outcome={})
    assert gateway.note("contact.closed", contact=served)


def test_H01_a_leader_cut_off_and_killed_tells_it_when_it_is_back(apart):
    center, n1, n2, proxy = apart
    gateway = center.session("gateway", at=n1)
    proxy.freeze()
    ids = {timed_open(center, gateway, level)["contact"] for level in ("low", "high", "urgent")}
    n1.kill()
    eventually(lambda: status(center, n2)["leading"], 10)
    proxy.thaw()
    n1.start()
    settled(center, n1)
    eventually(lambda: set(listed(center, n2)) == ids, 10)
    n1.kill()
    n1.start()
    settled(center, n1)
    assert set(listed(center, n2)) == ids


def test_H02_intake_of_a_node_that_does_not_lead(pair):
    center, n1, n2, proxy = pair
    gateway = center.session("gateway", at=n2)
    before = center.open(gateway, "low")
    assert before["custody"] == "store"
    proxy.freeze()
    first = timed_open(center, gateway, "urgent", ref="late")
    assert first["custody"] == "spool" and first["level"] == "urgent"
    timed(gateway, "contact.say", contact=first["contact"], ref=center.ref(), text="one more thing")
    said = timed(gateway, "contact.say", contact=before["contact"], ref=center.ref(),
                 text="marker high")
    assert said["level"] == "high"
    gone = timed_open(center, gateway)["contact"]
    timed(gateway, "contact.leave", contact=gone)
    time.sleep(0.3)
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if len(k) == 2 else None)(listed(center, n1)))
    assert set(known) == {before["contact"], first["contact"]}
    assert known[before["contact"]]["level"] == "high"
    assert known[first["contact"]]["level"] == "urgent"
    assert center.open(gateway, "urgent", ref="late")["contact"] == first["contact"]
    lead = center.session("lead", at=n1)
    for c, texts in ((first["contact"], ["marker urgent", "one more thing"]),
                     (before["contact"], [TEXT["low"], "marker high"])):
        e = lead.request("contact.explain", contact=c, text=True, reason="a test")
        assert [m["text"] for m in e["transcript"]] == texts


def test_a_node_that_does_not_lead_is_an_island(pair):
    center, n1, n2, proxy = pair
    gateway, ann = center.session("gateway", at=n2), center.responder("ann", at=n2, wrap_s=60)
    webchat, ben = center.session("webchat", at=n1), center.responder("ben", at=n1, wrap_s=60)
    waiting = center.open(gateway, "high", lang="es")["contact"]  # nobody ready speaks it yet
    across = center.open(webchat, "emergency")["contact"]
    taken = center.take(ben, across)
    assert taken["state"] == "active"
    proxy.freeze()
    lead = center.session("lead", at=n2)
    timed_open(center, gateway, "low", ref="first")
    assert lead.note("notice", 8, kind="island")
    assert status(center, n2)["mode"] == "island" and status(center, n1)["mode"] == "normal"
    served = a_conversation(center, gateway, ann, "emergency")
    timed(ann, "contact.note", contact=served, ref=center.ref(), text="a note")
    done = served
    close(center, ann, done)
    served = a_conversation(center, gateway, ann, "emergency")
    # Meanwhile the center goes on without it.
    theirs = center.open(webchat, "low")["contact"]
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if served in k else None)(listed(center, n1)))
    assert done not in known
    assert known[served]["responder"] == "ann" and known[served]["state"] == "active"
    assert known[across]["responder"] == "ben"
    assert known[waiting]["level"] == "high" and theirs in known
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="together again")
    assert ann.note("contact.said", contact=served, text="together again")
    timed(ann, "contact.say", contact=served, ref=center.ref(), text="yes, together")
    assert gateway.note("contact.said", contact=served, text="yes, together")
    close(center, ann, served)


def test_two_who_talk_here_go_on_and_who_talks_elsewhere_is_not_asked(pair):
    center, n1, n2, proxy = pair
    gateway, ann = center.session("gateway", at=n2), center.responder("ann", at=n2, wrap_s=60)
    webchat, eva = center.session("webchat", at=n1), center.responder("eva", at=n2, wrap_s=60,
                                                                      capacity=4)
    here = center.open(gateway, "emergency")["contact"]
    center.take(ann, here)
    across = center.open(webchat, "emergency")["contact"]
    center.take(eva, across)
    proxy.freeze()
    timed_open(center, gateway, "low", ref="first")
    lead = center.session("lead", at=n2)
    assert lead.note("notice", 8, kind="island")
    timed(gateway, "contact.say", contact=here, ref=center.ref(), text="are you there")
    assert ann.note("contact.said", contact=here, text="are you there")
    timed(ann, "contact.say", contact=here, ref=center.ref(), text="I am here")
    assert gateway.note("contact.said", contact=here, text="I am here")
    new = timed_open(center, gateway, "urgent")["contact"]
    assert eva.quiet("offer.new", 1, contact=new)
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if new in k else None)(listed(center, n1)))
    assert known[here]["responder"] == "ann"
    assert known[across]["responder"] == "eva"


def test_both_nodes_are_islands(pair):
    center, n1, n2, _ = pair
    people = []
    for n, front, who in ((n1, "gateway", "ann"), (n2, "webchat", "ben")):
        people.append((center.session(front, at=n), center.responder(who, at=n, wrap_s=60)))
    stop_store(center)
    served, ended = {}, []
    for (front, who), name in zip(people, ("ann", "ben")):
        timed_open(center, front)
    for n in (n1, n2):
        eventually(lambda n=n: status(center, n)["mode"] == "island", 10)
    for (front, who), name in zip(people, ("ann", "ben")):
        ended.append(a_conversation(center, front, who, "emergency"))
        close(center, who, ended[-1])
        served[a_conversation(center, front, who, "emergency")] = name
    continue_store(center)
    for n in (n1, n2):
        settled(center, n)
    known = eventually(lambda: (lambda k: k if set(served) <= set(k) else None)(listed(center, n1)))
    assert not set(ended) & set(known)
    for c, name in served.items():
        assert known[c]["responder"] == name and known[c]["state"] == "active"
    assert len(known) == 4


def test_one_request_acknowledged_on_two_islands(pair):
    """Both contacts stay, each names the other, has the higher level, and supervisors are told."""
    center, n1, n2, _ = pair
    lead = center.session("lead", at=n1)
    fronts = [center.session("gateway", at=n) for n in (n1, n2)]
    stop_store(center)
    opened = [center.open(front, "high", ref="the same")["contact"] for front in fronts]
    for n in (n1, n2):
        eventually(lambda n=n: status(center, n)["mode"] == "island", 10)
    assert opened[0] != opened[1]
    continue_store(center)
    for n in (n1, n2):
        settled(center, n)
    known = eventually(lambda: (lambda k: k if set(opened) <= set(k) else None)(listed(center, n1)))
    for one, other in (opened, reversed(opened)):
        assert known[one]["twin"] == other and known[one]["alert"] == "twin"
        assert lead.note("notice", 5, kind="twin", contact=one)
