"""People raise and lower; nothing automatic lowers; an emergency needs two to lower it."""

import pytest

from devkit.line import RpcError


def engaged(center, level="low"):
    ann, gateway = center.responder("ann"), center.session("gateway")
    c = center.open(gateway, level)["contact"]
    center.take(ann, c)
    return ann, gateway, c


def test_responder_raises(running):
    ann, _, c = engaged(running)
    got = ann.request("contact.level", contact=c, level="urgent", reason="more was said by voice")
    assert got["level"] == "urgent"


def test_responder_lowers_below_emergency(running):
    ann, _, c = engaged(running, "high")
    got = ann.request("contact.level", contact=c, level="low", reason="a misunderstanding")
    assert got["level"] == "low"


def test_lowering_an_emergency_needs_a_second_person(running):
    ann, _, c = engaged(running, "emergency")
    first = ann.request("contact.level", contact=c, level="moderate", reason="all is safe")
    assert first["level"] == "emergency" and first["pending"]
    with pytest.raises(RpcError) as e:
        ann.request("contact.level", contact=c, level="moderate", reason="sure", confirm=True)
    assert e.value.code == 2
    lead = running.session("lead")
    done = lead.request("contact.level", contact=c, level="moderate", reason="agreed", confirm=True)
    assert done["level"] == "moderate"


def test_a_message_raises_again_after_a_person_lowered(running):
    ann, gateway, c = engaged(running, "high")
    ann.request("contact.level", contact=c, level="low", reason="a misunderstanding")
    gateway.request("contact.say", contact=c, ref="s1", text="marker emergency")
    assert ann.note("contact.raised", contact=c)["level"] == "emergency"


def test_raise_while_waiting_changes_the_order(running):
    gateway = running.session("gateway")
    first = running.open(gateway, "moderate")["contact"]
    second = running.open(gateway, "low")["contact"]
    gateway.request("contact.say", contact=second, ref="s1", text="marker urgent")
    ann = running.responder("ann", capacity=3)
    assert ann.note("offer.new")["contact"] == second
    assert first != second


def test_raise_while_offered_is_seen_on_acceptance(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    offer = ann.note("offer.new", contact=c)["offer"]
    gateway.request("contact.say", contact=c, ref="s1", text="marker urgent")
    assert ann.request("offer.accept", offer=offer)["level"] == "urgent"


def test_front_end_may_not_set_levels(running):
    gateway = running.session("gateway")
    c = running.open(gateway, "high")["contact"]
    with pytest.raises(RpcError) as e:
        gateway.request("contact.level", contact=c, level="low", reason="x")
    assert e.value.code == 2


def test_unknown_level_is_refused_by_name(running):
    ann, _, c = engaged(running)
    with pytest.raises(RpcError) as e:
        ann.request("contact.level", contact=c, level="critical", reason="x")
    assert e.value.data.get("field") == "level"
