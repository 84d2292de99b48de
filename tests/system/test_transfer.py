"""Transfers inside a center: who has the contact at every moment, and what everybody is told."""

import json
import os
import subprocess

import pytest

from devkit.line import RpcError
from harness.center import BUILD

SUMMARY = "calmer now, wants to talk about school"


def served(center, level="high", **more):
    """ann serves a contact; gateway, ann, contact."""
    ann, gateway = center.responder("ann", **more), center.session("gateway")
    c = center.open(gateway, level)["contact"]
    center.take(ann, c)
    return gateway, ann, c


def hand_over(session, contact, warm=False, **to):
    return session.request("contact.transfer", contact=contact, to=to, warm=warm, summary=SUMMARY)


def code_of(session, method, **params):
    with pytest.raises(RpcError) as e:
        session.request(method, **params)
    return e.value.code, e.value.data["reason"]


def test_cold_the_receiver_has_it_when_they_accept(running):
    gateway, ann, c = served(running)
    ben = running.responder("ben")
    asked = hand_over(ann, c, responder="ben")
    assert asked["state"] == "offered" and asked["contact"] == c
    offer = ben.note("offer.new", contact=c)
    assert offer["summary"] == SUMMARY and offer["from"] == "ann" and offer["warm"] is False
    assert offer["transfer"] == asked["transfer"] and offer["level"] == "high"
    # until then nothing has changed
    gateway.request("contact.say", contact=c, ref="p1", text="who is it")
    assert ann.note("contact.said", contact=c)["text"] == "who is it"
    ann.request("contact.say", contact=c, ref="a1", text="still me")
    taken = ben.request("offer.accept", offer=offer["offer"])
    assert taken["state"] == "active"
    assert [m["text"] for m in taken["transcript"]] == ["marker high", SUMMARY, "who is it",
                                                        "still me"]
    assert ann.note("transfer.update", state="accepted")["responder"] == "ben"
    assert gateway.note("contact.connected", contact=c, alias="B.")
    assert code_of(ann, "contact.say", contact=c, ref="a2", text="x") == (2, "not_yours")
    gateway.request("contact.say", contact=c, ref="p2", text="hello you")
    assert ben.note("contact.said", contact=c)["text"] == "hello you"
    assert ann.request("responder.done", contact=c)["load"] == 0


def test_warm_both_are_present_until_one_goes(running):
    gateway, ann, c = served(running)
    ben = running.responder("ben")
    hand_over(ann, c, warm=True, responder="ben")
    running.take(ben, c)
    assert ann.note("transfer.update", contact=c)["state"] == "joined"
    gateway.request("contact.say", contact=c, ref="p1", text="both of you")
    for who in (ann, ben):
        assert who.note("contact.said", contact=c)["text"] == "both of you"
    ann.request("contact.say", contact=c, ref="a1", text="this is B.")
    for who in (gateway, ben):
        assert who.note("contact.said", contact=c)["text"] == "this is B."
    ann.request("transfer.done", contact=c)
    assert ben.note("transfer.update", state="done")["why"] == "done"
    assert code_of(ann, "contact.say", contact=c, ref="a2", text="x") == (2, "not_yours")
    ended = ben.request("contact.close", contact=c, disposition="resolved", outcome={})
    assert ended["state"] == "wrapup"


def test_declined_and_tried_again(running):
    gateway, ann, c = served(running)
    ben = running.responder("ben")
    hand_over(ann, c, responder="ben")
    offer = ben.note("offer.new", contact=c)
    ben.request("offer.decline", offer=offer["offer"], reason="on the way out")
    assert ann.note("transfer.update", contact=c)["why"] == "declined"
    lead = running.session("lead")
    assert lead.request("contact.get", contact=c)["responder"] == "ann"
    hand_over(ann, c, responder="ben")
    assert lead.request("contact.get", contact=c)["transfer"] == "offered"
    running.take(ben, c)
    assert lead.request("contact.get", contact=c)["responder"] == "ben"


def test_nobody_answers_in_time(center):
    center.node(levels__high__offer_s=1, match__missed_to_away=0)
    _, ann, c = served(center)
    ben = center.responder("ben")
    hand_over(ann, c, responder="ben")
    offer = ben.note("offer.new", contact=c)
    assert ann.note("transfer.update", 5, contact=c)["why"] == "expired"
    assert code_of(ben, "offer.accept", offer=offer["offer"])[0] == 4
    assert center.session("lead").request("contact.get", contact=c)["state"] == "active"


