"""How a rescue leaves the house by webhook, and how the answer comes back."""

import json
import os
import threading
import time

import pytest

from harness import forms
from harness.agency import new_secret
from harness.center import eventually
from harness.desk import triagectl

FAST = {"outreach__retry_ms": 50, "outreach__retry_max_ms": 200, "outreach__try_ms": 1000,
        "outreach__total_ms": 3000, "listen__https": "127.0.0.1:0"}


def start(center, *agencies, name="n1", **settings):
    return center.node(name, agencies=[a.group() for a in agencies], **{**FAST, **settings})


def escalate(center, kind="ems", **more):
    """A rescue asked for by ann; (ann, contact, the answer)."""
    ann, gateway = center.responder("ann"), center.session("gateway")
    contact = center.open(gateway, "emergency", age=34)["contact"]
    center.take(ann, contact)
    params = {"kind": kind, "consent": "yes", "tried": ["plan"], "reason": "does not answer",
              "location": {"text": "the old bridge <north>", "lat": 39.74, "lon": -104.99,
                           "radius_m": 50, "civic": {"A3": "Springfield", "RD": "Mill"}},
              "ref": center.ref()}
    params.update(more)
    return ann, contact, ann.request("contact.escalate", contact=contact, **params)


def outreach(center):
    return center.session("root").request("node.status")["outreach"]


def test_the_whole_loop(center, house):
    ems = house()
    node = start(center, ems)
    ann, contact, d = escalate(center)
    hook, = ems.wait()
    assert hook.genuine(ems.secret) and hook.type.startswith("application/cloudevents+json")
    assert hook.id == "%s:county-ems:%d" % (d["dispatch"], hook.data["version"]) == hook.event["id"]
    assert hook.data["dispatch"] == d["dispatch"] and hook.data["what"] == "new"
    assert hook.data["status"] == "Actual" and hook.data["level"] == "emergency"
    assert b"bridge" not in hook.body and b"answer" not in hook.body
    status, answer = ems.call(node, "ack", dispatch=d["dispatch"], by="Medic 3")
    assert (status, answer) == (200, {"dispatch": d["dispatch"], "state": "acknowledged"})
    assert ann.note("dispatch.update", state="acknowledged")["by"] == "Medic 3"
    status, kind, body = ems.fetch(hook)
    assert status == 200 and kind == "application/json"
    eido = forms.check_eido(body)
    note = eido["notesComponent"][0]["notesActionComments"]
    for words in ("an ambulance", "does not answer", "Age 34", "Language: en", "old bridge"):
        assert words in note
    assert "39.740000 -104.990000" in eido["locationComponent"][0]["locationByValue"]
    for step in ("en_route", "on_scene", "with_person"):
        status, answer = ems.call(node, "status", dispatch=d["dispatch"], status=step)
        assert (status, answer["state"]) == (200, step)
    status, answer = ems.call(node, "outcome", dispatch=d["dispatch"], outcome="transported")
    assert (status, answer["state"]) == (200, "ended")
    assert ann.request("contact.close", contact=contact, disposition="rescued",
                       outcome={})["state"] == "wrapup"
    sent = eventually(lambda: [a for a in outreach(center)["agencies"] if a["waiting"] == 0])[0]
    assert sent["accepted"] >= 1 and sent["circuit"] == "closed"
    assert len({w.id for w in ems.seen}) == len(ems.seen)


def test_a_report_is_read_by_who_has_it_and_once(center, house):
    ems = house()
    node = start(center, ems, outreach__token_repeat_s=1)
    _, _, d = escalate(center)
    hook, = ems.wait()
    assert ems.fetch(hook)[0] == 409  # the exact place is for who has taken it by name
    assert ems.call(node, "ack", dispatch=d["dispatch"], by="Medic 3")[0] == 200
    status, kind, cap = ems.fetch(hook, accept="application/cap+xml", bearer=True)
    assert (status, kind) == (200, "application/cap+xml")
    assert forms.check_cap(cap)["status"] == "Actual"
    assert ems.fetch(hook)[0] == 200  # the first answer may have been lost
    time.sleep(1.2)
    status, _, body = ems.fetch(hook)
    assert status == 410 and json.loads(body)["error"] == "token_used"
    url = hook.data["report"]
    assert ems.fetch(hook, url=url[:-4] + "AAAA")[0] == 401
    assert ems.fetch(hook, url=url.replace(d["dispatch"], "d" + "f" * 16))[0] == 401
    assert ems.fetch(hook, url=url.split("?")[0] + "?token=")[0] == 401
    assert outreach(center)["bad_tokens"] == 3


