"""People go and come back; an urgent one who vanishes is not forgotten."""

import pytest

from harness.center import eventually
from devkit.line import RpcError


def state(center, contact):
    return center.session("lead").request("contact.get", contact=contact)["state"]


def test_low_contact_who_leaves_is_ended_and_offers_are_revoked(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    offer = ann.note("offer.new", contact=c)["offer"]
    gateway.request("contact.leave", contact=c, reason="closed the window")
    assert ann.note("offer.gone", offer=offer)["why"] == "left"
    assert state(running, c) == "ended"
    with pytest.raises(RpcError) as e:
        ann.request("offer.accept", offer=offer)
    assert e.value.code == 4


def test_urgent_contact_who_leaves_goes_to_review(running):
    lead, gateway = running.session("lead"), running.session("gateway")
    c = running.open(gateway, "urgent")["contact"]
    gateway.request("contact.leave", contact=c)
    assert state(running, c) == "review"
    assert lead.note("notice", contact=c)["kind"]


def test_responder_hears_of_leaving_and_return(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, "high")["contact"]
    running.take(ann, c)
    gateway.request("contact.leave", contact=c)
    ann.note("contact.left", contact=c)
    back = gateway.request("contact.resume", contact=c)
    assert back["contact"] == c and back["level"] == "high"
    ann.note("contact.back", contact=c)


def test_resume_on_a_new_session_brings_what_was_missed(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    running.take(ann, c)
    gateway.close()
    ann.request("contact.say", contact=c, ref="r1", text="are you still there")
    again = running.session("gateway")
    back = again.request("contact.resume", contact=c, since_seq=1)
    assert [m["text"] for m in back["missed"]] == ["are you still there"]
    ann.request("contact.say", contact=c, ref="r2", text="good")
    assert again.note("contact.said", contact=c)["text"] == "good"


def test_resume_by_address(running):
    gateway = running.session("gateway")
    c = running.open(gateway, channel="sms", from_="+15550100")["contact"]
    gateway.close()
    back = running.session("gateway").request("contact.resume", from_="+15550100")
    assert back["contact"] == c


def test_lost_front_end_keeps_the_place_for_a_while(center):
    center.node(grace__person_s=2)
    gateway = center.session("gateway")
    first = center.open(gateway)["contact"]
    gateway.close()
    other = center.session("webchat")
    second = center.open(other)["contact"]
    center.session("gateway").request("contact.resume", contact=first)
    ann = center.responder("ann", capacity=1)
    assert ann.note("offer.new")["contact"] == first != second


def test_lost_chat_goes_to_review_after_its_grace(center):
    center.node(grace__person_s=1)
    gateway, lead = center.session("gateway"), center.session("lead")
    c = center.open(gateway)["contact"]
    gateway.close()
    assert lead.note("notice", 6, kind="lost", contact=c)
    eventually(lambda: state(center, c) == "review", 6)


def test_text_messages_need_no_connection(center):
    center.node(grace__person_s=0)
    gateway = center.session("gateway")
    c = center.open(gateway, channel="sms")["contact"]
    gateway.close()
    ann = center.responder("ann")
    assert ann.note("offer.new", contact=c)


def test_returning_person_is_known_by_pseudonym(running):
    ann, gateway = running.responder("ann", wrap_s=0), running.session("gateway")
    c = running.open(gateway, channel="sms", from_="+15550101")["contact"]
    running.serve(ann, c)
    c = running.open(gateway, channel="sms", from_="+15550101")["contact"]
    assert ann.note("offer.new", contact=c)["returning"] is True
