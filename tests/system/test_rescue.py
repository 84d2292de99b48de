"""Rescues: agencies and teams are asked one after the other, people watch every step, places are
confirmed and opened on record, and nobody is sent twice or against somebody's will by one person."""

import datetime
import json
import os
import subprocess
import time

import pytest

from harness.center import BUILD, CLIENTS, eventually
from devkit.line import RpcError

PARTNERS = [
    {"name": "ems-desk", "cert": "ems-desk", "roles": ["partner"]},
    {"name": "ems-two", "cert": "ems-two", "roles": ["partner"]},
    {"name": "team-red", "cert": "team-red", "roles": ["partner"]},
    {"name": "team-blue", "cert": "team-blue", "roles": ["partner"]},
    {"name": "drill-desk", "cert": "drill-desk", "roles": ["partner"], "test": True},
    {"name": "drill-gw", "cert": "drill-gw", "roles": ["frontend"], "test": True},
    {"name": "drill-ann", "cert": "drill-ann", "roles": ["responder"], "skills": ["general"],
     "langs": ["en"], "test": True},
]
AGENCIES = [
    {"id": "ems-a", "name": "EMS A", "kinds": ["ems"], "areas": ["kent"], "session": "ems-desk"},
    {"id": "ems-b", "name": "EMS B", "kinds": ["ems"], "session": "ems-two"},
    {"id": "drill", "kinds": ["ems"], "mode": "test", "session": "drill-desk"},
]
HERE = {"lat": 52.51234, "lon": 13.40567, "text": "third door, behind the yard",
        "civic": {"country": "us", "A2": "Kent", "RD": "Elm Street"}}


def ago(seconds):
    t = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (t.microsecond // 1000)


@pytest.fixture
def staffed(center):
    center.node(clients=CLIENTS + PARTNERS, agencies=AGENCIES, dispatch__offer_s=5,
                dispatch__rest_s=0, alerts__repeat_s=5)
    return center


def partner(center, name):
    return center.session(name, role="partner")


def in_danger(center, responder="ann", gateway="gateway", **more):
    who = center.session(responder, role="responder")
    who.request("responder.set", presence="ready")
    c = center.open(center.session(gateway, role="frontend"), "emergency", **more)["contact"]
    center.take(who, c)
    return who, c


def escalate(center, who, c, **more):
    params = {"kind": "ems", "consent": "unable", "reason": "in danger now", "ref": center.ref(),
              "location": HERE}
    params.update(more)
    return who.request("contact.escalate", contact=c,
                       **{k: v for k, v in params.items() if v is not None})


def refused(code, session, method, **params):
    with pytest.raises(RpcError) as e:
        session.request(method, **params)
    assert e.value.code == code, e.value
    return e.value


def team(session, name, lat, lon, **more):
    return session.request("team.set", team=name, presence="ready", location={
        "lat": lat, "lon": lon, "at": ago(1)}, **more)


def test_the_whole_loop(staffed):
    ems, desk = partner(staffed, "ems-desk"), staffed.session("desk")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, tried=["plan", "family"])
    assert d["state"] == "requested" and d["asked"] == "agency:ems-a"
    assert d["location"]["text"] == HERE["text"] and d["location"]["lat"] == HERE["lat"]
    new = ems.note("dispatch.new", dispatch=d["dispatch"])
    assert "contact" not in new and "location" not in new and "reason" not in new
    assert (new["lat"], new["lon"], new["area"]) == (52.51, 13.41, "us kent")
    assert 0 < new["expires_ms"] <= 5000
    assert desk.note("notice", kind="dispatch_requested")["dispatch"] == d["dispatch"]
    refused(5, ems, "dispatch.get", dispatch=d["dispatch"])  # not before it is theirs
    refused(5, ems, "dispatch.status", dispatch=d["dispatch"], status="en_route")
    took = ems.request("dispatch.ack", dispatch=d["dispatch"], by="R. Ruiz")
    assert took["state"] == "acknowledged" and took["unit"] == "agency:ems-a"
    update = ann.note("dispatch.update", state="acknowledged")
    assert update["by"] == "R. Ruiz" and update["awaits"] == "sent"
    place = ems.request("dispatch.get", dispatch=d["dispatch"])
    assert place["location"]["text"] == HERE["text"] and "contact" not in place
    for status, awaits in (("sent", "en_route"), ("en_route", "on_scene"),
                           ("on_scene", "with_person"), ("with_person", "outcome"),
                           ("transporting", "cleared"), ("cleared", "outcome")):
        assert ems.request("dispatch.status", dispatch=d["dispatch"],
                           status=status)["awaits"] == awaits
        assert ann.note("dispatch.update", state=status)
    refused(5, ems, "dispatch.status", dispatch=d["dispatch"], status="en_route")
    assert refused(9, ann, "contact.close", contact=c, disposition="x", outcome={})
    over = ems.request("dispatch.outcome", dispatch=d["dispatch"], outcome="hospital")
    assert over["state"] == "ended"
    assert ann.request("contact.close", contact=c, disposition="rescued",
                       outcome={})["state"] == "wrapup"
    listed = desk.request("dispatch.list")
    assert listed["dispatches"] == [] and listed["ended"][0]["unable"] == 1
    assert "place_opened" in staffed.nodes[0].log_text()


