"""The shipped rules on the kept vignettes: a change of words or rules loses none of what was learned."""

import os

import pytest

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(TOP, "tests", "bench", "vignettes")

# In range at least, urgent and above that may be low at most: as measured when the round was learned from.
KEPT = {
    "data": (598, 0),
    "probes": (153, 1),
    "round2": (408, 1),
    "round3": (78, 0),
    "round4": (84, 0),
    "round5": (82, 0),
    "round6": (39, 0),
    "round7": (69, 0),
    "round8": (70, 0),
    "round9": (63, 1),
    "round10": (70, 0),
    "round11": (80, 0),
    "round12": (91, 0),
    "round13": (79, 1),
    "round14": (93, 0),
    "round15": (68, 0),
    "round16": (42, 0),
    "round17": (126, 0),
    "round18": (76, 0),
    "round19": (49, 1),
    "round20": (45, 0),
    "round21": (152, 1),
    "round22": (73, 0),
    "round24": (42, 0),
    "round25": (216, 0),
    "round26": (186, 0),
    "round27": (290, 0),
    "round28": (289, 1),
    "round29": (282, 2),
    "round30": (833, 0),
    "round31": (311, 0),
    "round32": (310, 1),
    "round33": (387, 0),
    "round34": (271, 0),
    "round35": (216, 2),
    "round36": (208, 4),
    "round37": (215, 1),
    "round38": (202, 3),
    "round39": (206, 0),
    "round40": (274, 1),
    "round41": (241, 12),
    "round42": (254, 5),
    "round43": (284, 2),
    "round44": (161, 7),
    "round45": (170, 15),
    "round46": (209, 18),
    "round47": (229, 16),
    "round48": (263, 10),
    "round49": (208, 34),
    "round50": (233, 26),
    "round51": (216, 16),
    "round52": (236, 14),
    "round53": (220, 21),
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
