"""The shipped rules on what is denied, and on what only stands behind a "not": who says that they do not think
of suicide is not rated for it, and who says that nobody knows of it is."""

from test_disguise import levels

MODERATE, HIGH, URGENT, EMERGENCY = 1, 2, 3, 4

ACTS = {"en": ["kill myself", "end my life", "hurt myself", "die", "take my own life", "overdose"],
        "es": ["matarme", "quitarme la vida", "hacerme daño", "suicidarme", "morir", "acabar con mi vida"]}
DENIED = {
    "en": ["i dont want to {}", "i do not want to {}", "im not going to {}", "i wont {}", "i would never {}",
           "i dont plan to {}", "im not planning to {}", "i have no plan to {}", "i have no intention to {}",
           "not going to {}", "dont want to {}"],
    "es": ["no quiero {}", "no voy a {}", "no pienso en {}", "no tengo ganas de {}", "no estoy pensando en {}",
           "no he pensado en {}", "no tengo pensamientos de {}", "no planeo {}", "yo no quiero {}", "ya no quiero {}",
           "jamás haría algo como {}"],
}
THOUGHTS = ["killing myself", "ending my life", "suicide", "dying", "self harm"]
OF_THOUGHTS = ["i dont have thoughts of {}", "i have no thoughts of {}", "i am not having thoughts of {}",
               "no thoughts of {}", "im not thinking about {}", "i havent thought about {}", "i dont have urges of {}",
               "i no longer have thoughts of {}"]
BESIDE = {"en": ["{}", "no {}", "no, {}", "before you ask {}", "hi, {}, i just want to talk", "{} or anything",
                 "my exams start on monday. {}", "{}. just sad about my breakup"],
          "es": ["{}", "no {}", "no, {}", "antes de que pregunte, {}", "hola, {}, solo quiero hablar",
                 "{}. solo estoy triste por mi novio"]}

# It stands behind a negation that is about something else.
NOT_DENIED = {
    EMERGENCY: ["i took all my pills", "i took an overdose", "im having chest pain and cant breathe"],
    URGENT: ["im going to kill myself tonight", "i plan to end my life", "i have a gun and i want to die",
             "he choked me last night", "my husband choked me last night",
             "i want to kill my boss tomorrow", "the voices tell me to kill her", "i wrote a suicide note"],
    HIGH: ["i want to kill myself", "i want to die", "im thinking about suicide", "he hits me",
           "im being abused by my uncle", "hes planning to kill himself",
           "my boyfriend hits me", "my dad beats my little brother", "my caregiver hits me"],
    MODERATE: ["i cut myself"],
}
BEHIND = ["my mom doesnt know {}", "nobody in my family knows {}", "they dont know {}", "my wife does not know that {}",
          "no one at work knows {}", "my parents arent aware that {}", "i havent told anyone {}", "i never told her {}",
          "no one believes {}", "im not lying {}", "i dont know what to do {}", "i cant sleep and {}",
          "my husband still doesnt realize {}", "never said this before {}", "i dont want to scare you but {}"]
NOT_DENIED_ES = [(URGENT, "me voy a matar esta noche"), (HIGH, "quiero morir"), (EMERGENCY, "me tomé todas las pastillas"),
                 (HIGH, "pienso en suicidarme"), (HIGH, "mi marido me pega"), (URGENT, "me ahorcó anoche")]
BEHIND_ES = ["mi mamá no sabe que {}", "nadie en mi familia sabe que {}", "no le he dicho a nadie que {}", "no es broma, {}",
             "no estoy mintiendo, {}", "no puedo dormir y {}", "no quiero asustarte pero {}", "nunca había contado esto, {}"]
TURNED = {  # denied once, said in the same breath
    HIGH: ["i didnt plan to kill myself but now i do", "i dont plan to live, i plan to end my life",
           "i never wanted to die more than now", "i dont know if i want to end my life",
           "not a day goes by that i dont have thoughts of suicide", "i cant stop thinking about killing myself",
           "i have not stopped having thoughts of suicide"],
}
TURNED_ES = {HIGH: ["nunca quise morir tanto como hoy", "no quiero matarme pero no veo otra salida", "ya no quiero vivir",
                    "no dejo de pensar en matarme", "no sé si quiero morir"],
             EMERGENCY: ["no quiero morir pero ya tomé las pastillas"]}


def _rated(said, lang="en"):
    return list(zip(levels([{"text": s, "lang": lang, "channel": "text"} for s in said]), said))


def test_denied_is_not_rated():
    said = [d.format(a) for d in DENIED["en"] for a in ACTS["en"]]
    said += [t.format(g) for t in OF_THOUGHTS for g in THOUGHTS]
    said = [b.format(s) for b in BESIDE["en"] for s in said]
    assert not [(level, s) for level, s in _rated(said) if level > MODERATE]


def test_denied_is_not_rated_in_spanish():
    said = [b.format(d.format(a)) for b in BESIDE["es"] for d in DENIED["es"] for a in ACTS["es"]
            if b != "no {}" or d.startswith(("no ", "yo no "))]
    assert not [(level, s) for level, s in _rated(said, "es") if level > MODERATE]


def test_behind_another_negation_it_counts():
    said = [(least, b.format(s)) for b in BEHIND for least, all_of in NOT_DENIED.items() for s in all_of]
    spanish = [(least, b.format(s)) for b in BEHIND_ES for least, s in NOT_DENIED_ES]
    rated = _rated([s for _, s in said]) + _rated([s for _, s in spanish], "es")
    assert not [(level, s) for (level, s), (least, _) in zip(rated, said + spanish) if level < least]


def test_denied_once_and_said_all_the_same():
    for lang, turned in (("en", TURNED), ("es", TURNED_ES)):
        for least, said in turned.items():
            assert not [(level, s) for level, s in _rated(said, lang) if level < least]
