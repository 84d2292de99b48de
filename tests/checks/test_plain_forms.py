"""The shipped rules on plain statements of suicide in every tense and mood: what is heard in one form is heard in the others."""

import pytest

from test_disguise import levels

MODERATE, HIGH, URGENT, EMERGENCY = 1, 2, 3, 4

# An act in its forms: bare, past, participle, -ing.
ACTS = {"en": [
    ("kill myself", "killed myself", "killed myself", "killing myself"),
    ("hang myself", "hung myself", "hung myself", "hanging myself"),
    ("shoot myself", "shot myself", "shot myself", "shooting myself"),
    ("drown myself", "drowned myself", "drowned myself", "drowning myself"),
    ("slit my wrists", "slit my wrists", "slit my wrists", "slitting my wrists"),
    ("overdose", "overdosed", "overdosed", "overdosing"),
    ("take all my pills", "took all my pills", "taken all my pills", "taking all my pills"),
    ("jump off the bridge", "jumped off the bridge", "jumped off the bridge", "jumping off the bridge"),
    ("step in front of a truck", "stepped in front of a truck", "stepped in front of a truck", "stepping in front of a truck"),
    ("end my life", "ended my life", "ended my life", "ending my life"),
    ("take my own life", "took my own life", "taken my own life", "taking my own life"),
    ("commit suicide", "committed suicide", "committed suicide", "committing suicide"),
    ("off myself", "offed myself", "offed myself", "offing myself"),
    ("do myself in", "did myself in", "done myself in", "doing myself in"),
], "es": [
    ("matarme", "me maté", "me he matado", "matándome"),
    ("suicidarme", "me suicidé", "me he suicidado", "suicidándome"),
    ("ahorcarme", "me ahorqué", "me he ahorcado", "ahorcándome"),
    ("pegarme un tiro", "me pegué un tiro", "me he pegado un tiro", "pegándome un tiro"),
    ("cortarme las venas", "me corté las venas", "me he cortado las venas", "cortándome las venas"),
    ("tirarme del puente", "me tiré del puente", "me he tirado del puente", "tirándome del puente"),
    ("lanzarme al tren", "me lancé al tren", "me he lanzado al tren", "lanzándome al tren"),
    ("quitarme la vida", "me quité la vida", "me he quitado la vida", "quitándome la vida"),
    ("acabar con mi vida", "acabé con mi vida", "he acabado con mi vida", "acabando con mi vida"),
]}

SAID = {"en": {
    URGENT: [
        "im going to {bare} tonight", "im about to {bare}", "ive decided to {bare}", "i plan on {ing} tonight", "im planning on {ing}",
        "imma {bare}", "ima go {bare}", "im gonna go {bare} now", "im fixing to {bare}", "i shall {bare}", "i am set on {ing}",
        "i intend on {ing}", "i have every intention of {ing}", "its my intention to {bare}", "my plan is to {bare}",
        "im on my way to {bare}", "by tomorrow i will have {participle}", "if you dont answer ill {bare}",
        "nothing will stop me from {ing}",
    ],
    HIGH: [
        "i want to {bare}", "im considering {ing}", "i keep thinking about {ing}", "i keep picturing {ing}", "i wouldnt mind {ing}",
        "i cant stop myself from {ing}", "whats stopping me from {ing}", "the idea of {ing} wont leave me", "my only option is {ing}",
        "i dont see any other way than {ing}", "should i {bare}", "i need to {bare}", "i get urges to {bare}", "i deserve to {bare}",
        "i came close to {ing} last night", "i nearly {past} last night", "i would have {participle} if not for my dog",
    ],
}, "es": {
    URGENT: [
        "voy a {bare} esta noche", "estoy a punto de {bare}", "he decidido {bare}", "planeo {bare} mañana", "estoy planeando {bare}",
        "ando por {bare}", "me dispongo a {bare}", "tengo la intención de {bare}", "mi plan es {bare}", "ya le puse fecha, voy a {bare}",
        "nada me va a impedir {bare}",
    ],
    HIGH: [
        "quiero {bare}", "me dan ganas de {bare}", "he pensado en {bare}", "no dejo de pensar en {bare}", "no veo otra salida que {bare}",
        "me imagino {ing}", "intenté {bare} la semana pasada", "ojalá tuviera el valor de {bare}", "prefiero {bare} antes que volver a casa",
        "alguna vez voy a {bare}", "tengo miedo de {bare}", "qué me impide {bare}", "se me ocurre {bare}",
    ],
}}