def test_a_token_ends(center, house):
    ems = house()
    node = start(center, ems, outreach__token_s=10)
    _, _, d = escalate(center)
    hook, = ems.wait()
    ems.call(node, "ack", dispatch=d["dispatch"], by="Medic 3")
    time.sleep(10.1)
    assert ems.fetch(hook)[0] == 410


def test_every_reading_is_in_the_ledger_and_no_content(center, house):
    ems = house()
    node = start(center, ems)
    _, _, d = escalate(center)
    hook, = ems.wait()
    ems.call(node, "ack", dispatch=d["dispatch"], by="Medic 3")
    ems.fetch(hook)
    log = str(center.redis.command("XRANGE", "t:{center}:log", "-", "+"))
    assert "dispatch.get" in log and "agency:county-ems" in log
    token = hook.data["report"].split("token=")[1]
    for text in (token, "old bridge", "Springfield"):
        assert text not in log and text not in node.log_text()


@pytest.mark.parametrize("bad", [500, "lost", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                                 b"\x00\xff garbage", (1.5, 204), 429, 302])
def test_tried_until_taken_under_one_id(center, house, bad):
    ems = house(script=[bad, bad, 204])
    start(center, ems)
    _, _, d = escalate(center)
    hooks = ems.wait(3)
    assert len({w.id for w in hooks}) == 1 and hooks[0].id.startswith(d["dispatch"])
    assert all(w.genuine(ems.secret) for w in hooks)
    eventually(lambda: outreach(center)["agencies"][0]["accepted"] == 1)
    time.sleep(0.3)
    assert len(ems.seen) == 3


def test_an_answer_given_twice_is_one(center, house):
    ems = house(script=[b"HTTP/1.1 204 No Content\r\n\r\n" * 2])
    start(center, ems)
    escalate(center)
    ems.wait()
    eventually(lambda: outreach(center)["agencies"][0]["accepted"] == 1)
    time.sleep(0.5)
    state = outreach(center)["agencies"][0]
    assert (state["accepted"], state["unknown"], len(ems.seen)) == (1, 0, 1)


def test_silence_is_unknown_and_asked_again(center, house):
    """No answer is not a refusal: people hear of it, and trying goes on under the same id."""
    ems = house(script=["never", "never", "never", 204])
    start(center, ems, outreach__try_ms=300, outreach__total_ms=600)
    escalate(center)
    ems.wait(2)
    eventually(lambda: outreach(center)["agencies"][0]["unknown"] >= 1)
    assert len({w.id for w in ems.wait(4, 30)}) == 1
    eventually(lambda: outreach(center)["agencies"][0]["accepted"] == 1, 10)


def test_a_refusal_goes_to_the_next_agency(center, house):
    first, second = house(script=[403]), house(ident="city-ems")
    node = start(center, first, second)
    _, _, d = escalate(center)
    hook, = second.wait()
    assert hook.data["dispatch"] == d["dispatch"] and hook.data["agency"] == "city-ems"
    assert len(first.seen) == 1
    assert first.call(node, "ack", dispatch=d["dispatch"], by="x", ident="same")[0] in (200, 404)


def test_callbacks_are_checked_before_they_are_read(center, house):
    ems = house()
    node = start(center, ems)
    _, _, d = escalate(center)
    ems.wait()
    ack = {"dispatch": d["dispatch"], "by": "Medic 3"}
    assert ems.call(node, "ack", secret=new_secret(), **ack)[0] == 401
    assert ems.call(node, "ack", agency="nobody", **ack)[0] == 401
    assert ems.call(node, "ack", when=time.time() - 400, **ack) == (401, {"error": "stale"})
    assert ems.call(node, "ack", when=time.time() + 400, **ack)[0] == 401
    assert ems.call(node, "ack", ident="a.b", **ack)[0] == 400
    assert ems.call(node, "nonsense", **ack)[0] == 422
    assert ems.call(node, "ack", dispatch=d["dispatch"])[0] == 422
    assert ems.call(node, "ack", dispatch="d" + "f" * 16, by="x")[0] == 404
    assert ems.call(node, "status", dispatch=d["dispatch"], status="teleported")[0] in (409, 422)
    status, _, body = ems.ask("POST", node.https, "/agency/county-ems/events", b"{}", {})
    assert (status, json.loads(body)) == (400, {"error": "malformed"})
    counts = outreach(center)
    assert counts["forged"] == 2 and counts["stale"] == 2 and counts["malformed"] == 4
    assert ems.call(node, "ack", **ack)[0] == 200


