"""The shipped rules on the kept vignettes: a change of words or rules loses none of what was learned."""

import os

import pytest

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(TOP, "tests", "bench", "vignettes")

# In range at least, urgent and above that may be low at most: as measured when the round was learned from.
KEPT = {
    "data": (599, 0),
    "probes": (154, 1),
    "round2": (412, 1),
    "round3": (78, 0),
    "round4": (83, 0),
    "round5": (84, 0),
    "round6": (39, 0),
    "round7": (71, 0),
    "round8": (70, 0),
    "round9": (67, 0),
    "round10": (70, 0),
    "round11": (81, 0),
    "round12": (93, 0),
    "round13": (80, 0),
    "round14": (94, 0),
    "round15": (68, 0),
    "round16": (43, 0),
    "round17": (129, 0),
    "round18": (79, 0),
    "round19": (49, 1),
    "round20": (49, 0),
    "round21": (157, 0),
    "round22": (73, 0),
    "round24": (42, 0),
    "round25": (217, 0),
    "round26": (191, 0),
    "round27": (289, 0),
    "round28": (291, 1),
    "round29": (284, 2),
    "round30": (840, 0),
    "round31": (308, 0),
    "round32": (309, 0),
    "round33": (388, 0),
    "round34": (278, 0),
    "round35": (226, 0),
    "round36": (218, 2),
    "round37": (220, 0),
    "round38": (211, 2),
    "round39": (209, 0),
    "round40": (283, 0),
    "round41": (263, 4),
    "round42": (272, 1),
    "round43": (290, 1),
    "round44": (175, 4),
    "round45": (181, 9),
    "round46": (257, 9),
    "round47": (265, 8),
    "round48": (299, 3),
    "round49": (256, 17),
    "round50": (260, 21),
    "round51": (259, 8),
    "round52": (275, 4),
    "round53": (260, 4),
    "round54": (219, 1),
    "round55": (206, 0),
    "round56": (179, 2),
    "round57": (171, 12),
    "round58": (175, 16),
    "round59": (210, 0),
    "round60": (187, 5),
    "round61": (172, 15),
    "round62": (190, 2),
    "round63": (195, 6),
    "round64": (169, 9),
    "round65": (78, 0),
    "round66": (160, 10),
    "round67": (176, 6),
    "round68": (218, 6),
    "round69": (162, 4),
    "round70": (182, 5),
    "round71": (179, 6),
    "round72": (175, 13),
    "round73": (177, 7),
    "round74": (166, 13),
    "round75": (169, 8),
    "round76": (190, 0),
    "round77": (294, 0),
    "round78": (285, 0),
    "round79": (285, 0),
    "round80": (292, 0),
    "round81": (286, 0),
    "round82": (283, 0),
    "round83": (271, 2),
    "round84": (277, 0),
    "round85": (280, 0),
    "round86": (278, 1),
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
