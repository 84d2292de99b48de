"""The shipped rules on disguises: no way of writing what is plain makes it less urgent, and no joke behind it does."""

import os

import pytest

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

PLAIN = {
    "en": [
        "i want to die", "i want to kill myself", "im going to kill myself tonight", "i wish i was dead",
        "i dont want to be alive anymore", "i took all my pills", "im on the bridge and im going to jump", "goodbye forever",
        "i have a gun and im going to use it", "he choked me last night", "i want to end my life",
        "im going to jump", "i cut myself today", "ive been planning my suicide", "my dad hits me every night",
        "im going to shoot my boss", "i cant breathe and my chest hurts", "nobody would miss me", "im better off dead",
        "i wrote my suicide note", "thinking about suicide", "theres no reason to live", "the voices tell me to hurt myself",
    ],
    "es": [
        "quiero morir", "me quiero matar", "me voy a matar esta noche", "no quiero vivir", "ya no quiero seguir viviendo",
        "me tome todas las pastillas", "estoy en el puente y voy a saltar", "mi esposo me golpea", "me corte las venas",
        "tengo un plan para suicidarme", "mejor muerto que vivo", "voy a quitarme la vida",
    ],
}


def apart(text):
    return " ".join(text.replace(" ", ""))


def words_apart(text):
    return "  ".join(" ".join(word) for word in text.split())


def dotted(text):
    return " ".join(".".join(word) if len(word) > 2 else word for word in text.split())


def leet(text):
    return " ".join(word.translate(str.maketrans("aeio", "4310")) if len(word) > 1 else word for word in text.split())


def shouted(text):
    return text.upper()


def stretched(text):
    return text[:-1] + text[-1] * 5


def fullwidth(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def zero_width(text):
    return " ".join("\u200b".join(word) for word in text.split())


def cyrillic(text):
    return text.translate(str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441"))


DISGUISES = [apart, words_apart, dotted, leet, shouted, stretched, fullwidth, zero_width, cyrillic]
BESIDE = {
    "en": (["honestly", "no really", "not kidding", "its not a joke", "please help", "i mean", "never mind", "sorry"],
           ["for real", "right now", "and i mean it", "no joke", "idk", "dont tell my mom", "but whatever"]),
    "es": (["la verdad", "no es broma", "no se por que pero", "perdon", "nada,"],
           ["en serio", "de verdad", "y no es broma", "ya", "no le digan a mi mama", "pero bueno"]),
}
JOKES = ["lol", "haha", "lmao", "jk", "xd", "jajaja", "\U0001f602", "\U0001f480", "just kidding", "forget i said that"]


ROWS = [{"text": text, "lang": lang, "channel": "text"} for lang, texts in PLAIN.items() for text in texts]


def levels(rows):
    program = evaluator()
    command = [os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"]
    return [program.RANK[level] for level, _ in program.classify(command, rows)]


@pytest.fixture(scope="module")
def plain():
    return levels(ROWS)


def lowered(plain, change):
    changed = [dict(row, text=change(row["text"])) for row in ROWS]
    return [row["text"] for row, before, after in zip(changed, plain, levels(changed)) if after < before]


def test_plain_is_heard(plain):
    assert [row["text"] for row, level in zip(ROWS, plain) if level == 0] == []


@pytest.mark.parametrize("change", DISGUISES, ids=lambda change: change.__name__)
def test_no_disguise_lowers(plain, change):
    assert lowered(plain, change) == []


@pytest.mark.parametrize("joke", JOKES)
def test_no_joke_lowers(plain, joke):
    assert lowered(plain, lambda text: text + " " + joke) == []
    assert lowered(plain, lambda text: joke + " " + text) == []


def test_no_word_beside_lowers(plain):
    """What people put before and behind it."""
    changed = [(i, dict(row, text=text)) for i, row in enumerate(ROWS) for before, behind in [BESIDE[row["lang"]]]
               for text in [b + " " + row["text"] for b in before] + [row["text"] + " " + b for b in behind]]
    after = levels([row for _, row in changed])
    assert [row["text"] for (i, row), level in zip(changed, after) if level < plain[i]] == []
