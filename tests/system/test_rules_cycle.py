"""The life of a change of rules: staged, tried in the shadow, approved, activated, rolled back."""

import os
import re
import subprocess
import threading
import time

import pytest

from devkit.line import RpcError
from harness.center import BUILD, CLIENTS, eventually
from harness.desk import Desk, triagectl

FORBIDDEN, INVALID_STATE, CONFLICT = 2, 5, 9

# ann writes rules, ben approves them; both have the clinical role beside clin.
STAFF = [c for c in CLIENTS if c["name"] not in ("ann", "ben")] + [
    {"name": "ann", "cert": "ann", "roles": ["clinical"]},
    {"name": "ben", "cert": "ben", "roles": ["clinical"]}]


@pytest.fixture
def desk(tmp_path):
    d = Desk(tmp_path)
    os.mkdir(d.path("staged"))
    return d


def change(desk, version, *replace, name="plain.conf"):
    """A new version of the rules where rules_staged looks for them."""
    with open(desk.rules, encoding="utf-8") as f:
        text = f.read().replace('version = "1"', 'version = "%s"' % version)
    for old, new in replace:
        assert old in text
        text = text.replace(old, new)
    file = os.path.join(desk.path("staged"), name)
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


RAISE = ('"marker high"; owner', '"(marker|sign) high"; owner')
DROP = ('"marker moderate"; owner', '"sign moderate"; owner')
DROP_TESTS = (('text = "marker moderate"', 'text = "sign moderate"'),
              ('text = "a marker moderate', 'text = "a sign moderate'))


@pytest.fixture
def signed(center, desk):
    """A node with approved rules, not in demo."""
    desk.sign()
    center.prepare(clients=STAFF, rules_staged=[desk.path("staged")], **desk.settings()).start()
    return center


def as_clinical(center, name, at=None):
    return center.session(name, at, role="clinical")


def refused(session, method, **params):
    with pytest.raises(RpcError) as e:
        session.request(method, **params)
    return e.value


def stage(session, **params):
    answer = session.request("rules.stage", **params)
    assert answer["errors"] == [] and answer["staged"], answer
    return answer["digest"]


def sign_staged(desk, session, *more, file="plain.conf"):
    with open(desk.sign(*more, files=[os.path.join(desk.path("staged"), file)]),
              encoding="utf-8") as f:
        return session.request("rules.sign", signature=f.read())


def shadow(session, triages):
    def seen():
        s = session.request("rules.get")["staged"]["shadow"]
        return s if s["triages"] >= triages else None
    return eventually(seen)


def test_a_whole_life(signed, desk):
    change(desk, "2", RAISE)
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    gateway = signed.session("gateway")
    before = clin.request("rules.get")
    assert before["staged"] is None and before["origin"] == "configured"
    digest = stage(clin)

    # The shadow counts and changes nothing.
    contact = signed.open(gateway, text="sign high")
    assert contact["level"] == "low"
    assert signed.open(gateway, "urgent")["level"] == "urgent"
    seen = shadow(clin, 2)
    assert (seen["same"], seen["raised"], seen["dropped"], seen["skipped"]) == (1, 1, 0, 0)
    assert seen["pairs"] == [{"active": "low", "staged": "high", "triages": 1}]
    (recent,) = seen["recent"]
    assert (recent["contact"], recent["staged"]) == (contact["contact"], "high")

    # Approved, and put in force by another than the author.
    assert refused(clin, "rules.activate", digest=digest).reason == "not_signed"
    assert sign_staged(desk, clin)["approver"] == "ben"
    author = as_clinical(signed, "ann")
    assert refused(author, "rules.activate", digest=digest).code == FORBIDDEN
    assert refused(ben, "rules.activate", digest="0" * 64).reason == "other_digest"
    now = ben.request("rules.activate", digest=digest)
    assert now["digest"] == digest and now["origin"] == "activated" and now["signed"]
    assert signed.open(gateway, text="sign high")["level"] == "high"
    got = clin.request("rules.get")
    assert got["staged"] is None and got["activated_by"] == "ben"
    assert got["previous"] == "configured"

    # It survives a restart, and -t says what is in force.
    n = signed.nodes[0]
    n.stop()
    out = n.run("-t", "-c", n.config)
    assert "rules: activated: tests 2" in out.stdout, out.stdout + out.stderr
    os.unlink(os.path.join(desk.path("staged"), "plain.conf"))
    n.start()
    gateway, ben = signed.session("gateway"), as_clinical(signed, "ben")
    assert signed.open(gateway, text="sign high")["level"] == "high"
    assert ben.request("rules.get")["approver"] == "ben"

    # And back, for this process and the next.
    assert ben.request("rules.rollback")["digest"] == before["digest"]
    assert signed.open(gateway, text="sign high")["level"] == "low"
    assert refused(ben, "rules.rollback").reason == "nothing_to_go_back_to"
    n.stop()
    n.start()
    assert signed.open(signed.session("gateway"), text="sign high")["level"] == "low"


