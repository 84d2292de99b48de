"""A rescue is a closed loop: asked for, taken by name, ended with an outcome."""

import pytest

from harness.center import eventually
from devkit.line import RpcError


def asked(center, **more):
    ann, gateway = center.responder("ann"), center.session("gateway")
    c = center.open(gateway, "emergency")["contact"]
    center.take(ann, c)
    params = {"kind": "ems", "consent": "unable", "tried": ["plan"], "reason": "in danger now",
              "location": {"text": "the old bridge"}, "ref": center.ref()}
    params.update(more)
    return ann, c, ann.request("contact.escalate", contact=c, **params)


def test_loop(running):
    desk = running.session("desk")
    ann, c, d = asked(running)
    assert d["state"] == "requested"
    with pytest.raises(RpcError) as e:
        ann.request("contact.close", contact=c, disposition="resolved", outcome={})
    assert e.value.code == 9
    took = desk.request("dispatch.ack", dispatch=d["dispatch"], by="desk officer 3")
    assert took["state"] == "acknowledged"
    update = ann.note("dispatch.update", dispatch=d["dispatch"])
    assert update["state"] == "acknowledged" and update["by"] == "desk officer 3"
    over = desk.request("dispatch.outcome", dispatch=d["dispatch"], outcome="with_person")
    assert over["state"] == "ended"
    closed = ann.request("contact.close", contact=c, disposition="rescued", outcome={})
    assert closed["state"] == "wrapup"


def test_same_ref_sends_one_rescue(running):
    ann, c, d = asked(running, ref="rescue-1")
    again = ann.request("contact.escalate", contact=c, ref="rescue-1", kind="ems",
                        consent="unable", tried=["plan"], reason="in danger now",
                        location={"text": "the old bridge"})
    assert again["dispatch"] == d["dispatch"]
    assert len(running.session("lead").request("board.get")["dispatches"]) == 1


def test_rescue_without_location_is_not_refused(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, "emergency")["contact"]
    running.take(ann, c)
    assert ann.request("contact.escalate", contact=c, ref="r1", kind="police", consent="no",
                       reason="no address known")["dispatch"]


def test_unanswered_request_is_told_again(center):
    center.node(alerts__repeat_s=5)
    lead = center.session("lead")
    asked(center)
    for _ in range(2):
        assert lead.note("notice", 8, kind="dispatch_requested")["dispatch"]


def test_rescue_survives_a_crash(running):
    _, c, d = asked(running)
    running.nodes[0].kill()
    running.nodes[0].start()
    lead = running.session("lead")
    eventually(lambda: lead.request("board.get")["dispatches"])
    assert lead.request("board.get")["dispatches"][0]["dispatch"] == d["dispatch"]
    assert lead.request("contact.get", contact=c)["dispatches_open"] == 1
    took = running.session("desk").request("dispatch.ack", dispatch=d["dispatch"], by="officer")
    assert took["state"] == "acknowledged"