def test_a_callback_told_twice_happens_once(center, house):
    ems = house()
    node = start(center, ems)
    _, _, d = escalate(center)
    ems.wait()
    told = {"dispatch": d["dispatch"], "by": "Medic 3"}
    assert ems.call(node, "ack", ident="one", **told)[0] == 200
    assert ems.call(node, "status", dispatch=d["dispatch"], status="en_route")[0] == 200
    status, answer = ems.call(node, "ack", ident="one", **told)
    assert (status, answer["state"]) == (200, "acknowledged")  # the first answer again
    assert ems.call(node, "ack", ident="one", dispatch=d["dispatch"], by="Medic 4")[0] == 409
    node.kill()
    node.start()
    lead = center.session("lead")
    eventually(lambda: lead.request("board.get")["dispatches"])
    status, answer = ems.call(node, "ack", ident="one", **told)
    assert (status, answer["state"]) == (200, "acknowledged")


def test_a_secret_changes_without_a_gap(center, house):
    ems = house()
    old, new = ems.secret, new_secret()
    node = start(center, ems)
    _, _, d = escalate(center)
    assert ems.wait()[0].genuine(old)
    group = ems.group()
    group["webhook"]["secret_files"] = [ems.secret_file(new, "new"), ems.secret_file(old, "old")]
    node.write(agencies=[group])
    assert center.session("root").request("node.reload")["errors"] == []
    ack = {"dispatch": d["dispatch"], "by": "Medic 3"}
    assert ems.call(node, "ack", secret=old, **ack)[0] == 200
    assert ems.call(node, "ack", secret=new, **ack)[0] == 200
    center.session("gateway")
    ben = center.responder("ben")
    contact = center.open(center.session("webchat"), "emergency")["contact"]
    center.take(ben, contact)
    ben.request("contact.escalate", contact=contact, kind="fire", consent="yes", ref="r9",
                reason="smoke", location={"text": "Mill street 4"})
    hook = ems.wait(2)[1] if len(ems.seen) > 1 else ems.wait(2)[1]
    assert hook.genuine(old) and hook.genuine(new)
    assert ems.call(node, "ack", secret=new_secret(), **ack)[0] == 401


def test_a_circuit_opens_and_closes(center, house):
    ems = house(script=[500] * 4 + [204])
    start(center, ems, outreach__circuit_failures=3, outreach__circuit_open_ms=700,
          outreach__total_ms=8000)
    escalate(center)
    ems.wait(3)
    state = eventually(lambda: [a for a in outreach(center)["agencies"] if a["circuit"] == "open"])
    assert state[0]["last_failure"] == "http 500" and state[0]["waiting"] == 1
    ems.wait(5)
    times = [w.at for w in ems.seen]
    assert times[3] - times[2] > 0.6 and times[4] - times[3] > 0.6
    eventually(lambda: outreach(center)["agencies"][0]["circuit"] == "closed")


def test_a_certificate_of_nobody_is_no_agency(center, house):
    ems = house()
    group = ems.group()
    del group["webhook"]["ca"]  # the system's authorities do not know ours
    center.node(agencies=[group], **FAST)
    escalate(center)
    eventually(lambda: outreach(center)["agencies"][0]["last_failure"] == "tls", 10)
    assert not ems.seen


def test_two_nodes(center, house):
    """The leading one sends; any of them hears the answer and hands out the report."""
    ems = house()
    one = start(center, ems)
    two = start(center, ems, name="n2")
    _, _, d = escalate(center)
    hook, = ems.wait()
    follower = two if hook.data["report"].startswith("https://" + one.https) else one
    assert ems.call(follower, "ack", dispatch=d["dispatch"], by="Medic 3")[0] == 200
    url = hook.data["report"].replace(hook.data["report"].split("/")[2], follower.https)
    status, _, body = ems.fetch(hook, url=url)
    assert status == 200
    forms.check_eido(body)
    time.sleep(0.3)
    assert len(ems.seen) == len({w.id for w in ems.seen})


def test_config_names_what_is_wrong(center, house):
    ems = house()
    node = center.prepare(agencies=[ems.group()], **FAST)
    done = node.run("-t", "-c", node.config)
    assert done.returncode == 0, done.stderr
    group = ems.group()
    group["webhook"]["url"] = "https://user:word@localhost/"
    node.write(agencies=[group])
    done = node.run("-t", "-c", node.config)
    assert done.returncode == 1 and "user or password" in done.stdout + done.stderr
    group = ems.group()
    os.chmod(group["webhook"]["secret_files"][0], 0o644)
    node.write(agencies=[group])
    done = node.run("-t", "-c", node.config)
    assert done.returncode == 1 and "secret.key" in done.stdout + done.stderr
    os.chmod(group["webhook"]["secret_files"][0], 0o600)
    with open(group["webhook"]["secret_files"][0], "w", encoding="ascii") as f:
        f.write("not a secret\n")
    done = node.run("-t", "-c", node.config)
    assert done.returncode == 1 and "whsec_" in done.stdout + done.stderr


