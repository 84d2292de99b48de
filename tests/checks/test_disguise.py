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


def stammered(text):
    return " ".join(word + " " + word for word in text.split())


def hesitant(text):
    return "um " + " um ".join(text.split())


DISGUISES = [apart, words_apart, dotted, leet, shouted, stretched, fullwidth, zero_width, cyrillic, stammered, hesitant]
BESIDE = {
    "en": (["no,", "honestly", "no really", "not kidding", "its not a joke", "please help", "i mean", "never mind", "sorry"],
           ["for real", "right now", "and i mean it", "no joke", "idk", "dont tell my mom", "but whatever"]),
    "es": (["no,", "la verdad", "no es broma", "no se por que pero", "perdon", "nada,"],
           ["en serio", "de verdad", "y no es broma", "ya", "no le digan a mi mama", "pero bueno"]),
}
OPENINGS = {
    "en": [
        "my boss yelled at me", "i lost my job", "my girlfriend left me", "my mom hates me", "i failed my class", "i cant pay rent",
        "im at work", "im at home alone", "im in my room", "im in the car", "the kids are asleep", "my dog died", "my grandma died",
        "i got fired", "im drunk", "its 3 am", "i cant sleep", "im pregnant", "i relapsed", "i have cancer", "my husband hit me",
        "they laughed at me", "im so tired", "im cold", "my head hurts", "im sick", "my team lost", "i missed the bus",
        "my car broke down", "my phone broke", "school starts tomorrow", "its monday", "nobody texted me", "its christmas",
        "i hate my body", "im scared", "im so embarrassed", "i owe money", "im in the hospital", "i left the army",
        "the baby wont stop crying", "im on the train", "you guys dont answer", "i called before", "my friend told me to text",
        "this is hard to say", "i never told anyone", "not sure this works", "dont judge me", "promise not to tell",
    ],
    "es": [
        "mi jefe me grito", "perdi el trabajo", "mi novia me dejo", "mi mama me odia", "reprobe", "no puedo pagar la renta",
        "estoy en el trabajo", "estoy sola en casa", "estoy en la cama", "los ninos duermen", "se murio mi perro", "estoy borracho",
        "son las 3 de la manana", "no puedo dormir", "estoy embarazada", "recai", "tengo cancer", "mi esposo me pego",
        "se burlaron de mi", "estoy muy cansada", "me duele la cabeza", "perdio mi equipo", "se descompuso el carro",
        "nadie me escribe", "es navidad", "odio mi cuerpo", "tengo miedo", "debo mucho dinero", "estoy en el hospital",
        "todos duermen", "no me contestan", "no se por que escribo", "nunca lo conte", "no le digan a nadie",
    ],
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


@pytest.mark.parametrize("join", [", ", ". ", " and "], ids=["comma", "stop", "and"])
def test_no_opening_hides(plain, join):
    """What somebody says of the day before they say it: it is heard as before, or as urgent at least."""
    texts = [(i, opening + (" y " if row["lang"] == "es" and join == " and " else join) + row["text"])
             for i, row in enumerate(ROWS) for opening in OPENINGS[row["lang"]]]
    after = levels([dict(ROWS[i], text=text) for i, text in texts])
    assert [text for (i, text), level in zip(texts, after) if level < min(plain[i], 3)] == []