def test_back_at_once_to_activated_rules(signed, desk):
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    digests = []
    for version in ("2", "3"):
        change(desk, version)
        digests.append(stage(clin))
        sign_staged(desk, clin)
        ben.request("rules.activate", digest=digests[-1])
    assert clin.request("rules.get")["previous"] == digests[0]
    n = signed.nodes[0]
    n.stop()
    n.start()  # what was before is on disk alone now
    assert as_clinical(signed, "ben").request("rules.rollback")["digest"] == digests[0]
    n.stop()
    n.start()
    assert as_clinical(signed, "clin").request("rules.get")["version"] == "2"


def test_a_drop_needs_a_reason(signed, desk):
    change(desk, "2", DROP, *DROP_TESTS)
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    digest = stage(clin)
    signed.open(signed.session("gateway"), "moderate")
    assert shadow(clin, 1)["dropped"] == 1
    sign_staged(desk, clin)
    assert refused(ben, "rules.activate", digest=digest).reason == "drops_without_reason"
    sign_staged(desk, clin, "--reason", "T.MODERATE: marker words are no longer used")
    assert ben.request("rules.activate", digest=digest)["reasons"]


def test_staging_again_sheds_no_drop(signed, desk):
    change(desk, "2", DROP, *DROP_TESTS)
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    digest = stage(clin)
    signed.open(signed.session("gateway"), "moderate")
    shadow(clin, 1)
    assert stage(clin) == digest  # the same files
    assert shadow(clin, 1)["dropped"] == 1
    change(desk, "3")
    assert stage(clin) != digest  # others in between, with counts of their own
    assert clin.request("rules.get")["staged"]["shadow"]["triages"] == 0
    change(desk, "2", DROP, *DROP_TESTS)
    assert stage(clin) == digest
    sign_staged(desk, clin)
    assert refused(ben, "rules.activate", digest=digest).reason == "drops_without_reason"
    # Beside other rules in force it must be seen again.
    change(desk, "3")
    other = stage(clin)
    sign_staged(desk, clin)
    ben.request("rules.activate", digest=other)
    change(desk, "2", DROP, *DROP_TESTS)
    assert stage(clin) == digest
    assert clin.request("rules.get")["staged"]["shadow"]["triages"] == 0


def test_nobody_approves_what_they_staged(signed, desk):
    """Whatever author the approval names: that one need not exist."""
    change(desk, "2")
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    digest = stage(ben)
    file = os.path.join(desk.path("staged"), "plain.conf")
    with open(desk.sign(files=[file], author="ghost", by="BEN", key="ben"), encoding="utf-8") as f:
        assert refused(ben, "rules.sign", signature=f.read()).reason == "bad_signature"
    sign_staged(desk, ben)
    for session in (ben, clin):
        error = refused(session, "rules.activate", digest=digest)
        assert (error.code, error.reason) == (FORBIDDEN, "two_people")
        assert "ben staged these rules" in str(error.data)
    stage(clin)
    sign_staged(desk, ben)
    assert ben.request("rules.activate", digest=digest)["digest"] == digest


