"""The shipped rules on the kept vignettes: a change of words or rules loses none of what was learned."""

import os

import pytest

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(TOP, "tests", "bench", "vignettes")

# In range at least, urgent and above that may be low at most: as measured when the round was learned from.
KEPT = {
    "data": (597, 1),
    "probes": (150, 1),
    "round10": (68, 0),
    "round11": (77, 0),
    "round12": (88, 0),
    "round13": (77, 1),
    "round14": (91, 0),
    "round15": (68, 0),
    "round16": (42, 1),
    "round17": (123, 1),
    "round18": (75, 0),
    "round19": (49, 1),
    "round2": (410, 1),
    "round20": (47, 1),
    "round21": (145, 3),
    "round22": (72, 1),
    "round24": (42, 0),
    "round28": (293, 1),
    "round25": (222, 0),
    "round26": (191, 0),
    "round27": (290, 0),
    "round29": (278, 4),
    "round3": (76, 0),
    "round30": (787, 0),
    "round31": (314, 0),
    "round32": (310, 2),
    "round33": (391, 0),
    "round34": (265, 3),
    "round35": (207, 2),
    "round4": (84, 0),
    "round5": (82, 0),
    "round6": (39, 0),
    "round7": (69, 0),
    "round8": (70, 0),
    "round9": (60, 2),
}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_round(name):
    te = evaluator()
    rows = te.read_rows(os.path.join(FOLDER, name + ".jsonl"), name)
    results = te.classify([os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"], rows)
    verdicts = [(row["key"], te.vignette_verdict(row, level)) for row, (level, _) in zip(rows, results)]
    low = [row["key"] for row, (level, _) in zip(rows, results)
           if level == "low" and te.RANK[row["expected_min_level"]] >= te.RANK["urgent"]]
    in_range, may_be_low = KEPT[name]
    assert sum(v == "in" for _, v in verdicts) >= in_range, [k for k, v in verdicts if v != "in"]
    assert len(low) <= may_be_low, low


# Harmless, each with a word of a frame or of a cue: whatever it is about, it must not hide what stands before it.
HARMLESS = ["I start my new job on Monday.", "I'm moving to Denver on Monday for work.", "My retirement party is on Friday.",
            "We were at the vet.", "I have a tattoo appointment.", "It is for my law class.", "Deer season starts soon.",
            "The fishing season begins in May.", "We have a school play later.", "I play a video game.", "My exam is on Friday.",
            "I live on the ground floor.", "Empiezo un trabajo nuevo el lunes.", "Me mudo a Madrid.", "I work as a nurse."]


def urgent_rows(te):
    """Those that must be urgent by their words alone."""
    for name in sorted(KEPT):
        for row in te.read_rows(os.path.join(FOLDER, name + ".jsonl"), name):
            if te.RANK[row["expected_min_level"]] >= te.RANK["urgent"] and not row.get("answers"):
                yield row


def levels(te, rows):
    command = [os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"]
    return [level for level, _ in te.classify(command, rows)]


@pytest.mark.parametrize("sentence", HARMLESS)
def test_a_harmless_sentence_lowers_nothing(sentence):
    te = evaluator()
    rows = list(urgent_rows(te))
    longer = [dict(row, text=row["text"].rstrip(" .") + ". " + sentence) for row in rows]
    assert [(row["key"], before, after) for row, before, after in zip(rows, levels(te, rows), levels(te, longer))
            if te.RANK[after] < te.RANK[before]] == []


def test_every_round_is_kept():
    assert sorted(KEPT) == sorted(f[:-6] for f in os.listdir(FOLDER) if f.endswith(".jsonl"))
