"""triagectl rules diff: which contacts of a corpus a change of rules raises or drops."""

import json
import os
import subprocess

import pytest

from harness.center import BUILD, PLAIN_RULES, ROOT

SAME, FAILED, USAGE, RAISES, DROPS = 0, 1, 2, 4, 5

CORPUS = [{"id": "a", "text": "marker high"}, {"id": "b", "text": "sign high"},
          {"id": "c", "text": "hello"}, {"text": "marker urgent", "lang": "en"}]


@pytest.fixture
def diff(tmp_path):
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(x) + "\n" for x in CORPUS))

    def run(*arguments, new=None, change=None, corpus=corpus):
        with open(PLAIN_RULES, encoding="utf-8") as f:
            text = f.read()
        if new is None:
            new = tmp_path / "new.rules"
            new.write_text(text.replace(*change) if change else text)
        return subprocess.run([os.path.join(BUILD, "triagectl"), "rules", "diff", PLAIN_RULES, "--",
                               str(new), "--corpus", str(corpus), *arguments],
                              capture_output=True, text=True, timeout=60)
    return run


def test_nothing_changes(diff):
    done = diff()
    assert done.returncode == SAME and "4 contacts: 4 the same" in done.stdout


def test_a_raise(diff):
    done = diff("--json", change=('"marker high"; owner', '"(marker|sign) high"; owner'))
    assert done.returncode == RAISES
    answer = json.loads(done.stdout)
    (one,) = answer["raised"]
    assert (one["id"], one["old"], one["new"]) == ("b", "low", "high")
    assert one["old_rules"] == [] and one["new_rules"] == ["T.HIGH"]
    assert answer["dropped"] == [] and answer["contacts"] == 4 and answer["same"] == 3
    assert {"old": "low", "new": "high", "contacts": 1} in answer["pairs"]
    assert answer["old"]["digest"] != answer["new"]["digest"]


def test_drops_weigh_more_than_raises(diff):
    done = diff(change=("marker high", "sign high"))
    assert done.returncode == DROPS
    dropped, raised = done.stdout.split("RAISED")
    assert "DROPPED" in dropped and "a  high -> low  T.HIGH -> no rule" in dropped
    assert "b  low -> high" in raised and "1 raised, 1 dropped" in raised


def test_a_line_that_cannot_be_read_is_no_answer(diff, tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a", "text": "hello"}\nnot json\n')
    done = diff(corpus=broken)
    assert done.returncode == FAILED and "line 2" in done.stderr
    assert diff(corpus="/nonexistent").returncode == FAILED
    bad = tmp_path / "bad.rules"
    bad.write_text("nonsense = 1;")
    assert diff(new=bad).returncode == FAILED


def test_directories(diff):
    conf = os.path.join(ROOT, "conf")
    done = diff("--json", new=conf)
    assert json.loads(done.stdout)["new"]["id"] == "crisis-core"


def test_usage():
    run = [os.path.join(BUILD, "triagectl"), "rules", "diff"]
    for arguments in ([], [PLAIN_RULES, "--", PLAIN_RULES], ["--corpus", "x", PLAIN_RULES],
                      [PLAIN_RULES, "--", "--nonsense"]):
        assert subprocess.run(run + arguments, capture_output=True, check=False,
                              timeout=60).returncode == USAGE