def test_for_a_skill_and_for_nobody(running):
    _, ann, c = served(running)
    assert code_of(ann, "contact.transfer", contact=c, to={"skill": "youth"}, summary="s") == (
        5, "nobody_available")
    ben, eva = running.responder("ben"), running.responder("eva")
    hand_over(ann, c, skill="youth")
    assert eva.note("offer.new", contact=c)["summary"] == SUMMARY
    assert ben.quiet("offer.new", 0.3)


def test_cancelled_and_no_second_one_and_no_end_over_it(running):
    _, ann, c = served(running)
    ben = running.responder("ben")
    hand_over(ann, c, responder="ben")
    offer = ben.note("offer.new", contact=c)
    assert code_of(ann, "contact.transfer", contact=c, to={"line": "x"}, summary="s") == (
        9, "transfer_open")
    assert code_of(ann, "contact.close", contact=c, disposition="resolved", outcome={}) == (
        9, "transfer_open")
    assert ann.request("transfer.cancel", contact=c)["state"] == "ended"
    assert ben.note("offer.gone", offer=offer["offer"])["why"] == "withdrawn"
    assert code_of(ben, "offer.accept", offer=offer["offer"])[0] == 4
    assert code_of(ann, "transfer.cancel", contact=c)[0] == 4
    assert ann.request("contact.close", contact=c, disposition="resolved",
                       outcome={})["state"] == "wrapup"


def test_only_ones_own_except_for_supervisors(running):
    _, ann, c = served(running)
    ben = running.responder("ben")
    assert code_of(ben, "contact.transfer", contact=c, to={"responder": "ben"}, summary="s") == (
        2, "not_yours")
    assert code_of(ann, "contact.transfer", contact=c, to={}, summary="s") == (10, "one_target")
    assert code_of(ann, "contact.transfer", contact=c, to={"responder": "ben"})[1] == "missing"
    hand_over(running.session("lead"), c, responder="ben")
    running.take(ben, c)
    assert ann.note("transfer.update", state="accepted")


def test_same_ref_asks_once(running):
    _, ann, c = served(running)
    ben = running.responder("ben")
    asked = {"contact": c, "to": {"responder": "ben"}, "summary": "s", "ref": "t1"}
    first = ann.request("contact.transfer", **asked)
    assert ann.request("contact.transfer", **asked)["transfer"] == first["transfer"]
    assert ben.note("offer.new", contact=c) and ben.quiet("offer.new", 0.3)


def test_a_killed_daemon_loses_neither_the_contact_nor_what_was_asked(center):
    n = center.node()
    _, ann, c = served(center, "emergency")
    center.responder("eva")
    asked = hand_over(ann, c, skill="youth")
    n.kill()
    n.start()
    ann, eva = center.session("ann"), center.responder("eva")
    offer = eva.note("offer.new", 10, contact=c)
    assert offer["transfer"] == asked["transfer"] and offer["summary"] == SUMMARY
    assert center.session("lead").request("contact.get", contact=c)["responder"] == "ann"
    eva.request("offer.accept", offer=offer["offer"])
    assert ann.note("transfer.update", state="accepted")


def test_from_the_command_line(running):
    _, ann, c = served(running)
    running.responder("ben")
    lead = running.authority.issue("lead")

    def ctl(*words):
        return subprocess.run([os.path.join(BUILD, "triagectl"), "--address",
                               running.nodes[0].address, "--ca", lead.ca, "--cert",
                               lead.cert, "--key", lead.key, "--json", *words],
                              capture_output=True, text=True, timeout=30)

    done = ctl("contact", "transfer", c, SUMMARY, "--responder", "ben", "--warm")
    assert done.returncode == 0 and json.loads(done.stdout)["state"] == "offered", done.stderr
    done = ctl("transfer", "cancel", c)
    assert done.returncode == 0 and json.loads(done.stdout)["state"] == "ended", done.stderr
    assert ann.note("transfer.update", contact=c)["why"] == "cancelled"
    assert ctl("transfer", "done", c).returncode == 1
