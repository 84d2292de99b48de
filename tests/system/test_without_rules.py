"""A node started with rules that cannot be used: nobody is turned away, and nobody is low."""

import os

import pytest

from devkit.line import RpcError
from harness.center import PLAIN_RULES, eventually


def broken(center, tmp_path):
    file = tmp_path / "center.rules"
    file.write_text('rules = ( { id = "X"; level = "terrible"; } );')
    return center.prepare(rules=[str(file)]), file


def served_unscored(center):
    """A contact from its arrival to a responder, as if every one were in doubt."""
    opened = center.open(center.session("gateway"))
    assert opened["level"] == "moderate" and "unscored_no_rules" in opened["flags"]
    assert [r["rule"] for r in opened["reasons"]] == ["unscored.no_rules"]
    ann = center.responder("ann")
    center.take(ann, opened["contact"])
    assert center.session("lead").request("board.get")["totals"]["unscored"] == 1


def alarms(center):
    return [a for a in center.session("lead").request("board.get")["alarms"]
            if a["alarm"] == "rules_missing"]


def test_broken_rules(center, tmp_path):
    n, file = broken(center, tmp_path)
    n.start()
    served_unscored(center)
    assert "center.rules" in eventually(lambda: alarms(center))[0]["detail"]
    assert "event=rules.missing" in n.log_text()
    root = center.session("root")
    assert "no valid rules" in root.request("rules.get")["alert"]
    assert root.request("node.reload")["errors"]
    with open(PLAIN_RULES, encoding="utf-8") as good:
        file.write_text(good.read())
    assert root.request("node.reload")["errors"] == []
    eventually(lambda: not alarms(center))
    assert center.open(center.session("webchat"), "emergency")["level"] == "emergency"


def test_staged_rules_end_it_and_nobody_goes_back(center, tmp_path):
    n, _ = broken(center, tmp_path)
    n.write(rules_staged=[PLAIN_RULES])
    n.start()
    clin = center.session("clin")
    digest = clin.request("rules.stage")["digest"]
    clin.request("rules.activate", digest=digest)
    assert center.open(center.session("gateway"), "urgent")["level"] == "urgent"
    eventually(lambda: not alarms(center))
    with pytest.raises(RpcError):
        clin.request("rules.rollback", reason="to nothing")
    assert clin.request("rules.get")["digest"] == digest


def test_rules_nobody_approved(center):
    center.prepare(demo=False).start()
    served_unscored(center)
    assert "not approved" in eventually(lambda: alarms(center))[0]["detail"]


@pytest.mark.parametrize("text", ["", "digest = ", "\0"])
def test_nobody_knows_which_rules_are_active(center, text):
    n = center.prepare()
    os.makedirs(os.path.join(n.data_dir, "rulesets"), mode=0o700)
    with open(os.path.join(n.data_dir, "rulesets", "active"), "w", encoding="utf-8") as f:
        f.write(text)
    n.start()
    served_unscored(center)
    assert "remove it to run the configured rules" in eventually(lambda: alarms(center))[0]["detail"]