# Words that may mean an ending of another kind, or a hyperbole, but not where they stand so.
ALONE = {"en": {
    URGENT: ["i shall end it", "im on my way to end it", "i have every intention of ending it", "im going to have to end it tonight"],
    HIGH: ["should i end it", "i might end it", "i wish i could end it", "what if i end it", "i have to end it", "whats stopping me from ending it",
           "i need to die", "i deserve to die", "should i die", "i went there to die but couldnt", "whats stopping me from dying",
           "id rather jump off the bridge than go home", "all i want is to overdose", "this time i will die"],
    MODERATE: ["i swear ill die", "if she leaves i will die"],
}, "es": {
    URGENT: ["esta noche acabo con mi vida", "he decidido morirme", "mi plan es morirme", "me he tirado del puente", "me he ahorcado",
             "me lancé al tren hace una hora", "estoy ahorcándome ahora"],
    HIGH: ["casi me tiré del puente", "casi acabé con mi vida", "y si acabo con todo", "prefiero morirme antes que volver a casa",
           "un día de estos acabo con mi vida", "mi única salida es morirme", "sigo queriendo morirme"],
    MODERATE: ["si me deja me muero"],
}}

# The same words where nobody is in danger.
EVERYDAY = {"en": [
    "i nearly died laughing at her text", "id rather die than eat that casserole lol", "im going to end it with my boyfriend tomorrow, we fight too much",
    "should i end it with a joke or a quote? its my best man speech", "i intend on taking all my vacation days this year",
    "we will have ended it by nine, the meeting i mean",
    "i feel like im going to die when my heart races but the doctor says its panic attacks", "the plan is suicide for our budget",
    "im considering ending my subscription", "i keep thinking about ending the lease early",
], "es": [
    "prefiero morirme que comer eso jajaja", "prefiero matarme antes que ir al gym un lunes", "hoy me muero de frio",
    "voy a acabar con todo el helado", "hoy acabo con todo el trabajo atrasado", "mañana acabo con todo lo de la mudanza",
    "me he tirado del trampolín por primera vez", "me tiré al río con toda la ropa puesta, perdí la apuesta",
    "con el aguinaldo ya me ahorqué con las cuotas del refri", "se me ha colgado el ordenador",
]}

# The same as others chart it.
NOTED = {
    EMERGENCY: ["82F on morphine, RR 6, not rousable", "NB limp and blue; grandmother on line; CPR instr given",
        "DV IN PROGRESS, SUSPECT STILL ON SCENE, ARMED W/ MACHETE"],
    URGENT: ["abuser due home in 30 min; caller & 2 kids packing, no transport"],
    HIGH: ["c/o partner forcing sex, most recent Sat, does not want police", "Diabulimia: omitting insulin, sugars 450, N/V",
           "HI thoughts toward brother, no plan, no weapon.", "Wife says pt manic & aggressive, smashed TV, slept 2h in 4 d",
           "Reports IPV x 3 yrs, escalating, partner monitors phone"],
    MODERATE: ["Resumed cutting after 6 mos; no intent to die", "Drinking daily since divorce, hopeless, denies SI",
               "Pt wishes he'd never been born; denies plan or intent.", "Partner belittles & controls money; no physical violence reported"],
}


def rated(lang, texts):
    return levels([{"text": text, "lang": lang, "channel": "sms"} for text in texts])


@pytest.mark.parametrize("lang", sorted(SAID))
@pytest.mark.parametrize("floor", [HIGH, URGENT], ids=["high", "urgent"])
def test_every_form_is_heard(lang, floor):
    texts = [said.format(bare=bare, past=past, participle=participle, ing=ing)
             for said in SAID[lang][floor] for bare, past, participle, ing in ACTS[lang]] + ALONE[lang][floor]
    assert [text for text, level in zip(texts, rated(lang, texts)) if level < floor] == []


@pytest.mark.parametrize("floor", sorted(NOTED))
def test_notes_are_read(floor):
    found = levels([{"text": text, "lang": "en", "channel": "voice_notes"} for text in NOTED[floor]])
    assert [text for text, level in zip(NOTED[floor], found) if level < floor] == []


@pytest.mark.parametrize("lang", sorted(ALONE))
def test_dying_is_not_low(lang):
    texts = ALONE[lang][MODERATE]
    assert [text for text, level in zip(texts, rated(lang, texts)) if level < MODERATE] == []


@pytest.mark.parametrize("lang", sorted(EVERYDAY))
def test_everyday_words_stay_low(lang):
    assert [text for text, level in zip(EVERYDAY[lang], rated(lang, EVERYDAY[lang])) if level] == []
