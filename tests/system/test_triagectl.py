"""triagectl against a running daemon: what an operator does in a night."""

import json
import os
import subprocess

import pytest

from harness.center import BUILD, eventually

OK, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3


@pytest.fixture
def ctl(running):
    def run(identity, *arguments, at=None):
        at, tls = at or running.nodes[0], running.authority.issue(identity)
        return subprocess.run([os.path.join(BUILD, "triagectl"), "--address", at.address, "--ca",
                               tls.ca, "--cert", tls.cert, "--key", tls.key, *arguments],
                              capture_output=True, text=True, timeout=30)
    return run


@pytest.fixture
def ask(ctl):
    """The answer as an object."""
    def run(identity, *arguments):
        done = ctl(identity, *arguments, "--json")
        assert done.returncode == OK, done.stderr
        return json.loads(done.stdout)
    return run


def test_status_is_one_screen_for_every_role_that_may_look(running, ctl, ask):
    both = ask("root", "status")
    assert both["node"]["node"] == "n1" and both["board"]["mode"] == "normal"
    text = ctl("lead", "status").stdout
    assert "normal" in text and "emergency" in text and "leading" in text
    assert ask("audit", "status")["board"] is None
    assert ctl("ann", "status").returncode == FAILED


def test_a_contact_from_list_to_explanation(running, ctl, ask):
    gateway = running.session("gateway")
    low = running.open(gateway, "low")["contact"]
    high = running.open(gateway, "high")["contact"]
    rows = ctl("lead", "contact", "list").stdout.splitlines()
    assert [r.split()[0] for r in rows[1:]] == [high, low]  # the order of service
    listed = ask("lead", "contact", "list", "--level", "low")["contacts"]
    assert [c["contact"] for c in listed] == [low]
    shown = ctl("lead", "contact", "show", high)
    assert shown.returncode == OK and "T.HIGH" in shown.stdout
    running.take(running.responder("ann"), high)
    explained = ctl("lead", "contact", "explain", high).stdout
    assert "T.HIGH" in explained and "ann" in explained and "[marker high]" not in explained
    read = ctl("lead", "contact", "explain", high, "--text", "--reason", "review")
    assert read.returncode == OK and "[marker high]" in read.stdout
    assert ctl("lead", "contact", "explain", high, "--text").returncode == FAILED
    assert ctl("lead", "contact", "show", "0" * 20).returncode == FAILED


def test_no_words_of_people_on_the_board(running, ctl):
    running.open(running.session("gateway"), text="canary-words marker high", from_="+15550123")
    for command in (["board"], ["status"], ["contact", "list"], ["board", "--json"]):
        out = ctl("lead", *command).stdout
        assert "canary" not in out and "5550123" not in out, command


def test_a_responder_is_paused_by_the_supervisor(running, ctl, ask):
    running.responder("ann")
    assert ctl("lead", "responder", "force", "ann", "paused", "left her seat").returncode == OK
    (ann,) = ask("lead", "responder", "list")["responders"]
    assert ann["presence"] == "paused"
    assert "paused" in ctl("lead", "responder", "list").stdout
    bad = ctl("lead", "responder", "force", "ann", "asleep", "x")
    assert bad.returncode == FAILED and "presence" in bad.stderr


def test_a_rescue_is_acknowledged_and_ended(running, ctl, ask):
    ann = running.responder("ann")
    contact = running.open(running.session("gateway"), "emergency")["contact"]
    running.take(ann, contact)
    dispatch = ann.request("contact.escalate", contact=contact, ref=running.ref(), kind="ems",
                           consent="unable", reason="in danger")["dispatch"]
    assert dispatch in ctl("desk", "board").stdout
    assert ask("desk", "dispatch", "ack", dispatch, "D. Desk")["dispatch"] == dispatch
    assert "D. Desk" in ctl("desk", "board").stdout
    assert ctl("desk", "dispatch", "outcome", dispatch, "with_person").returncode == OK
    eventually(lambda: dispatch not in ctl("desk", "board").stdout)


def test_watch_prints_changes_as_lines(running):
    tls, n = running.authority.issue("lead"), running.nodes[0]
    watch = subprocess.Popen([os.path.join(BUILD, "triagectl"), "--address", n.address, "--ca",
                              tls.ca, "--cert", tls.cert, "--key", tls.key, "watch", "--json"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: running.session("root").request("node.status")["sessions"] >= 2)
        running.open(running.session("gateway"), "urgent")
        for line in watch.stdout:
            note = json.loads(line)
            waiting = {x["level"]: x["waiting"] for x in note["params"].get("levels", [])}
            if note["method"] == "board.change" and waiting.get("urgent"):
                break
        else:
            pytest.fail("ended early: " + watch.stderr.read())
        n.kill()
        assert watch.wait(10) == UNREACHABLE
    finally:
        watch.kill()
        watch.wait()


def test_rules_in_force(running, ctl, ask):
    rules = ask("clin", "rules", "show")
    assert rules["id"] == "tests" and rules["rules"]
    assert "T.HIGH" in ctl("clin", "rules", "show").stdout


def test_roles_are_kept(running, ctl):
    for identity, command in (("ann", ["board"]), ("lead", ["node", "drain"]),
                              ("desk", ["contact", "list"]), ("clin", ["node", "reload"])):
        done = ctl(identity, *command)
        assert done.returncode == FAILED and "forbidden" in done.stderr, command


def test_reload_and_drain(running, ctl):
    done = ctl("root", "node", "reload")
    assert done.returncode == OK, done.stdout + done.stderr
    with open(running.nodes[0].settings["clients"], "a", encoding="utf-8") as f:
        f.write("nonsense = 1;\n")
    done = ctl("root", "node", "reload")
    assert done.returncode == FAILED and "nonsense" in done.stdout
    assert ctl("root", "node", "status").returncode == OK
    done = ctl("root", "node", "drain", "--json")
    assert done.returncode == OK and json.loads(done.stdout)["mode"] == "draining"


def test_a_stranger_is_told_why(running, authority, tmp_path):
    """An authority the daemon does not know, and a certificate nobody listed."""
    from devkit import pki
    n, other = running.nodes[0], pki.Authority(str(tmp_path / "other")).issue("lead")
    unlisted = authority.issue("nobody-listed")
    for tls in (other, unlisted):
        done = subprocess.run([os.path.join(BUILD, "triagectl"), "--address", n.address, "--ca",
                               authority.ca, "--cert", tls.cert, "--key", tls.key, "board"],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode in (FAILED, UNREACHABLE) and done.stdout == ""
        assert "triagectl board: " in done.stderr
