"""Two nodes on one store: one leads, both serve, and the loss of the leader is short."""

import time

import pytest

from harness.center import eventually


@pytest.fixture
def pair(center):
    center.node("n1")
    center.node("n2")
    return center


def leader(center):
    for n in center.nodes:
        if n.running():
            s = center.session("root", at=n)
            name = s.request("node.status").get("leader")
            s.close()
            if name:
                return next((x for x in center.nodes if x.settings["node"] == name), None)
    return None


def test_contact_on_one_node_responder_on_the_other(pair):
    n1, n2 = pair.nodes
    for here, there in ((n1, n2), (n2, n1)):
        gateway, ann = pair.session("gateway", at=here), pair.responder("ann", at=there, wrap_s=0)
        c = pair.open(gateway, "high")["contact"]
        pair.take(ann, c)
        gateway.note("contact.connected", contact=c)
        gateway.request("contact.say", contact=c, ref=pair.ref(), text="hello there")
        assert ann.note("contact.said", contact=c)["text"] == "hello there"
        ann.request("contact.say", contact=c, ref=pair.ref(), text="hello here")
        assert gateway.note("contact.said", contact=c)["text"] == "hello here"
        ann.request("contact.close", contact=c, disposition="resolved", outcome={})
        gateway.note("contact.closed", contact=c)


def test_same_ref_on_both_nodes_is_one_contact(pair):
    a = pair.open(pair.session("gateway", at=pair.nodes[0]), ref="once")
    b = pair.open(pair.session("gateway", at=pair.nodes[1]), ref="once")
    assert a["contact"] == b["contact"]


def test_leader_killed(pair):
    first = eventually(lambda: leader(pair))
    other = next(n for n in pair.nodes if n is not first)
    gateway, ann = pair.session("gateway", at=other), pair.responder("ann", at=other, wrap_s=0)
    before = pair.open(gateway, "high")["contact"]
    pair.take(ann, before)
    first.kill()
    begin = time.monotonic()
    c = gateway.request("contact.open", 10, channel="chat", ref="after", text="marker high")
    offer = ann.note("offer.new", 10, contact=c["contact"])
    assert time.monotonic() - begin <= 5.0
    assert ann.request("offer.accept", offer=offer["offer"])["state"] == "active"
    got = pair.session("lead", at=other).request("contact.get", contact=before)
    assert got["state"] == "active" and got["responder"] == "ann"


def test_contacts_of_the_lost_node_are_served(center):
    for name in ("n1", "n2"):
        center.node(name, grace__responder_s=1)
    first = eventually(lambda: leader(center))
    other = next(n for n in center.nodes if n is not first)
    c = center.open(center.session("gateway", at=first), "high", channel="sms")["contact"]
    first.kill()
    ann = center.responder("ann", at=other)
    assert ann.note("offer.new", 10, contact=c)


def test_node_that_comes_back_serves_again(pair):
    first = eventually(lambda: leader(pair))
    first.kill()
    first.start()
    gateway = pair.session("gateway", at=first)
    assert gateway.request("contact.open", 10, channel="chat", ref="back", text="hi")["contact"]
