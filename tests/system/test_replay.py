"""The ledger of a real daemon, replayed: every decision comes out the same, and a planted one is
found."""

import json
import os
import subprocess
import time

import pytest

from devkit import conf, line
from harness.center import BUILD, PLAIN_RULES, eventually

CTL = os.path.join(BUILD, "triagectl")


@pytest.fixture
def replay_of():
    def of(center):
        def run(*arguments, command=("replay",)):
            return subprocess.run([CTL, *command, "--center", "center", "--store",
                                   center.redis.url, *arguments],
                                  capture_output=True, text=True, timeout=60)
        return run
    return of


@pytest.fixture
def replay(running, replay_of):
    return replay_of(running)


def play(center):
    """A short night: contacts of every kind, offers taken, declined and missed, a raise, a rescue,
    a lost connection."""
    gateway, webchat = center.session("gateway"), center.session("webchat")
    ann, lead = center.responder("ann"), center.session("lead")
    first = center.open(gateway, "high", answers={"cssrs": {"q1": True, "q2": False}},
                        location={"text": "by the river"})["contact"]
    second = center.open(webchat, "low")["contact"]
    gateway.request("contact.say", contact=first, ref=center.ref(), text="marker urgent")
    center.take(ann, first)
    ann.request("contact.level", contact=first, level="moderate", reason="calmer")
    ann.request("contact.note", contact=first, ref=center.ref(), text="spoke of her sister")
    third = center.open(gateway, "emergency")["contact"]
    ben = center.responder("ben")
    offer = ben.note("offer.new", 5)
    ben.request("offer.decline", offer=offer["offer"], reason="break")
    dispatch = ann.request("contact.escalate", contact=first, ref=center.ref(), kind="ems",
                           consent="yes", tried=["safety_plan"], location={"text": "home"},
                           reason="took something")["dispatch"]
    center.session("desk").request("dispatch.ack", dispatch=dispatch, by="desk 1")
    webchat.close()
    lead.request("contact.level", contact=second, level="urgent", reason="known to us")
    gateway.request("contact.leave", contact=third)
    return [first, second, third]