def test_silence_and_no_lead_to_the_next(staffed):
    one, two = partner(staffed, "ems-desk"), partner(staffed, "ems-two")
    lead = staffed.session("lead")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c)["dispatch"]
    assert one.note("dispatch.new", dispatch=d)
    assert one.note("dispatch.gone", 8, dispatch=d)["why"] == "expired"
    assert two.note("dispatch.new", 8, dispatch=d)
    refused(3, partner(staffed, "team-red"), "dispatch.ack", dispatch=d, by="nobody asked me")
    two.request("dispatch.decline", dispatch=d, reason="no car")
    row = lead.request("board.get")["dispatches"][0]
    assert row["awaits"] == "acknowledged" and row["asked"] == ""
    # The first one may still say yes: it was asked, and nobody has it.
    assert one.request("dispatch.ack", dispatch=d, by="M. Ode")["unit"] == "agency:ems-a"
    assert one.request("dispatch.status", dispatch=d, status="failed",
                       reason="broke down")["state"] == "failed"
    assert lead.note("notice", kind="dispatch_failed")["dispatch"] == d


def test_alarms_repeat_until_a_person_acts(staffed):
    lead, desk = staffed.session("lead"), staffed.session("desk")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, kind="fire")["dispatch"]
    counts = [lead.note("notice", 8, kind="dispatch_requested")["count"] for _ in range(3)]
    assert counts == [1, 2, 3]
    desk.request("dispatch.ack", dispatch=d, by="officer 3")
    lead.notes.clear() if hasattr(lead, "notes") else None
    row = lead.request("board.get")["dispatches"][0]
    assert row["awaits"] == "sent" and row["by"] == "officer 3" and not row["overdue"]


def test_against_their_will_needs_a_second_person(staffed):
    lead, ems = staffed.session("lead"), partner(staffed, "ems-desk")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, consent="no")
    assert d["state"] == "held" and d["awaits"] == "second_person"
    assert lead.note("notice", kind="dispatch_second")["dispatch"] == d["dispatch"]
    refused(2, ann, "dispatch.confirm", dispatch=d["dispatch"])
    went = lead.request("dispatch.confirm", dispatch=d["dispatch"])
    assert went["state"] == "requested" and went["second_by"] == "lead"
    assert ems.note("dispatch.new", dispatch=d["dispatch"])
    ann.request("dispatch.status", dispatch=d["dispatch"], status="cancelled", reason="safe")
    assert ems.note("dispatch.gone", dispatch=d["dispatch"])["why"] == "cancelled"
    again = escalate(staffed, ann, c, consent="no", criteria=["attempt_in_progress"])
    assert again["state"] == "requested"  # an attempt in progress needs nobody
    ann.request("dispatch.status", dispatch=again["dispatch"], status="cancelled", reason="safe")
    third = escalate(staffed, ann, c, consent="no", kind="police")
    refused(-32602, lead, "dispatch.confirm", dispatch=third["dispatch"], proceed=False,
            reason="")
    stopped = lead.request("dispatch.confirm", dispatch=third["dispatch"], proceed=False,
                           reason="fears the police, a team is near")
    assert stopped["state"] == "cancelled"


