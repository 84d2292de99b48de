"""Offers: made at once, taken once, given back to the old place in line."""

import pytest

from devkit.line import RpcError


def test_offer_accept_close_done(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, "high")["contact"]
    offer = ann.note("offer.new", contact=c)
    assert offer["level"] == "high" and offer["channel"] == "chat" and offer["lang"] == "en"
    assert offer["expires_ms"] > 0 and offer["target_s"] == 300
    taken = ann.request("offer.accept", offer=offer["offer"])
    assert taken["contact"] == c and taken["state"] == "active"
    assert [m["text"] for m in taken["transcript"]] == ["marker high"]
    assert taken["person"]["returning"] is False
    assert gateway.note("contact.connected", contact=c)["alias"] == "A."
    ended = ann.request("contact.close", contact=c, disposition="resolved", outcome={"next": "none"})
    assert ended["state"] == "wrapup"
    gateway.note("contact.closed", contact=c)
    ann.request("responder.done", contact=c)
    assert running.session("lead").request("contact.get", contact=c)["state"] == "ended"


def test_words_travel_both_ways(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    running.take(ann, c)
    gateway.request("contact.say", contact=c, ref="p1", text="are you there")
    assert ann.note("contact.said", contact=c)["text"] == "are you there"
    ann.request("contact.say", contact=c, ref="r1", text="yes, I am here")
    said = gateway.note("contact.said", contact=c)
    assert said["text"] == "yes, I am here" and said["seq"] == 3


def test_most_urgent_first(running):
    gateway = running.session("gateway")
    low = running.open(gateway, "low")["contact"]
    high = running.open(gateway, "high")["contact"]
    emergency = running.open(gateway, "emergency")["contact"]
    urgent = running.open(gateway, "urgent")["contact"]
    ann = running.responder("ann", wrap_s=0)
    for expected in (emergency, urgent, high, low):
        offer = ann.note("offer.new")
        assert offer["contact"] == expected
        ann.request("offer.accept", offer=offer["offer"])
        ann.request("contact.close", contact=expected, disposition="resolved", outcome={})


def test_declined_offer_goes_to_another_and_is_not_repeated(running):
    gateway = running.session("gateway")
    ann = running.responder("ann")
    c = running.open(gateway)["contact"]
    offer = ann.note("offer.new", contact=c)
    ben = running.responder("ben")
    ann.request("offer.decline", offer=offer["offer"], reason="conflict of interest")
    assert ben.note("offer.new", contact=c)
    assert ann.quiet("offer.new", 0.3, contact=c)


def test_expired_offer_is_offered_again_at_the_old_place(center):
    center.node(levels__low__offer_s=1, match__missed_to_away=0)
    gateway = center.session("gateway")
    ann = center.responder("ann", capacity=1)
    first = center.open(gateway)["contact"]
    second = center.open(gateway)["contact"]
    offer = ann.note("offer.new", contact=first)
    assert ann.note("offer.gone", 4, offer=offer["offer"])["why"] == "expired"
    ben = center.responder("ben", capacity=1)
    assert ben.note("offer.new")["contact"] == first
    with pytest.raises(RpcError) as e:
        ann.request("offer.accept", offer=offer["offer"])
    assert e.value.code == 4
    assert second != first


def test_missed_offers_make_a_responder_away(center):
    center.node(levels__low__offer_s=1, match__missed_to_away=1)
    ann, gateway = center.responder("ann"), center.session("gateway")
    center.open(gateway)
    ann.note("offer.gone", 4)
    who = {r["responder"]: r for r in center.session("lead").request("responder.list")["responders"]}
    assert who["ann"]["presence"] == "away"


def test_emergency_is_offered_to_several_and_first_accept_wins(running):
    ann, ben = running.responder("ann"), running.responder("ben")
    c = running.open(running.session("gateway"), "emergency")["contact"]
    a, b = ann.note("offer.new", contact=c), ben.note("offer.new", contact=c)
    assert ann.request("offer.accept", offer=a["offer"])["state"] == "active"
    assert ben.note("offer.gone", offer=b["offer"])["why"] == "taken"
    with pytest.raises(RpcError) as e:
        ben.request("offer.accept", offer=b["offer"])
    assert e.value.code == 4


def test_offer_of_somebody_else_is_refused(running):
    ann = running.responder("ann")
    running.open(running.session("gateway"))
    offer = ann.note("offer.new")
    with pytest.raises(RpcError) as e:
        running.session("ben").request("offer.accept", offer=offer["offer"])
    assert e.value.code in (2, 3, 4)


def test_language_decides_who_is_asked(running):
    ann, eva = running.responder("ann"), running.responder("eva")
    c = running.open(running.session("gateway"), lang="es")["contact"]
    assert eva.note("offer.new", contact=c)["lang"] == "es"
    assert ann.quiet("offer.new", 0.3)


def test_needed_skill_decides_who_is_asked(running):
    ann, eva = running.responder("ann"), running.responder("eva")
    c = running.open(running.session("gateway"), needs=["youth"])["contact"]
    assert eva.note("offer.new", contact=c)
    assert ann.quiet("offer.new", 0.3)


def test_capacity_is_respected_and_freed(running):
    ann, gateway = running.responder("ann", capacity=1, wrap_s=0), running.session("gateway")
    first, second = running.open(gateway)["contact"], running.open(gateway)["contact"]
    running.take(ann, first)
    assert ann.quiet("offer.new", 0.3)
    ann.request("contact.close", contact=first, disposition="resolved", outcome={})
    assert ann.note("offer.new")["contact"] == second


def test_paused_responder_gets_nothing_and_next_says_why(running):
    ann = running.responder("ann", presence="paused")
    c = running.open(running.session("gateway"))["contact"]
    assert ann.quiet("offer.new", 0.3)
    ann.request("responder.set", presence="ready")
    assert ann.note("offer.new", contact=c)
    ben = running.responder("ben")
    assert "why" in ben.request("contact.next")


def test_lost_responder_gives_the_contact_back(center):
    center.node(grace__responder_s=1)
    ann, gateway = center.responder("ann"), center.session("gateway")
    c = center.open(gateway, "high")["contact"]
    center.take(ann, c)
    ben = center.responder("ben")
    ann.close()
    assert ben.note("offer.new", 6, contact=c)["level"] == "high"


def test_same_accept_twice_is_one_accept(running):
    ann = running.responder("ann")
    running.open(running.session("gateway"))
    offer = ann.note("offer.new")["offer"]
    first = ann.request("offer.accept", offer=offer, ref="a1")
    assert ann.request("offer.accept", offer=offer, ref="a1")["contact"] == first["contact"]