def test_every_decision_of_a_daemon_is_reproduced(running, replay):
    play(running)
    done = replay("--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["same"] and told["contacts"] == 3 and told["commands"] > 15
    assert told["marks"] == 1 and told["earlier"] == 0
    assert "every decision is the same" in replay().stdout


def test_also_over_a_restart_and_a_reload(running, replay):
    play(running)
    node = running.nodes[0]
    node.write(levels__low__target_s=4000)
    root = running.session("root")
    assert root.request("node.reload")["errors"] == []
    running.open(running.session("gateway"), "moderate")  # decided under the new ones
    node.kill()
    node.start()
    lead = running.session("lead")
    eventually(lambda: len(lead.request("contact.list")["contacts"]) >= 1)
    eva = running.responder("eva")
    running.take(eva)
    done = replay("--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["marks"] == 3


def test_a_planted_decision_is_found(running, replay, tmp_path):
    play(running)
    exported = replay(command=("ledger", "export"))
    assert exported.returncode == 0, exported.stderr
    lines = [json.loads(x) for x in exported.stdout.splitlines()]
    assert lines[0]["c"].startswith("mark ")
    for words in ("her sister", "marker urgent", "river"):
        assert words not in exported.stdout
    file = tmp_path / "ledger.jsonl"

    def run():
        file.write_text("".join(json.dumps(x) + "\n" for x in lines))
        return subprocess.run([CTL, "replay", "--ledger", str(file)], capture_output=True,
                              text=True, timeout=60)
    assert run().returncode == 0
    (at,) = [i for i, x in enumerate(lines) if x["d"].startswith("accepted")]
    lines[at]["d"] = lines[at]["d"].replace("ann", "ben")
    done = run()
    assert done.returncode == 1
    assert "entry %s" % lines[at]["id"] in done.stdout and "offer.accept" in done.stdout
    assert "ben" in done.stdout and "ann" in done.stdout
    del lines[at]["c"]
    broken = run()
    assert broken.returncode == 1 and ":%d: " % (at + 1) in broken.stderr


def test_what_is_missing_is_named(replay, running):
    play(running)
    assert "--center" in subprocess.run([CTL, "replay"], capture_output=True, text=True).stderr
    empty = subprocess.run([CTL, "replay", "--center", "nobody", "--store", running.redis.url],
                           capture_output=True, text=True)
    assert empty.returncode == 1 and "empty" in empty.stderr
    away = subprocess.run([CTL, "replay", "--center", "x", "--store", "unix:/nowhere/redis.sock"],
                          capture_output=True, text=True)
    assert away.returncode == 1 and "/nowhere" in away.stderr
    assert "--from" in replay("--from", "yesterday").stderr


def test_other_rules_rate_the_same_texts_again(running, replay, tmp_path):
    gateway = running.session("gateway")
    plain = running.open(gateway, "low")["contact"]
    spoken = running.open(gateway, "low")["contact"]
    for piece in ("marker", "high"):
        gateway.request("contact.say", contact=spoken, ref=running.ref(), text=piece)
    ann = running.responder("ann")
    for contact in (spoken, plain):
        running.serve(ann, contact)
    keys = running.nodes[0].data_dir + "/keys"
    same = replay("--rules", PLAIN_RULES, "--keys", keys, "--json")
    assert same.returncode == 0, same.stderr
    told = json.loads(same.stdout)
    assert told["rated"] == 4 and told["unreadable"] == 0 and told["changed"] == []
    rules = tmp_path / "stricter.rules"
    with open(PLAIN_RULES, encoding="utf-8") as f:
        rules.write_text(f.read().replace('level = "high"', 'level = "emergency"'))
    told = json.loads(replay("--rules", str(rules), "--keys", keys, "--json").stdout)
    (changed,) = [x for x in told["changed"] if x["contact"] == spoken]
    assert changed["then"]["level"] == "high" and changed["now"]["level"] == "emergency"
    (high,) = [x for x in told["levels"] if x["level"] == "high"]
    assert high["contacts"] == 1 and high["raised"] == 1 and high["dropped"] == 0
    text = replay("--rules", str(rules), "--keys", keys).stdout
    assert spoken in text and "of 2 contacts rated or served" in text and "marker" not in text
    # Another center's keys read nothing: that is no answer to what the rules would do.
    other = tmp_path / "keys"
    other.mkdir(mode=0o700)
    for name in os.listdir(keys):
        (other / name).write_text("ab" * 32 + "\n")
        (other / name).chmod(0o600)
    done = replay("--rules", str(rules), "--keys", str(other), "--json")
    assert done.returncode == 1 and "none of 4 texts can be read" in done.stderr
    assert "--keys" in replay("--rules", str(rules)).stderr


COURSE = """
rules = (
  { id = "Q2"; level = "high"; explain = "x"; when: { field = "cssrs.q2"; op = "eq"; value = true; };
    tests = ( { answers = "11????"; level = "high"; }, { answers = "?1????"; level = "high"; },
              { answers = "10????"; level = "low"; }, { text = "hello"; level = "low"; } ); },
  { id = "Q5"; level = "urgent"; explain = "x"; when: { field = "cssrs.q5"; op = "eq"; value = true; };
    tests = ( { answers = "????1?"; level = "urgent"; }, { answers = "00001?"; level = "urgent"; },
              { answers = "00000?"; level = "low"; }, { text = "hello"; level = "low"; } ); },
  { id = "BACK"; level = "moderate"; explain = "x"; when: { field = "prior_contacts_24h"; op = "ge"; value = 1; };
    tests = ( { fields = { prior_contacts_24h = 1; }; level = "moderate"; },
              { fields = { prior_contacts_24h = 2; }; level = "moderate"; },
              { fields = { prior_contacts_24h = 0; }; level = "low"; }, { text = "hello"; level = "low"; } ); },
  { id = "DROP"; level = "high"; explain = "x"; when: { field = "reconnects"; op = "ge"; value = 1; };
    tests = ( { fields = { reconnects = 1; }; level = "high"; }, { fields = { reconnects = 2; }; level = "high"; },
              { fields = { reconnects = 0; }; level = "low"; }, { text = "hello"; level = "low"; } ); },
  { id = "SILENT"; level = "high"; explain = "x"; when: { field = "silent_s"; op = "ge"; value = 1; };
    tests = ( { fields = { silent_s = 1; }; level = "high"; }, { fields = { silent_s = 9; }; level = "high"; },
              { fields = { silent_s = 0; }; level = "low"; }, { text = "hello"; level = "low"; } ); }
);
"""


def test_the_same_rules_rate_answers_and_the_course_as_they_did(center, replay_of):
    """Text with answers, answers alone, one that is none, silence, a reconnect, who is back."""
    rules = center.path("course.rules")
    with open(rules, "w", encoding="utf-8") as f:
        f.write(COURSE)
    center.node(rules=[PLAIN_RULES, rules])
    gateway, ann = center.session("gateway"), center.responder("ann")

    def say(contact):
        return gateway.request("contact.say", contact=contact, ref=center.ref(), text="so it is")["level"]

    both = center.open(gateway, "low", answers={"cssrs": {"q1": True, "q2": True}})
    assert both["level"] == "high"
    shown = [(m["seq"], m["kind"]) for m in center.take(ann, both["contact"])["transcript"]]
    assert shown == [(1, "text"), (2, "answers")]
    assert center.open(gateway, "low", answers={"cssrs": {"q1": "banana"}})["level"] == "moderate"
    alone = center.open(gateway, "low")["contact"]
    assert gateway.request("contact.answer", contact=alone, ref=center.ref(), instrument="cssrs",
                           answers={"q5": True})["level"] == "urgent"
    center.open(gateway, "low", **{"from": "+10000001"})
    back = center.open(gateway, "low", **{"from": "+10000001"})["contact"]
    assert say(back) == "moderate"
    silent = center.open(gateway, "low")["contact"]
    time.sleep(1.1)
    assert say(silent) == "high"
    lost = center.open(gateway, "low")["contact"]
    gateway.close()
    gateway = center.session("gateway")
    gateway.request("contact.resume", contact=lost)
    assert say(lost) == "high"
    keys = center.nodes[0].data_dir + "/keys"
    same = replay_of(center)("--rules", PLAIN_RULES, "--rules", rules, "--keys", keys, "--json")
    assert same.returncode == 0, same.stderr
    told = json.loads(same.stdout)
    assert told["rated_by_these"] == told["rated"] == 11 and told["of_these_differing"] == 0
    assert all(x["then"]["level"] == x["now"]["level"] for x in told["changed"])
    assert told["unreadable"] == 0


def test_other_options_serve_in_another_order(running, replay, tmp_path):
    gateway = running.session("gateway")
    ann = running.responder("ann", capacity=1)
    first = running.open(gateway, "low")["contact"]
    running.take(ann, first)
    low = running.open(gateway, "low")["contact"]
    moderate = running.open(gateway, "moderate")["contact"]
    for talking_with, then in ((first, moderate), (moderate, low)):
        time.sleep(1.2)
        ann.request("contact.close", contact=talking_with, disposition="resolved", outcome={})
        ann.request("responder.done", contact=talking_with)
        running.take(ann, then)
    time.sleep(1.2)
    ann.request("contact.close", contact=low, disposition="resolved", outcome={})
    ann.request("responder.done", contact=low)
    time.sleep(0.5)
    running.open(gateway, "low", lang="es")  # the history goes on until now; nobody takes this one
    node = running.nodes[0]
    same = json.loads(replay("--policy", node.config, "--json").stdout)
    assert same["contacts"] == 4 and same["changed"] == []
    changed = dict(node.settings)
    policy = tmp_path / "policy.conf"
    for name in ("low", "moderate", "high"):
        changed["levels.%s.target_s" % name] = 900  # all the same: first come, first served
    conf.write(str(policy), changed)
    told = json.loads(replay("--policy", str(policy), "--json").stdout)
    by_contact = {x["contact"]: x for x in told["changed"]}
    assert by_contact[low]["now"]["waited_s"] < by_contact[low]["then"]["waited_s"]
    assert by_contact[moderate]["now"]["waited_s"] > by_contact[moderate]["then"]["waited_s"]
    text = replay("--policy", str(policy)).stdout
    assert low in text and "rated or served differently" in text
    assert "unknown option" in replay("--policy", PLAIN_RULES).stderr


def take_what_stands(center, responder):
    while True:
        try:
            return center.take(responder)["contact"]
        except line.RpcError as e:  # withdrawn for somebody more urgent
            assert e.reason == "offer_gone"


def test_a_burst_comes_out_as_it_was(running, replay):
    """Many contacts in few milliseconds, more than there are people; some offers pass."""
    gateway, webchat = running.session("gateway"), running.session("webchat")
    staff = [running.responder("ann", capacity=2), running.responder("ben")]
    levels = ("low", "high", "moderate", "urgent", "low", "emergency")
    for i in range(60):
        running.open((gateway, webchat)[i % 2], levels[i % len(levels)])
    for turn in range(12):
        one = staff[turn % 2]
        contact = take_what_stands(running, one)
        one.request("contact.close", contact=contact, disposition="resolved", outcome={})
        one.request("responder.done", contact=contact)
    time.sleep(0.2)
    same = replay("--policy", running.nodes[0].config, "--json")
    assert same.returncode == 0, same.stderr
    told = json.loads(same.stdout)
    assert told["contacts"] == 60 and told["changed"] == []


def test_rules_report_counts_corrections_and_waits(running, replay):
    gateway, ann = running.session("gateway"), running.responder("ann")
    high = running.open(gateway, "high")["contact"]
    running.take(ann, high)
    ann.request("contact.level", contact=high, level="low", reason="a misunderstanding")
    gateway.request("contact.say", contact=high, ref=running.ref(), text="marker high")
    moderate = running.open(gateway, "moderate")["contact"]
    running.take(ann, moderate)
    ann.request("contact.level", contact=moderate, level="urgent", reason="alone tonight")
    unheard = running.open(gateway, "high", lang="es")["contact"]
    running.session("lead").request("contact.level", contact=unheard, level="low", reason="test")
    done = replay("--json", command=("rules", "report"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["contacts"], told["raised"], told["lowered"]) == (3, 1, 2)
    rules = {x["rule"]: x for x in told["rules"]}
    assert rules["T.HIGH"] == {"rule": "T.HIGH", "contacts": 2, "heard": 1, "lowered": 1,
                               "raised": 0, "precision": 0.0}
    assert rules["T.MODERATE"]["precision"] == 1.0 and rules["T.MODERATE"]["raised"] == 1
    levels = {x["level"]: x for x in told["levels"]}
    assert levels["high"]["arrived"] == 2 and levels["high"]["first_human"]["served"] == 1
    assert 0 <= levels["high"]["first_human"]["max_s"] < 30
    assert levels["emergency"]["first_human"]["p50_s"] is None
    langs = {x["lang"]: x["contacts"] for x in told["languages"]}
    assert langs == {"en": 2, "es": 1}
    text = replay(command=("rules", "report")).stdout
    assert "T.HIGH" in text and "0.0 %" in text and "100.0 %" in text
    later = json.loads(replay("--from", "2200-01-01", "--json", command=("rules", "report")).stdout)
    assert later["contacts"] == 0 and later["rules"] == []