def test_silence_of_the_second_person_is_recorded(center):
    center.node(clients=CLIENTS + PARTNERS, agencies=AGENCIES, dispatch__confirm_s=2)
    ems, desk = partner(center, "ems-desk"), center.session("desk")
    ann, c = in_danger(center)
    d = escalate(center, ann, c, consent="no")["dispatch"]
    assert ems.note("dispatch.new", 5, dispatch=d)
    assert desk.request("dispatch.list")["dispatches"][0]["silence"] is True
    ems.request("dispatch.ack", dispatch=d, by="R. Ruiz")
    ems.request("dispatch.outcome", dispatch=d, outcome="hospital")
    ended = desk.request("dispatch.list")["ended"][0]
    assert ended["involuntary"] == 1 and ended["silence"] == 1 and ended["second_person"] == 0


@pytest.mark.parametrize("place, doubts", [
    ({"lat": 52.5, "lon": 13.4, "source": "device", "radius_m": 20, "at": 7200}, ["stale"]),
    ({"lat": 52.5, "lon": 13.4, "source": "carrier", "radius_m": 4000, "at": 5}, ["weak"]),
    ({"lat": 52.5, "lon": 13.4, "source": "device"}, ["stale", "weak"]),
    ({"text": "Elm Street 4", "source": "older_contact"}, ["older_contact"]),
    ({"text": "Elm Street 4", "confidence": 20}, ["weak"]),
])
def test_doubtful_places_wait_for_a_person(staffed, place, doubts):
    place = {k: ago(v) if k == "at" else v for k, v in place.items()}  # as old as that now
    lead, ems = staffed.session("lead"), partner(staffed, "ems-two")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, location=place)
    assert d["state"] == "held" and d["awaits"] == "place" and d["doubts"] == doubts
    assert d["location"]["source"] == place.get("source", "caller")
    assert lead.note("notice", kind="dispatch_place")
    went = ann.request("dispatch.confirm", dispatch=d["dispatch"], location_confirmed=True)
    assert went["state"] == "requested" and went["location_confirmed_by"] == "ann"
    assert ems.note("dispatch.new", dispatch=d["dispatch"], timeout=10)


def test_good_places_go_at_once_and_old_ones_of_the_contact_do_not(staffed):
    partner(staffed, "ems-two")
    ann, c = in_danger(staffed, location={"text": "Elm Street 4", "source": "caller",
                                          "at": ago(3600)})
    d = escalate(staffed, ann, c, location=None)
    assert d["awaits"] == "place" and d["location"]["text"] == "Elm Street 4"
    d = escalate(staffed, ann, c, location={"lat": 52.5, "lon": 13.4, "source": "device",
                                            "radius_m": 30, "at": ago(2)})
    assert d["state"] == "requested" and "doubts" not in d


def test_one_open_rescue_and_changes_reach_whoever_has_it(staffed):
    ems = partner(staffed, "ems-desk")
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c)
    assert escalate(staffed, ann, c, location=None)["dispatch"] == d["dispatch"]
    assert refused(9, ann, "contact.escalate", contact=c, kind="police", consent="unable",
                   reason="x", ref=staffed.ref()).data["reason"] == "dispatch_open"
    ems.request("dispatch.ack", dispatch=d["dispatch"], by="R. Ruiz")
    moved = dict(HERE, text="now at the bridge", source="caller", at=ago(1))
    changed = escalate(staffed, ann, c, location=moved)
    assert changed["dispatch"] == d["dispatch"] and changed["version"] > d["version"]
    assert ems.note("dispatch.update", dispatch=d["dispatch"])["version"] == changed["version"]
    seen = ems.request("dispatch.get", dispatch=d["dispatch"])
    assert seen["location"]["text"] == "now at the bridge"
    doubtful = {"text": "maybe the station", "source": "older_contact"}
    assert refused(9, ann, "contact.escalate", contact=c, kind="ems", consent="unable",
                   reason="x", ref=staffed.ref(), location=doubtful).data["reason"] == \
        "location_unconfirmed"
    second = escalate(staffed, ann, c, kind="police", confirm=True)
    assert second["dispatch"] != d["dispatch"]


