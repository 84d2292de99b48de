"""The shipped rules on plain statements of suicide in every tense and mood: what is heard in one form is heard in the others."""

import pytest

from test_disguise import levels

MODERATE, HIGH, URGENT = 1, 2, 3

# An act in its forms: bare, past, participle, -ing.
ACTS = [
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
]

SAID = {
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
}

# Words that may mean an ending of another kind, or a hyperbole, but not where they stand so.
ALONE = {
    URGENT: ["i shall end it", "im on my way to end it", "i have every intention of ending it", "im going to have to end it tonight"],
    HIGH: ["should i end it", "i might end it", "i wish i could end it", "what if i end it", "i have to end it", "whats stopping me from ending it",
           "i need to die", "i deserve to die", "should i die", "i went there to die but couldnt", "whats stopping me from dying",
           "id rather jump off the bridge than go home", "all i want is to overdose", "this time i will die"],
    MODERATE: ["i swear ill die", "if she leaves i will die"],
}

# The same words where nobody is in danger.
EVERYDAY = [
    "i nearly died laughing at her text", "id rather die than eat that casserole lol", "im going to end it with my boyfriend tomorrow, we fight too much",
    "should i end it with a joke or a quote? its my best man speech", "i intend on taking all my vacation days this year",
    "we will have ended it by nine, the meeting i mean",
    "i feel like im going to die when my heart races but the doctor says its panic attacks", "the plan is suicide for our budget",
    "im considering ending my subscription", "i keep thinking about ending the lease early",
]


def rated(texts):
    return levels([{"text": text, "lang": "en", "channel": "sms"} for text in texts])


@pytest.mark.parametrize("floor", sorted(SAID))
def test_every_form_is_heard(floor):
    texts = [said.format(bare=bare, past=past, participle=participle, ing=ing)
             for said in SAID[floor] for bare, past, participle, ing in ACTS] + ALONE[floor]
    assert [text for text, level in zip(texts, rated(texts)) if level < floor] == []


def test_dying_is_not_low():
    assert [text for text, level in zip(ALONE[MODERATE], rated(ALONE[MODERATE])) if level < MODERATE] == []


def test_everyday_words_stay_low():
    assert [text for text, level in zip(EVERYDAY, rated(EVERYDAY)) if level] == []
