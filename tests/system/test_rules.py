"""The rules that ship: unmistakable words get their level through the running daemon."""

import pytest

from devkit import node
from harness.center import ROOT

RULES = node.rule_files(ROOT)
ORDER = ["low", "moderate", "high", "urgent", "emergency"]

CASES = [
    ("I took too many pills just now and I want to die", "emergency", "emergency"),
    ("I am going to kill myself tonight", "urgent", "emergency"),
    ("I have been thinking about suicide a lot lately", "moderate", "urgent"),
    ("this homework is killing me, can we talk about school", "low", "low"),
    ("I am not suicidal, I just feel lonely", "low", "moderate"),
    ("quiero morir, no puedo mas", "moderate", "emergency"),
    ("hello", "low", "low"),
]


@pytest.fixture
def shipped(center):
    center.node(rules=RULES)
    return center


def test_plain_cases(shipped):
    gateway = shipped.session("gateway")
    wrong = []
    for text, least, most in CASES:
        level = shipped.open(gateway, text=text, lang="en")["level"]
        if not ORDER.index(least) <= ORDER.index(level) <= ORDER.index(most):
            wrong.append((text, level))
    assert not wrong


def test_reasons_point_at_the_words(shipped):
    text = "I took too many pills just now and I want to die"
    a = shipped.open(shipped.session("gateway"), text=text)
    assert a["reasons"]
    for r in a["reasons"]:
        assert r["rule"] and r["text"]


def test_screener_answers_raise(shipped):
    gateway = shipped.session("gateway")
    c = shipped.open(gateway)["contact"]
    answers = {"q1": True, "q2": True, "q3": True, "q4": True, "q5": True, "q6": False}
    got = gateway.request("contact.answer", contact=c, ref="a1", instrument="cssrs",
                          answers=answers)
    assert ORDER.index(got["level"]) >= ORDER.index("urgent")