def test_wrong_signatures_are_refused(signed, desk):
    clin = as_clinical(signed, "clin")
    assert refused(clin, "rules.sign", signature="x").reason == "nothing_staged"
    change(desk, "2")
    stage(clin)
    file = os.path.join(desk.path("staged"), "plain.conf")
    with open(desk.sign(), encoding="utf-8") as f:  # of other files
        other = f.read()
    assert refused(clin, "rules.sign", signature=other).reason == "bad_signature"
    with open(desk.sign(files=[file], key="eve"), encoding="utf-8") as f:
        assert refused(clin, "rules.sign", signature=f.read()).reason == "bad_signature"
    with open(desk.sign(files=[file]), encoding="utf-8") as f:
        good = f.read()
    assert refused(clin, "rules.sign", signature=good[:-2] + "\n").reason == "bad_signature"
    assert clin.request("rules.sign", signature=good)["signed"]


def test_a_key_taken_off_the_list_approves_no_more(signed, desk):
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    change(desk, "2")
    digest = stage(clin)
    sign_staged(desk, clin)
    desk.key("eve")
    desk.sign(by="eve")
    signed.nodes[0].write(clinical_keys=[{"name": "eve", "key": desk.key("eve")}])
    answer = signed.session("root").request("node.reload")
    assert answer["errors"] == []
    assert clin.request("rules.get")["staged"]["digest"] == digest  # a reload leaves it
    error = refused(ben, "rules.activate", digest=digest)
    assert error.code == INVALID_STATE and "clinical_keys" in str(error.data)


def test_only_what_the_configuration_names_is_staged(signed, desk, tmp_path):
    clin = as_clinical(signed, "clin")
    file = change(desk, "2")
    outside = tmp_path / "outside.conf"
    outside.write_text("x = 1;")
    os.symlink(outside, os.path.join(desk.path("staged"), "link.conf"))
    for bad in (str(outside), os.path.join(desk.path("staged"), "link.conf"), "staged/plain.conf",
                os.path.join(desk.path("staged"), "..", "outside.conf"), "/nonexistent"):
        answer = clin.request("rules.stage", files=[bad])
        assert not answer["staged"] and "rules_staged" in answer["errors"][0], bad
    assert clin.request("rules.get")["staged"] is None
    assert stage(clin, files=[file])


def test_a_text_is_checked(signed, desk):
    clin = as_clinical(signed, "clin")
    with open(desk.rules, encoding="utf-8") as f:
        whole = f.read()
    got = clin.request("rules.check", text=whole.replace('version = "1"', 'version = "7"'))
    assert got["ok"] and got["version"] == "7" and not got["signed"] and got["errors"] == []
    configured = clin.request("rules.check")
    assert configured["ok"] and configured["signed"]

    word = ('{ id = "t.more"; family = "%s"; lang = "en"; phrase = "some more words"; '
            'owner = "tests"; added = "2026-01-01"; }')
    more = clin.request("rules.check", text="lexicon = (\n %s\n);" % (word % "intent"))
    assert more["ok"] and more["lexicon_entries"] == configured["lexicon_entries"] + 1
    for bad in ("this is not a rule {", "rules = (\n%s\n);" % (word % "intent"),
                '@include "/etc/passwd"', whole + "\nnonsense = 1;",
                "lexicon = (\n %s\n);" % (word % "no_such")):
        got = clin.request("rules.check", text=bad)
        assert not got["ok"] and got["errors"]
        assert any(e.startswith("text:") for e in got["errors"]), got["errors"]
    assert clin.request("rules.get")["digest"] == configured["digest"]
    assert sorted(os.listdir(os.path.join(signed.nodes[0].data_dir, "rulesets"))) == ["ran"]