def test_the_nearest_team_is_asked_first(staffed):
    red, blue, desk = (partner(staffed, "team-red"), partner(staffed, "team-blue"),
                       staffed.session("desk"))
    team(red, "red", 52.60, 13.40, skills=["nurse"], members=["kim", "lu"])
    team(blue, "blue", 52.52, 13.40)
    near = desk.request("dispatch.nearest", location={"lat": 52.51, "lon": 13.40})["teams"]
    assert [t["team"] for t in near] == ["blue", "red"]
    assert 100 < near[0]["eta_s"] < 300 and near[0]["position_age_s"] > 0.5
    skilled = desk.request("dispatch.nearest", location={"lat": 52.51, "lon": 13.40},
                           skills=["nurse"])["teams"]
    assert skilled[0]["team"] == "red" and skilled[0]["skilled"]
    refused(2, red, "dispatch.nearest", location={"lat": 52.51, "lon": 13.40})
    refused(2, red, "team.set", team="blue", presence="away")
    assert [t["team"] for t in red.request("team.list")["teams"]] == ["red"]
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, kind="mobile_team", location=dict(HERE, lat=52.51, lon=13.40))
    assert d["asked"] == "team:blue"
    assert blue.note("dispatch.new", dispatch=d["dispatch"])["team"] == "blue"
    assert desk.request("team.list")["teams"][1]["state"] == "asked"
    blue.request("dispatch.decline", dispatch=d["dispatch"], reason="car in repair")
    new = red.note("dispatch.new", dispatch=d["dispatch"])
    assert new["team"] == "red" and new["eta_s"] > near[0]["eta_s"]
    assert blue.request("dispatch.list")["dispatches"] == []
    red.request("dispatch.ack", dispatch=d["dispatch"], by="Kim")
    teams = {t["team"]: t for t in desk.request("team.list")["teams"]}
    assert teams["red"]["state"] == "busy" and teams["red"]["checkin_by"]
    red.request("dispatch.outcome", dispatch=d["dispatch"], outcome="with_family")
    assert red.request("team.checkin", team="red")["state"] == "ready"


def test_a_crew_that_is_not_heard_of_is_an_alarm(center):
    center.node(clients=CLIENTS + PARTNERS, dispatch__checkin_s=2, alerts__repeat_s=5,
                dispatch__rest_s=60)
    lead, red = center.session("lead"), partner(center, "team-red")
    team(red, "red", 52.60, 13.40)
    ann, c = in_danger(center)
    d = escalate(center, ann, c, kind="mobile_team")["dispatch"]
    red.request("dispatch.ack", dispatch=d, by="Kim")
    assert lead.note("notice", 5, kind="team_overdue")["team"] == "red"
    assert red.request("team.checkin", team="red")["state"] == "busy"
    red.request("dispatch.outcome", dispatch=d, outcome="with_family")
    assert red.request("team.checkin", team="red")["state"] == "resting"


def test_tests_reach_test_agencies_alone(staffed):
    drill, ems = partner(staffed, "drill-desk"), partner(staffed, "ems-two")
    ann, c = in_danger(staffed, "drill-ann", "drill-gw")
    d = escalate(staffed, ann, c)
    assert d["test"] and d["asked"] == "agency:drill"
    assert drill.note("dispatch.new", dispatch=d["dispatch"])["test"] is True
    drill.request("dispatch.decline", dispatch=d["dispatch"], reason="drill")
    time.sleep(0.3)
    assert ems.request("dispatch.list")["dispatches"] == []
    desk = staffed.session("desk")
    assert desk.request("dispatch.list")["dispatches"][0]["state"] == "declined"
    assert desk.request("dispatch.list")["ended"] == []


