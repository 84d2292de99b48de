"""Approved rules run without demo; anything else is refused, and every status says which."""

import os
import time

import pytest

from harness.center import eventually
from harness.desk import Desk, triagectl


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def check(center, **settings):
    n = center.prepare(**settings)
    return n.run("-t", "-c", n.config)


def test_signed_rules_run_without_demo(center, desk):
    desk.sign("--reason", "T.LOW: reviewed")
    out = check(center, **desk.settings())
    assert out.returncode == 0 and "signed by ben (author ann) until" in out.stdout, out.stderr
    center.nodes[0].start()
    status = center.session("root").request("node.status")["ruleset"]
    assert status["signed"] and not status["demo"] and status["alert"] == ""
    assert (status["author"], status["approver"]) == ("ann", "ben")
    assert status["reasons"] == ["T.LOW: reviewed"] and status["expires"] > status["signed_at"]
    assert center.session("clin").request("rules.get")["approver"] == "ben"
    assert center.session("lead").request("board.get")["ruleset"]["signed"]
    assert center.open(center.session("gateway"), "high")["level"] == "high"


def test_what_is_not_approved_is_refused(center, desk):
    desk.sign()
    good = desk.settings()
    for why, change in [("is not set", {"rules_signature": ""}),
                        ("no key is listed", {"clinical_keys": [
                            {"name": "zoe", "key": desk.key("ben")}]}),
                        ("not by the key of ben", {"clinical_keys": [
                            {"name": "ben", "key": desk.key("eve")}]}),
                        ("is for digest", {"rules": [desk.rules, _other(desk)]})]:
        out = check(center, **{**good, **change})
        assert out.returncode == 1 and why in out.stderr, (why, out.stderr)
        n = center.nodes[-1].start()
        assert center.session("root", at=n).request("rules.get")["id"] == "none"
        n.stop()


def _other(desk):
    with open(desk.path("more.rules"), "w", encoding="utf-8") as f:
        f.write('emoji = ( { text = "\\xf0\\x9f\\x92\\x8a"; token = "emoji_pill"; } );')
    return desk.path("more.rules")


def test_changed_rules_are_not_the_approved_ones(center, desk):
    desk.sign()
    with open(desk.rules, "a", encoding="utf-8") as f:
        f.write("\n# one more line\n")
    out = check(center, **desk.settings())
    assert out.returncode == 1 and "is for digest" in out.stderr


def test_a_rules_file_includes_no_other(center, desk):
    """What the digest does not cover must not count."""
    _other(desk)
    with open(desk.rules, "a", encoding="utf-8") as f:
        f.write('\n@include "more.rules"\n')
    out = triagectl("rules", "check", desk.rules)
    assert out.returncode == 1 and "cannot include others" in out.stdout


def test_demo_runs_them_all_the_same_and_says_so(center, desk):
    desk.sign(key="eve")
    center.prepare(**{**desk.settings(), "demo": True}).start()
    status = center.session("root").request("node.status")["ruleset"]
    assert not status["signed"] and status["demo"] and status["approver"] is None
    assert "not by the key of ben" in status["unsigned_because"]


def test_keys_are_checked_with_the_configuration(center, desk):
    desk.sign()
    keys = [{"name": "ben", "key": desk.path("ben")}]
    out = check(center, **{**desk.settings(), "clinical_keys": keys})
    assert out.returncode == 1 and "no public Ed25519 key" in out.stderr
    out = check(center, **{**desk.settings(), "clinical_keys": [{"name": "ben"}]})
    assert out.returncode == 1 and "clinical_keys: each needs" in out.stderr


def test_dump_shows_the_keys(center, desk, tmp_path):
    desk.sign()
    n = center.prepare(**desk.settings("ben", "eve"))
    first = n.run("--dump-config", "-c", n.config).stdout
    again = tmp_path / "again.conf"
    again.write_text(first)
    assert desk.key("eve") in first
    assert n.run("-t", "-c", str(again)).returncode == 0


def soon(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + seconds))


def test_an_approval_that_ends_soon_is_told(center, desk):
    for seconds, days in ((3600 * 24 * 29 + 60, "29 days"), (3600 * 24 + 60, "1 day"),
                          (3600, "less than a day")):
        desk.sign("--expires", soon(seconds))
        n = center.prepare(**desk.settings()).start()
        alert = center.session("root", at=n).request("node.status")["ruleset"]["alert"]
        assert alert.endswith(days)
        assert "event=rules.expiring" in n.log_text()
        n.stop()