def test_a_draft_of_rules_and_lexicon_is_staged(center, desk):
    """A directory means the same here as for rules check."""
    draft = desk.path("draft")
    for name in ("rules", "lexicon", "empty"):
        os.makedirs(os.path.join(draft, name))
    os.rename(change(desk, "2"), os.path.join(draft, "rules", "plain.conf"))
    word = ('{ id = "t.more"; family = "intent"; lang = "en"; phrase = "some more words"; '
            'owner = "tests"; added = "2026-01-01"; }')
    with open(os.path.join(draft, "lexicon", "more.conf"), "w", encoding="utf-8") as f:
        f.write("lexicon = ( %s );" % word)
    assert triagectl("rules", "check", draft).returncode == 0
    center.prepare(clients=STAFF, rules_staged=[draft, os.path.join(draft, "empty")]).start()
    clin = as_clinical(center, "clin")
    both = [os.path.join(draft, "rules", "plain.conf"), os.path.join(draft, "lexicon", "more.conf")]
    assert stage(clin) == stage(clin, files=[draft]) == stage(clin, files=both)
    outside = desk.path("outside.conf")
    os.rename(both[1], outside)
    os.symlink(outside, both[1])
    assert both[1] in str(clin.request("rules.stage", files=[draft])["errors"])


def test_rules_that_do_not_load_are_not_staged(signed, desk):
    clin = as_clinical(signed, "clin")
    change(desk, "2", ('level = "low"; }, { text = "good day"', 'level = "high"; }, { text = "x"'))
    answer = clin.request("rules.stage")
    assert not answer["staged"] and "rulesets" not in str(answer["errors"])
    file = os.path.join(desk.path("staged"), "plain.conf")
    assert all(e.startswith(file + ":") for e in answer["errors"]), answer["errors"]
    assert clin.request("rules.get")["staged"] is None
    assert os.listdir(os.path.join(signed.nodes[0].data_dir, "rulesets")) == ["ran"]


def test_who_may_do_what(signed, desk):
    change(desk, "2")
    for name, role in (("lead", "supervisor"), ("audit", "auditor"), ("eva", "responder"),
                       ("gateway", "frontend"), ("root", "admin")):
        s = signed.session(name)
        assert refused(s, "rules.stage").code == FORBIDDEN, role
        assert refused(s, "rules.sign", signature="x").code == FORBIDDEN, role
        if role != "admin":
            assert refused(s, "rules.activate", digest="0" * 64).code == FORBIDDEN, role
            assert refused(s, "rules.rollback").code == FORBIDDEN, role
    assert refused(s, "rules.activate", digest="0" * 64).reason == "nothing_staged"


def without_rules(center):
    """Why the node has none in force."""
    got = as_clinical(center, "clin").request("rules.get")
    assert got["id"] == "none"
    return got["unsigned_because"]


def test_unsigned_rules_are_activated_in_demo_only(center, desk):
    change(desk, "2", RAISE)
    n = center.prepare(clients=STAFF, rules_staged=[desk.path("staged")]).start()
    clin = as_clinical(center, "clin")
    now = clin.request("rules.activate", digest=stage(clin))
    assert not now["signed"] and now["demo"] and now["origin"] == "activated"
    n.stop()
    n.write(demo=False)
    n.start()
    assert "activated without an approval" in without_rules(center)


def test_a_broken_active_file_is_never_guessed_around(signed, desk):
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    change(desk, "2")
    digest = stage(clin)
    sign_staged(desk, clin)
    ben.request("rules.activate", digest=digest)
    n = signed.nodes[0]
    n.stop()
    active = os.path.join(n.data_dir, "rulesets", "active")
    with open(active, encoding="utf-8") as f:
        text = f.read()
    kept = os.path.join(n.data_dir, "rulesets", digest, "000-plain.conf")
    with open(active, "w", encoding="utf-8") as f:
        f.write(text[:-20])
    n.start()
    assert "it is broken" in without_rules(signed)
    n.stop()
    with open(active, "w", encoding="utf-8") as f:
        f.write(text)
    with open(kept, "a", encoding="utf-8") as f:
        f.write("# changed\n")
    n.start()
    assert "files were changed" in without_rules(signed)
    n.stop()
    os.unlink(active)
    n.start()
    assert as_clinical(signed, "clin").request("rules.get")["version"] == "1"


