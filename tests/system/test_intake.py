"""A contact comes in: answered only when kept, once for a ref, and only to its own front end."""

import re

import pytest

from devkit.line import RpcError


def test_open_answers_with_level_reasons_and_custody(running):
    gateway = running.session("gateway")
    a = running.open(gateway, "urgent")
    assert a["level"] == "urgent"
    assert a["reasons"][0]["rule"] == "T.URGENT"
    assert a["ruleset"]["id"] == "tests" and len(a["ruleset"]["digest"]) >= 32
    assert a["state"] in ("waiting", "offered")
    assert a["custody"] == "store"
    assert a["target_s"] == 60
    assert a["position"] == 1


def test_hello_tells_limits_and_time(running):
    h = running.session("gateway").hello_result
    assert h["node"] == "n1" and h["center"] == "center" and h["mode"] == "normal"
    assert h["server"]["name"] == "triaged"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", h["now"])
    assert h["limits"]["text_bytes"] == 16384


def test_same_ref_is_one_contact(running):
    gateway = running.session("gateway")
    first = running.open(gateway, "high", ref="once")
    again = running.open(gateway, "high", ref="once")
    assert again["contact"] == first["contact"]
    assert again["level"] == first["level"]
    assert len(running.session("lead").request("contact.list")["contacts"]) == 1


def test_same_ref_after_reconnect_and_restart(running):
    gateway = running.session("gateway")
    first = running.open(gateway, ref="once")
    running.nodes[0].kill()
    running.nodes[0].start()
    again = running.open(running.session("gateway"), ref="once")
    assert again["contact"] == first["contact"]


def test_same_ref_with_another_body_is_a_conflict(running):
    gateway = running.session("gateway")
    running.open(gateway, "low", ref="once")
    with pytest.raises(RpcError) as e:
        running.open(gateway, "high", ref="once")
    assert e.value.code == 9


def test_refs_of_two_front_ends_are_apart(running):
    a = running.open(running.session("gateway"), ref="once")
    b = running.open(running.session("webchat"), ref="once")
    assert a["contact"] != b["contact"]


def test_open_without_ref_is_refused(running):
    gateway = running.session("gateway")
    with pytest.raises(RpcError) as e:
        gateway.request("contact.open", channel="sms", text="hello")
    assert e.value.code in (-32602, 10) and e.value.data.get("field") == "ref"


def test_later_message_raises_and_never_lowers(running):
    gateway = running.session("gateway")
    c = running.open(gateway)["contact"]
    said = gateway.request("contact.say", contact=c, ref="s1", text="marker high")
    assert said["level"] == "high" and said["seq"] == 2
    said = gateway.request("contact.say", contact=c, ref="s2", text="thank you, better now")
    assert said["level"] == "high"
    said = gateway.request("contact.say", contact=c, ref="s3", text="marker emergency")
    assert said["level"] == "emergency"


def test_front_end_sees_only_its_own_contacts(running):
    c = running.open(running.session("gateway"))["contact"]
    other = running.session("webchat")
    for method, more in (("contact.say", {"text": "hi", "ref": "x1"}), ("contact.leave", {})):
        with pytest.raises(RpcError) as e:
            other.request(method, contact=c, **more)
        assert e.value.code in (2, 3)


def test_unknown_contact_is_not_found(running):
    with pytest.raises(RpcError) as e:
        running.session("gateway").request("contact.say", contact="nope", ref="x", text="hi")
    assert e.value.code == 3


def test_any_unicode_but_nul(running):
    gateway = running.session("gateway")
    assert running.open(gateway, text="señal \U0001f622 ﷺ\u0301")["level"] == "low"
    with pytest.raises(RpcError):
        running.open(gateway, text="a\u0000b")
    assert gateway.request("session.ping")["now"]


def test_contact_without_text_is_taken(running):
    a = running.open(running.session("gateway"), channel="voice", text="")
    assert a["contact"] and a["level"] in ("low", "moderate")


def test_unknown_parameters_are_ignored(running):
    assert running.open(running.session("gateway"), shoe_size=43)["contact"]
