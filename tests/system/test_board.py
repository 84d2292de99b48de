"""What supervisors see: counts, lists, why."""

import pytest

from devkit import node
from devkit.line import RpcError
from harness.center import ROOT, eventually


def level(board, name):
    return next(x for x in board["levels"] if x["level"] == name)


def test_board_counts_by_level(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    for name in ("low", "low", "urgent"):
        running.open(gateway, name)
    board = lead.request("board.get")
    assert level(board, "low")["waiting"] == 2
    assert level(board, "urgent")["waiting"] == 1
    assert level(board, "emergency")["waiting"] == 0
    assert level(board, "low")["oldest_wait_s"] >= 0
    assert board["responders"]["ready"] == 0


def test_lines_and_languages_count_as_the_levels_do(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    running.responder("ann")  # and has room for one of the two
    for line in ("north", "south"):
        running.open(gateway, "emergency", line=line)
    eventually(lambda: lead.request("board.get")["totals"]["offered"] == 1)
    board = lead.request("board.get")
    assert {k: board["totals"][k] for k in ("waiting", "offered")} == {"waiting": 1, "offered": 1}
    for groups in ("levels", "lines", "langs"):
        for n in ("waiting", "offered"):
            assert sum(g[n] for g in board[groups]) == 1, (groups, n)


def test_board_watch_tells_changes_until_turned_off(running):
    lead = running.session("lead")
    lead.request("board.watch")
    running.open(running.session("gateway"), "high")
    eventually(lambda: level(lead.note("board.change"), "high")["waiting"] == 1)
    lead.request("board.watch", on=False)


def test_list_tells_the_place_in_line(running):
    gateway = running.session("gateway")
    ids = {name: running.open(gateway, name)["contact"] for name in ("low", "emergency", "high")}
    listed = running.session("lead").request("contact.list")["contacts"]
    assert {x["contact"]: x["position"] for x in listed} == {
        ids["emergency"]: 1, ids["high"]: 2, ids["low"]: 3}
    only = running.session("lead").request("contact.list", level="high")["contacts"]
    assert [x["contact"] for x in only] == [ids["high"]]


def test_a_state_that_does_not_exist_is_refused_and_not_an_empty_list(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    c = running.open(gateway, "low")["contact"]
    assert [x["contact"] for x in lead.request("contact.list", state="waiting")["contacts"]] == [c]
    assert lead.request("contact.list", state="active")["contacts"] == []
    with pytest.raises(RpcError) as e:
        lead.request("contact.list", state="wating")
    assert e.value.data["reason"] == "not_one_of" and "waiting" in e.value.data["detail"].split()


def test_who_may_not_is_told_who_may(running):
    with pytest.raises(RpcError) as e:
        running.session("root").request("contact.list")
    assert e.value.data == {"reason": "role", "detail": "allowed for: supervisor"}


def test_explain_says_why_this_level_and_this_responder(running):
    ann = running.responder("ann")
    running.responder("ben", presence="paused")
    c = running.open(running.session("gateway"), "high")["contact"]
    running.take(ann, c)
    e = running.session("lead").request("contact.explain", contact=c)
    assert e["level"] == "high" and e["reasons"][0]["rule"] == "T.HIGH"
    assert e["ruleset"] and e["history"]
    assert "ann" in str(e["match"])


def test_explain_shows_people_beside_rules_and_what_was_set_aside(center):
    center.node(rules=node.rule_files(ROOT))
    gateway, lead = center.session("gateway"), center.session("lead")
    c = center.open(gateway, text="I do not want to kill myself, I am only sad",
                    answers={"cssrs": {"q4": True}})["contact"]
    e = lead.request("contact.explain", contact=c)
    assert any("cssrs.q4" in r.get("fields", []) for r in e["reasons"])
    assert {s["by"] for s in e["suppressed"]} & {"negation"}
    assert all(set(s) == {"signal", "by", "span"} for s in e["suppressed"])
    assert isinstance(e["near"], list)
    lead.request("contact.level", contact=c, level="emergency", reason="known plan")
    e = lead.request("contact.explain", contact=c)
    assert [h.get("by", "") for h in e["history"]] == ["", "lead"]
    # What is said next and asks for less leaves the explanation of the level as it was.
    gateway.request("contact.say", contact=c, ref=center.ref(), text="hello?")
    again = lead.request("contact.explain", contact=c)
    assert again["suppressed"] == e["suppressed"] and again["reasons"] == e["reasons"]


def test_text_is_explained_only_with_a_reason_that_is_recorded(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    c = running.open(gateway, text="canary-words, marker high")["contact"]
    assert "transcript" not in lead.request("contact.explain", contact=c)
    with pytest.raises(RpcError) as refused:
        lead.request("contact.explain", contact=c, text=True)
    assert refused.value.data["field"] == "reason"
    e = lead.request("contact.explain", contact=c, text=True, reason="complaint 7")
    (said,) = e["transcript"]
    assert said["text"] == "canary-words, marker high"
    (span,) = e["reasons"][0]["spans"]
    assert said["text"][span[0]:span[1]] == "marker high"
    assert e["reasons_seq"] == said["seq"]
    gateway.request("contact.say", contact=c, ref=running.ref(), text="the weather is fine here")
    again = lead.request("contact.explain", contact=c, text=True, reason="complaint 7")
    assert again["reasons"] == e["reasons"] and again["reasons_seq"] == said["seq"]
    gateway.request("contact.say", contact=c, ref=running.ref(), text="now a marker urgent")
    again = lead.request("contact.explain", contact=c, text=True, reason="complaint 7")
    assert again["reasons_seq"] == again["transcript"][2]["seq"]
    log = running.nodes[0].log_text()
    assert "contact.text_read" in log and "complaint 7" in log and "canary" not in log
    for curious in ("ann", "clin"):
        with pytest.raises(RpcError):
            running.session(curious).request("contact.explain", contact=c, text=True, reason="curious")
    assert "transcript" not in running.session("clin").request("contact.explain", contact=c)


def test_get_shows_the_course(running):
    ann, lead = running.responder("ann"), running.session("lead")
    c = running.open(running.session("gateway"), "moderate", line="veterans")["contact"]
    running.take(ann, c)
    got = lead.request("contact.get", contact=c)
    assert got["state"] == "active" and got["responder"] == "ann" and got["line"] == "veterans"
    assert got["accepted"] >= got["arrived"]


def test_next_board_has_no_words_of_people(running):
    running.open(running.session("gateway"), text="canary-words marker high", from_="+15550123")
    lead = running.session("lead")
    for answer in (lead.request("board.get"), lead.request("contact.list")):
        assert "canary" not in str(answer) and "5550123" not in str(answer)


def test_late_contact_is_told_to_supervisors(center):
    center.node(levels__urgent__target_s=1)
    lead, gateway = center.session("lead"), center.session("gateway")
    c = center.open(gateway, "urgent")["contact"]
    assert lead.note("notice", 6, contact=c, kind="deadline")["level"] == "urgent"
    lead.request("alert.ack", contact=c)
    got = lead.request("contact.get", contact=c)
    assert got["alert_by"] == "lead"


def test_node_status(running):
    s = running.session("root").request("node.status")
    assert s["node"] == "n1"
    assert s["mode"] == "normal"


def test_rules_get_names_what_is_in_force(running):
    r = running.session("clin").request("rules.get")
    assert r["id"] == "tests" and r["version"] == "1" and len(r["digest"]) == 64