HELLO_EMERGENCY = (
    ('phrase = "marker emergency"; owner', 'phrase = "(hello|marker emergency)"; owner'),
    ('{ text = "hello"; level = "low"; }', '{ text = "good night"; level = "low"; }'))


@pytest.fixture
def guarded(center, desk):
    """A node in demo that rolls back when of four contacts more than half are emergencies."""
    change(desk, "2", *HELLO_EMERGENCY)
    center.prepare(clients=STAFF, rules_staged=[desk.path("staged")],
                   guard__contacts=4, guard__emergency_share_percent=50).start()
    return center


def rolled_back(clin):
    return eventually(lambda: (r := clin.request("rules.get"))["version"] == "1" and r)


def test_the_guard_rolls_back(guarded):
    n = guarded.nodes[0]
    clin, gateway = as_clinical(guarded, "clin"), guarded.session("gateway")
    before = clin.request("rules.get")["digest"]
    clin.request("rules.activate", digest=stage(clin))
    levels = [guarded.open(gateway, text=t)["level"] for t in ("hello", "good day", "hello")]
    assert levels == ["emergency", "low", "emergency"]
    assert clin.request("rules.get")["version"] == "2"  # too few to judge
    guarded.open(gateway, text="hello")
    got = rolled_back(clin)
    assert got["digest"] == before and got["rolled_back"] == "guard.emergency_share_percent"
    assert guarded.open(gateway, text="hello")["level"] == "low"
    assert "event=rules.rolled_back" in n.log_text()
    assert not os.path.exists(os.path.join(n.data_dir, "rulesets", "active"))


def told(center):
    """What the leading node tells supervisors of a rollback."""
    alarms = center.session("lead").request("board.get")["alarms"]
    return [a["detail"] for a in alarms if a["alarm"] == "rules_rolled_back"]


def test_supervisors_are_told_of_a_rollback(guarded):
    n = guarded.nodes[0]
    clin, gateway, lead = (as_clinical(guarded, "clin"), guarded.session("gateway"),
                           guarded.session("lead"))
    clin.request("rules.activate", digest=stage(clin))
    assert told(guarded) == []
    for _ in range(4):
        guarded.open(gateway, text="hello")
    lead.note("notice", 10, kind="alarm")
    assert "guard.emergency_share_percent" in told(guarded)[0]
    n.stop()
    n.start()
    eventually(lambda: told(guarded))
    clin = as_clinical(guarded, "clin")
    assert clin.request("rules.get")["rolled_back"] == "guard.emergency_share_percent"
    clin.request("rules.activate", digest=stage(clin))
    assert clin.request("rules.get")["rolled_back"] is None
    eventually(lambda: not told(guarded))
    n.stop()
    n.start()
    assert as_clinical(guarded, "clin").request("rules.get")["rolled_back"] is None


def test_a_guard_that_cannot_go_back_says_so(guarded):
    n = guarded.nodes[0]
    clin = as_clinical(guarded, "clin")
    clin.request("rules.activate", digest=stage(clin))
    n.stop()
    broken = os.path.join(n.data_dir, "other.rules")
    with open(broken, "w", encoding="utf-8") as f:
        f.write("rules = 1;")
    n.write(rules=[broken])
    n.start()
    gateway = guarded.session("gateway")
    for _ in range(4):
        guarded.open(gateway, text="hello")
    alarms = eventually(lambda: guarded.session("lead").request("board.get")["alarms"])
    assert alarms[0]["alarm"] == "rules_stuck" and "other.rules" in alarms[0]["detail"]
    assert as_clinical(guarded, "clin").request("rules.get")["version"] == "2"