def test_expired_rules_go_on_until_they_are_changed(center, desk):
    desk.sign("--expires", soon(6))
    n = center.prepare(**desk.settings()).start()
    root = center.session("root")
    eventually(lambda: "has expired" in root.request("node.status")["ruleset"]["alert"], 10)
    assert center.open(center.session("gateway"), "urgent")["level"] == "urgent"
    # A reload for another reason is not refused: a certificate may need it.
    n.write(levels__low__target_s=1234)
    assert root.request("node.reload")["errors"] == []
    assert root.request("rules.get")["signed"]
    n.stop()
    n.start()
    assert n.run("-t", "-c", n.config).returncode == 0
    lead = center.session("lead")
    assert "has expired" in lead.request("node.status")["ruleset"]["alert"]
    assert center.open(center.session("gateway"), "urgent")["level"] == "urgent"
    eventually(lambda: [a for a in lead.request("board.get")["alarms"] if a["alarm"] == "rules_end"])
    with open(desk.rules, "a", encoding="utf-8") as f:
        f.write("# changed\n")
    expire(desk)
    assert "expired at" in str(center.session("root").request("node.reload")["errors"])


def without_rules(center):
    """Why the node has none in force."""
    got = center.session("root").request("rules.get")
    assert got["id"] == "none"
    return got["unsigned_because"]


def expire(desk):
    """Sign the rules as they are, with an approval that has ended."""
    end = time.time() + 3  # signing takes its time, and refuses what has ended by then
    desk.sign("--expires", soon(3))
    time.sleep(max(0, end - time.time()))


def test_a_start_does_not_take_over_what_has_expired(center, desk):
    """What cannot be changed by a reload cannot be changed by a restart."""
    desk.sign()
    n = center.prepare(**desk.settings()).start()
    n.stop()
    with open(desk.rules, "r+", encoding="utf-8") as f:
        original = f.read()
        f.write("# changed\n")
    expire(desk)
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 1 and "expired at" in out.stderr
    n.start()
    assert "expired at" in without_rules(center)
    opened = center.open(center.session("gateway"))
    assert opened["level"] == "moderate" and "unscored_no_rules" in opened["flags"]
    n.stop()
    # Those that ran before may go on.
    with open(desk.rules, "w", encoding="utf-8") as f:
        f.write(original)
    expire(desk)
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 0 and "which is past" in out.stdout
    n.start()
    assert center.open(center.session("gateway"), "urgent")["level"] == "urgent"


def test_a_new_node_does_not_begin_with_what_has_expired(center, desk):
    expire(desk)
    n = center.prepare(**desk.settings())
    assert n.run("-t", "-c", n.config).returncode == 1
    for _ in range(2):
        n.start()
        assert "expired at" in without_rules(center)
        n.stop()


def test_a_demo_approves_nothing(center, desk):
    expire(desk)
    n = center.prepare(**{**desk.settings(), "demo": True}).start()
    assert not center.session("root").request("rules.get")["signed"]
    n.stop()
    n.write(demo=False)
    n.start()
    assert "expired at" in without_rules(center)


def test_an_upgrade_stops_no_rules_that_ran(center, desk):
    """An earlier version did not note what ran."""
    desk.sign()
    n = center.prepare(**desk.settings()).start()
    n.stop()
    os.unlink(os.path.join(n.data_dir, "rulesets", "ran"))
    expire(desk)
    n.start()
    assert "has expired" in center.session("root").request("rules.get")["alert"]
    n.stop()
    expire(desk)
    n.start()
    assert center.session("root").request("rules.get")["signed"]
    with open(desk.rules, "a", encoding="utf-8") as f:
        f.write("# changed\n")
    n.stop()
    expire(desk)
    n.start()
    assert "expired at" in without_rules(center)


def test_reload_takes_over_approved_rules_only(center, desk):
    desk.sign()
    n = center.prepare(**desk.settings()).start()
    root = center.session("root")
    before = root.request("rules.get")["digest"]
    with open(desk.rules, encoding="utf-8") as f:
        text = f.read()
    with open(desk.rules, "w", encoding="utf-8") as f:
        f.write(text.replace('version = "1"', 'version = "2"'))
    answer = root.request("node.reload")
    assert answer["swapped"] == [] and "not approved" in str(answer["errors"])
    assert root.request("rules.get")["digest"] == before
    desk.sign()
    assert root.request("node.reload")["ruleset"]["version"] == "2"
    assert n.running()


def test_signing_needs_two_people_and_rules_that_load(desk):
    desk.key("ben")
    same = triagectl("rules", "sign", "--key", desk.path("ben"), "--author", "ben",
                     "--approver", "ben", desk.rules)
    assert same.returncode == 1 and "two people" in same.stderr and not same.stdout
    with open(desk.rules, "a", encoding="utf-8") as f:
        f.write("nonsense = 1;")
    bad = triagectl("rules", "sign", "--key", desk.path("ben"), "--author", "ann",
                    "--approver", "ben", desk.rules)
    assert bad.returncode == 1 and "do not load" in bad.stderr and not bad.stdout
    assert triagectl("rules", "sign", "--author", "ann", desk.rules).returncode == 2
    assert triagectl("rules", "keygen", desk.path("ben")).returncode == 1  # never written over


def test_status_on_the_screen(center, desk):
    desk.sign()
    n = center.prepare(**desk.settings()).start()
    tls = center.authority.issue("root")
    out = triagectl("--address", n.address, "--ca", tls.ca, "--cert", tls.cert, "--key", tls.key,
                    "node", "status").stdout
    assert "signed by ben until" in out
