"""The shipped rules on texts told in pieces: several short messages come to what one would have."""

import json
import os
import re

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ROUNDS = os.path.join(TOP, "tests", "bench", "vignettes")
JOINED, JOINED_BYTES = 8, 160  # as a node keeps them

evaluate = evaluator()
URGENT = evaluate.RANK["urgent"]


def pieces(text):
    return [p for p in re.split(r"(?<=[.!?;…])\s+|\s*[,;]\s+|\n+", text.strip()) if p]


def before(messages):
    """The last of them that are read together with the next one."""
    kept = []
    for message in reversed(messages[-JOINED:]):
        if sum(len(m.encode()) for m in kept) + len(message.encode()) > JOINED_BYTES:
            break
        kept.insert(0, message)
    return kept


def levels(rows):
    command = [os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"]
    return [evaluate.RANK[level] for level, _ in evaluate.classify(command, rows)]


def vignettes():
    """Those whose words alone are rated urgent, as one message."""
    rows = []
    for name in ("round77", "round78", "round79", "round80", "round81", "round82"):
        rows += evaluate.read_rows(os.path.join(ROUNDS, name + ".jsonl"), name)
    rows = [r for r in rows if not r.get("answers") and r.get("age") is None and r["channel"] != "call-notes"]
    return [r for r, level in zip(rows, levels(rows)) if level >= URGENT and len(pieces(r["text"])) > 1]


def test_pieces_come_to_what_the_whole_does():
    whole = vignettes()
    told = []
    for n, row in enumerate(whole):
        cut = pieces(row["text"])
        told += [dict(row, n=n, text=piece, before=before(cut[:i])) for i, piece in enumerate(cut)]
    reached = [0] * len(whole)
    for row, level in zip(told, levels(told)):
        reached[row["n"]] = max(reached[row["n"]], level)
    below = [row["text"] for row, level in zip(whole, reached) if level < URGENT]
    assert len(whole) > 200
    assert len(below) <= len(whole) // 50, below
    assert not [row["text"] for row, level in zip(whole, reached) if level == 0]


def reached_by(chats):
    """The highest level of each, which is what a contact keeps."""
    told = []
    for n, chat in enumerate(chats):
        said = chat["messages"]
        told += [{"n": n, "text": text, "lang": chat["lang"], "channel": chat["channel"], "before": before(said[:i])}
                 for i, text in enumerate(said)]
    reached = [0] * len(chats)
    for row, level in zip(told, levels(told)):
        reached[row["n"]] = max(reached[row["n"]], level)
    return reached


def test_chats_are_rated_as_well_as_they_were():
    with open(os.path.join(ROUNDS, "chats", "chats1.jsonl"), encoding="utf-8") as f:
        chats = [json.loads(line) for line in f]
    rated = [(evaluate.RANK[c["expected_min_level"]], level, evaluate.RANK[c["expected_max_level"]], c)
             for c, level in zip(chats, reached_by(chats))]
    urgent = [(level, c["id"]) for least, level, _, c in rated if least >= URGENT]
    over = [c["id"] for _, level, most, c in rated if level > most and "negative" in c["tags"]]
    in_range = sum(least <= level <= most for least, level, most, _ in rated)
    assert in_range >= 131, in_range
    assert sum(level < URGENT for level, _ in urgent) <= 3, urgent
    assert len(over) <= 14, over