def test_the_guard_goes_on_after_a_restart(guarded):
    n = guarded.nodes[0]
    clin = as_clinical(guarded, "clin")
    digest = clin.request("rules.activate", digest=stage(clin))["digest"]
    n.stop()
    n.start()
    gateway = guarded.session("gateway")
    for _ in range(4):
        assert guarded.open(gateway, text="hello")["level"] == "emergency"
    clin = as_clinical(guarded, "clin")
    rolled_back(clin)

    # Not longer than its window.
    clin.request("rules.activate", digest=stage(clin))
    n.stop()
    active = os.path.join(n.data_dir, "rulesets", "active")
    with open(active, encoding="utf-8") as f:
        text = f.read()
    with open(active, "w", encoding="utf-8") as f:
        f.write(re.sub("at 20..", "at 2020", text))
    n.start()
    gateway = guarded.session("gateway")
    for _ in range(6):
        guarded.open(gateway, text="hello")
    time.sleep(0.5)
    assert as_clinical(guarded, "clin").request("rules.get")["digest"] == digest


def test_a_rollback_waits_for_a_stage_and_a_reload(signed, desk):
    change(desk, "2")
    clin, ben, root = as_clinical(signed, "clin"), as_clinical(signed, "ben"), signed.session("root")
    for other, method in ((clin, "rules.stage"), (root, "node.reload")):
        digest = stage(clin)
        sign_staged(desk, clin)
        ben.request("rules.activate", digest=digest)
        sent = other.send(method, {})
        time.sleep(0.01)
        back = ben.request("rules.rollback")
        assert back["version"] == "1" and other.answer(sent)["errors"] == []
        assert clin.request("rules.get")["version"] == "1"


def test_no_contact_is_lost_while_rules_change(signed, desk):
    """Contacts come without a pause; each is taken, by the old rules or by the new."""
    change(desk, "2", RAISE)
    clin, ben = as_clinical(signed, "clin"), as_clinical(signed, "ben")
    gateway = signed.session("gateway")
    answers, stop = [], threading.Event()

    def flow():
        while not stop.is_set():
            begun = time.monotonic()
            a = gateway.request("contact.open", ref="flow-%d" % len(answers), channel="chat",
                                text="sign high", lang="en")
            answers.append((a["level"], a["ruleset"]["version"], time.monotonic() - begun))
    thread = threading.Thread(target=flow)
    thread.start()
    try:
        time.sleep(0.2)
        digest = stage(clin)
        sign_staged(desk, clin)
        begun = time.monotonic()
        ben.request("rules.activate", digest=digest)
        assert time.monotonic() - begun < 1
        time.sleep(0.3)
    finally:
        stop.set()
        thread.join()
    versions = [v for _, v, _ in answers]
    assert versions == sorted(versions) and set(versions) == {"1", "2"}
    assert all(level == ("low" if v == "1" else "high") for level, v, _ in answers)
    assert max(t for _, _, t in answers) < 1


def test_the_commands(signed, desk):
    def run(identity, *arguments):
        tls = signed.authority.issue(identity)
        return subprocess.run(
            [os.path.join(BUILD, "triagectl"), "--address", signed.nodes[0].address, "--ca",
             tls.ca, "--cert", tls.cert, "--key", tls.key, *arguments], capture_output=True,
            text=True, timeout=30, check=False)
    file = change(desk, "2", RAISE)
    relative = os.path.relpath(file)
    done = run("clin", "rules", "stage", relative)
    assert done.returncode == 0 and "tests 2" in done.stdout and "not signed" in done.stdout
    digest = [x.split()[1] for x in done.stdout.splitlines() if x.startswith("digest")][0]
    signed.open(signed.session("gateway"), text="sign high")
    shadow(as_clinical(signed, "clin"), 1)
    shown = run("clin", "rules", "show").stdout
    assert "Staged" in shown and "low -> high: 1" in shown
    sig = desk.sign(files=[file])
    done = run("ben", "rules", "activate", digest, "--signature", sig)
    assert done.returncode == 0 and "signed by ben" in done.stdout, done.stderr
    assert run("ben", "rules", "activate", digest).returncode == 1
    assert "tests 1" in run("root", "rules", "rollback").stdout
    done = run("clin", "rules", "stage", "/nonexistent")
    assert done.returncode == 1 and "nothing was staged" in done.stdout