def test_who_may_do_what(staffed):
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c)["dispatch"]
    lead, ben = staffed.session("lead"), staffed.session("ben")
    refused(2, ann, "dispatch.status", dispatch=d, status="sent")
    refused(2, ben, "dispatch.status", dispatch=d, status="cancelled", reason="x")
    refused(2, ben, "dispatch.get", dispatch=d)
    refused(10, lead, "dispatch.get", dispatch=d)  # with a reason only
    assert lead.request("dispatch.get", dispatch=d, reason="review")["location"]
    assert ben.request("dispatch.list")["dispatches"] == []
    assert [x["dispatch"] for x in ann.request("dispatch.list")["dispatches"]] == [d]
    gateway = staffed.sessions[0]
    for method in ("dispatch.list", "team.list", "dispatch.nearest"):
        with pytest.raises(RpcError) as e:
            staffed.session("gateway").request(method)
        assert e.value.code == 2
    assert gateway


def test_everything_survives_a_crash(staffed):
    red, ems = partner(staffed, "team-red"), partner(staffed, "ems-desk")
    team(red, "red", 52.60, 13.40)
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c)["dispatch"]
    ems.request("dispatch.ack", dispatch=d, by="R. Ruiz")
    ems.request("dispatch.status", dispatch=d, status="en_route")
    staffed.nodes[0].kill()
    staffed.nodes[0].start()
    desk = staffed.session("desk")
    eventually(lambda: desk.request("dispatch.list")["dispatches"])
    row = desk.request("dispatch.list")["dispatches"][0]
    assert row["dispatch"] == d and row["state"] == "en_route" and row["unit"] == "agency:ems-a"
    assert row["awaits"] == "on_scene" and row["next"] == "agency:ems-a"
    assert [t["team"] for t in desk.request("team.list")["teams"]] == ["red"]
    ems = partner(staffed, "ems-desk")
    assert ems.request("dispatch.status", dispatch=d, status="on_scene")["state"] == "on_scene"


def test_the_tool_shows_what_each_rescue_waits_for(staffed, tmp_path):
    def tool(who, *words):
        tls = staffed.authority.issue(who)
        done = subprocess.run(
            [os.path.join(BUILD, "triagectl"), "--address", staffed.nodes[0].address, "--ca",
             tls.ca, "--cert", tls.cert, "--key", tls.key, *words],
            capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    team(partner(staffed, "team-red"), "red", 52.60, 13.40, skills=["nurse"])
    ann, c = in_danger(staffed)
    d = escalate(staffed, ann, c, consent="no")["dispatch"]
    row = tool("desk", "dispatch", "list").splitlines()[1]
    assert d in row and "second_person" in row and "us kent" in row
    assert "agency:ems-a" in tool("lead", "dispatch", "confirm", d)
    assert "agency:ems-a" in tool("desk", "dispatch", "list").splitlines()[1]
    assert "behind the yard" in tool("desk", "dispatch", "show", d)
    assert "red" in tool("desk", "dispatch", "nearest", "--dispatch", d, "--skill", "nurse")
    assert "nurse" in tool("desk", "team", "list")
    tool("desk", "team", "set", "red", "away", "shift is over")
    assert json.loads(tool("desk", "--json", "team", "list"))["teams"][0]["presence"] == "away"
    tool("desk", "dispatch", "ack", d, "officer 3")
    tool("desk", "dispatch", "status", d, "en_route")
    tool("desk", "dispatch", "outcome", d, "hospital")
    report = tool("lead", "report", "dispatch").splitlines()
    assert "INVOLUNTARY" in report[1] and report[2].split()[1:] == list("10101000")
