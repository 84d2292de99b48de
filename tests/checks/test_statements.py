"""The shipped rules on plain statements in many forms, tests/bench/statements: what is heard stays heard."""

import os

import pytest

from evaluator import TOP, evaluator

FOLDER = os.path.join(TOP, "tests", "bench", "statements")

# Outside their bound: danger rated low, danger rated below its least level (those included), harmless rated over.
LEFT = {
    "call-notes-en": (16, 74, 36),
    "intent-es": (0, 0, 0),
    "medical-en": (14, 78, 31),
    "notes-medical-es": (17, 61, 23),
    "others-en": (16, 62, 38),
    "self-en": (25, 96, 40),
    "typing-en": (61, 143, 18),
    "violence-es": (0, 0, 0),
}


def outside(name):
    program = evaluator()
    with open(os.path.join(FOLDER, name + ".txt"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("|", 3) for line in file]
    rows = [{"channel": channel, "lang": lang, "text": text} for channel, lang, _, text in lines]
    command = [os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"]
    low, below, over = [], [], []
    for (_, _, bound, text), (level, _) in zip(lines, program.classify(command, rows)):
        rank = program.RANK[level]
        if bound.startswith("<="):
            if rank > program.RANK[bound[2:]]:
                over.append((level, bound, text))
        elif rank < program.RANK[bound]:
            below.append((level, bound, text))
            if level == "low":
                low.append(text)
    return low, below, over


@pytest.mark.parametrize("name", sorted(LEFT))
def test_no_more_are_outside_than_were(name):
    low, below, over = outside(name)
    assert len(low) <= LEFT[name][0], low
    assert len(below) <= LEFT[name][1], below
    assert len(over) <= LEFT[name][2], over


def test_every_file_is_counted():
    assert sorted(LEFT) == sorted(name[:-4] for name in os.listdir(FOLDER) if name.endswith(".txt"))