def test_a_reload_that_fails_leaves_the_agencies(center, house):
    ems = house()
    node = start(center, ems)
    group = ems.group()
    group["webhook"]["secret_files"] = [center.path("missing.key")]
    node.write(agencies=[group])
    answer = center.session("root").request("node.reload")
    assert any("missing.key" in e for e in answer["errors"])
    escalate(center)
    assert ems.wait()[0].genuine(ems.secret)


def test_draining_says_no_more(center, house):
    ems = house()
    node = start(center, ems)
    assert ems.ask("GET", node.https, "/nothing")[0] == 404
    assert ems.ask("PUT", node.https, "/agency/county-ems/events", b"x")[0] == 405
    assert node.stop() == 0
    with pytest.raises(OSError):
        ems.ask("GET", node.https, "/nothing")


# ---- drills

def drill(center, *more, node=0):
    tls = center.authority.issue("lead")
    return triagectl("drill", "dispatch", "--address", center.nodes[node].address, "--ca", tls.ca,
                     "--cert", tls.cert, "--key", tls.key, "--json", *more)


def answering(ems, node, *steps):
    """The agency answers each new webhook with these callbacks, in a thread."""
    def run():
        hook, = ems.wait()
        for kind, more in steps:
            ems.call(node, kind, dispatch=hook.data["dispatch"], **more)
    t = threading.Thread(target=run)
    t.start()
    return t


ALL_STEPS = (("ack", {"by": "Medic 3"}), ("status", {"status": "en_route"}),
             ("status", {"status": "with_person"}), ("outcome", {"outcome": "drill"}))


def test_a_drill_goes_all_the_way(center, house):
    ems = house(mode="test")
    node = start(center, ems)
    thread = answering(ems, node, *ALL_STEPS)
    done = drill(center, "--agency", "county-ems")
    thread.join()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["state"] == "passed" and told["agency"] == "county-ems" and told["took_s"] < 5
    assert all(w.data["status"] == "Test" and w.data["test"] is True for w in ems.seen)
    lead = center.session("lead")
    assert lead.request("board.get")["dispatches"] == []
    assert lead.request("dispatch.list").get("ended") in (None, [])  # counted nowhere
    assert outreach(center)["drills"][0]["state"] == "passed"


def test_a_late_drill_is_an_alarm(center, house):
    ems = house(mode="test")
    node = start(center, ems, drill__late_s=5)
    lead = center.session("lead")
    thread = answering(ems, node, ALL_STEPS[0])
    done = drill(center, "--agency", "county-ems")
    thread.join()
    assert done.returncode == 1 and json.loads(done.stdout)["state"] == "late"
    assert lead.note("notice", 5, kind="drill_late")["test"]
    assert outreach(center)["drills"][0]["state"] == "late"
    eventually(lambda: [w for w in ems.seen if w.data["what"] == "cancel"])
    assert lead.request("board.get")["dispatches"] == []


def test_drills_and_rescues_never_meet(center, house):
    live, test = house(), house(ident="test-ems", mode="test")
    start(center, live, test)
    done = drill(center, "--agency", "county-ems")
    assert done.returncode == 1 and "live_agency" in done.stderr
    assert drill(center, "--agency", "nobody").returncode == 1
    _, _, d = escalate(center)
    assert live.wait()[0].data["dispatch"] == d["dispatch"]
    assert drill(center, "--agency", "test-ems", "--wait", "0").returncode == 0
    hook, = test.wait()
    assert hook.data["test"] and hook.data["dispatch"] != d["dispatch"]
    assert "drill_running" in drill(center, "--agency", "test-ems").stderr
    time.sleep(0.5)
    assert len(live.seen) == 1 and len(test.seen) == 1


def test_a_drill_survives_a_crash(center, house):
    ems = house(mode="test")
    node = start(center, ems)
    assert drill(center, "--agency", "county-ems", "--wait", "0").returncode == 0
    hook, = ems.wait()
    node.kill()
    node.start()
    for kind, more in ALL_STEPS:
        eventually(lambda: ems.call(node, kind, ident="%s-%s" % (kind, more.get("status")),
                                    dispatch=hook.data["dispatch"], **more)[0] == 200)
    eventually(lambda: outreach(center)["drills"][0]["state"] == "passed")


def test_drills_on_schedule(center, house):
    ems = house(mode="test")
    node = start(center, ems, drill__every_s=2)
    answering(ems, node, *ALL_STEPS).join()
    eventually(lambda: outreach(center)["drills"][0]["state"] == "passed")
    first = outreach(center)["drills"][0]["dispatch"]
    eventually(lambda: outreach(center)["drills"][0]["dispatch"] != first, 10)
