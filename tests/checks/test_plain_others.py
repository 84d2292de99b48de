"""The shipped rules on callers about somebody else, on staff notes, and on veterans and older adults.

Held: plain danger told of another is heard whoever it is, whatever is said before and behind it; a wish told in the
present is not dated by something of years ago in the same sentence; "no one knew" denies nothing; terse notes keep their
floor; and everyday acts of other people, routine notes and requests stay low.
"""

import os

import pytest

from evaluator import evaluator

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

PERSONS = [("my mom", "she"), ("my best friend", "he"), ("my online friend", "she"), ("my roommate", "he"), ("my teacher", "she"),
           ("my husband", "he"), ("a coworker", "she"), ("my neighbor", "he"), ("one of my students", "she"), ("my grandpa", "he"),
           ("my 15 year old daughter", "she")]
FORMS = {"he": ("his", "him", "himself"), "she": ("her", "her", "herself")}

# {w} who, {s} he or she, {p} his or her, {m} him or her, {r} himself or herself
TOLD = [
    ("{w} just texted me that {s} is going to kill {r}", "urgent"),
    ("{w} told me {s} wants to kill {r} and i believe {m}", "high"),
    ("{w} said {s} doesnt want to be here anymore", "high"),
    ("{w} said {s} cant do this anymore and stopped answering", "high"),
    ("i think {w} is suicidal", "high"),
    ("{w} tried to kill {r} last night", "high"),
    ("{w} took a bunch of pills and wont wake up", "emergency"),
    ("i found {w} on the floor with an empty pill bottle", "emergency"),
    ("{w} has a gun and says {s} is done", "urgent"),
    ("{w} is holding a knife to {p} throat", "emergency"),
    ("{w} is standing on the bridge", "urgent"),
    ("{w} hears voices telling {m} to hurt people", "urgent"),
    ("{w} is seeing things that arent there and talking to people who arent there", "high"),
    ("{w} is threatening to shoot up {p} work", "urgent"),
    ("{w} was texting about jumping in front of a train", "high"),
    ("{w} slit {p} wrists", "emergency"),
    ("{w} cuts {r}", "moderate"),
    ("{w} keeps talking about killing {r}", "high"),
    ("{w} mentioned overdosing", "high"),
    ("{w} has talked about committing suicide", "high"),
    ("{w} is trying to end {p} life", "urgent"),
    ("{w} said goodbye and is going to end {p} life", "urgent"),
    ("{w} told me {s} has a plan to end {p} life", "urgent"),
]
BEFORE = ["", "hi, ", "ok so ", "im not calling for myself, ", "not sure what to do. ", "i heard that ", "so basically "]
BEHIND = ["", " and i dont know what to do", " lol", " should i call the police?", " and im 2 hours away"]

# What nobody said, knew or believed denies nothing.
UNKNOWN = ["no one knows {x}", "i had no idea {x}", "i didnt know {x}", "i never told anyone that {x}", "nobody believes me that {x}",
           "this isnt a joke {x}", "i promised i wouldnt tell that {x}", "not for me, {x}", "without a doubt {x}"]
HIDDEN = [("my brother wants to die", "high"), ("my friend is suicidal", "high"), ("my sister is going to kill herself", "urgent"),
          ("my son took all his pills", "emergency"), ("my mom overdosed", "emergency"), ("my dad left a suicide note", "high")]

# Told in the present, whatever else is dated beside it.
PRESENT = [
    ("i want to die", "moderate"), ("i want to kill myself", "moderate"), ("im thinking about suicide", "moderate"),
    ("i cant stop thinking about killing myself", "moderate"), ("i feel like killing myself", "moderate"),
    ("i dont want to be here anymore", "moderate"), ("im going to kill myself", "urgent"), ("im planning my suicide", "urgent"),
    ("i have a plan to end my life", "high"), ("im self harming again", "moderate"), ("nobody would miss me", "moderate"),
    ("my brother is suicidal", "high"), ("my friend says she wants to kill herself", "high"),
    ("im scared my brother will kill himself", "high"), ("my mom hears voices telling her to hurt us", "urgent"),
    ("my boyfriend chokes me", "high"), ("my husband threatens to kill me", "high"), ("my uncle touches me", "high"),
    ("im going to stab my boss", "high"),
]
DATED = ["after what happened last year", "since the divorce two years ago", "like when i was a kid", "like in high school",
         "same as last year", "with a history of depression", "because of things in the past", "no prior attempts", "as a teen mom",
         "he told me once before"]

OLDER = [
    ("im a vet and i have a gun and i dont want to be here anymore", "urgent"), ("i wish i died over there", "moderate"),
    ("the guys i served with are dead and i should be too", "moderate"), ("im sitting in the va parking lot with my gun", "urgent"),
    ("my husband is a veteran and he put a gun in his mouth last night", "urgent"),
    ("im 82 and i dont see the point of living anymore", "moderate"), ("im 75 and i took all my heart pills", "emergency"),
    ("my grandfather stopped eating and says he wants to die", "high"), ("my son takes my pension and hits me, im 81", "high"),
    ("grandpa keeps talking about using his rifle on himself", "urgent"), ("im 78 and my wife died and i want to be with her", "moderate"),
    ("my grandma says she just wants to go to sleep and never wake up", "high"),
    ("my dad is 79 and has a gun and says he is tired of living", "urgent"),
]

WHO = ["Pt", "Caller", "Client", "52yo M", "F, 17,", "Vet", "Male caller"]
NOTES = [
    ("{w} endorses SI w/ plan to OD tonight", "urgent"), ("{w} reports SI, no plan", "high"), ("{w} reports SI since the divorce", "high"),
    ("{w} endorses SI, prior SA 2015", "high"), ("{w} states would jump if sent home", "urgent"),
    ("{w} OD'd on meds 20 min ago, drowsy", "emergency"), ("{w} on bridge, refuses to give location", "emergency"),
    ("{w} endorses HI towards ex w/ plan", "urgent"), ("{w} threatening to shoot neighbor today", "emergency"),
    ("{w} reports bf hit her, he is in the house now", "emergency"), ("{w} reports seizure, etoh w/d", "emergency"),
    ("{w} stockpiling rx", "high"), ("{w} denies HI, endorses SI w/ plan", "urgent"),
    # What is denied before the comma, and what is dated, ends there.
    ("{w} denies HI, took OD 30 min ago", "emergency"), ("{w} denies HI, cut self tonight, deep", "high"),
    ("{w} denies firearms, states wants to kill self", "high"), ("{w} denies HI, hearing voices telling to kill self", "urgent"),
    ("{w} w/ hx of MDD reports SI", "high"), ("{w} lost son in 2019, reports SI", "high"),
    ("Mother calling re: son, found note, son missing since am", "urgent"),
    ("Third party. GF reports BF holding knife to own throat", "emergency"),
    ("Elder, says son withholds meds and hits her", "high"), ("School counselor calling, student disclosed plan to OD", "urgent"),
]
AFTER = ["", ". Tx to sup.", ". Hx MDD.", ". Lives w/ roommate."]

EVERYDAY = """
my dad cut himself shaving this morning|my sister cut herself cooking dinner|my son is cutting teeth and we dont sleep
my teacher is cutting our grade again|my brother locked himself out of his car|my brother hung out with his friends last night
my roommate left a note and took out the trash|my coworker left a note on my desk about the meeting|my friend is missing class again
my friend has a plan for the weekend|my boyfriend said he is done with his homework|my dad is on the roof putting up christmas lights
my friend is on the roof fixing the gutters|my friend is killing herself laughing|my landlord is threatening to raise the rent
my friend says she is dying of boredom|my grandpa takes a bunch of pills for his heart|my friend said goodbye and went home
my friend stopped answering my texts about the concert|my son hurt himself at soccer practice|my uncle sold his guitar to buy a car
my brother turned his phone off to save battery|my sister wrote a letter to santa|my brother stabbed himself with a fork by accident
that song hit me like a truck|im 72 and i play bridge every tuesday
im making my will with a lawyer next week|my friend told me about this line and said you were great|my mom wants to know your hours
how do i support a friend whose dog died|im a veteran and i want to know about benefits|my grandma is 90 and needs a ride to church
""".strip().replace("\n", "|").split("|")
ROUTINE = ["{w} denies SI/HI/AVH.", "{w} denies SI, HI, SH. F/u tmrw.", "{w} requested therapist referral.", "{w} hx anxiety, denies SI/HI.",
           "No SI/HI. {w} wanted info re housing.", "Neg for SI/HI. Resources given.", "Denies access to firearms. Denies SI. Info given.",
           "F/u attempted x2, no answer, LVM.", "{w} inquiring re: food bank hrs.", "Wrong number.", "Case closed per sup.",
           "{w} veteran, asks re VA benefits, denies SI.", "{w} grieving loss of dog, denies SI, good support."]


def filled(template, who, pronoun):
    p, m, r = FORMS[pronoun]
    return template.format(w=who, s=pronoun, p=p, m=m, r=r)


def floors():
    for template, level in TOLD:
        for i, (who, pronoun) in enumerate(PERSONS):
            text = filled(template, who, pronoun)
            yield "text", text, level
            yield "text", BEFORE[i % len(BEFORE)] + text + BEHIND[i % len(BEHIND)], level
    for x, level in HIDDEN:
        yield from (("text", around.format(x=x), level) for around in UNKNOWN)
    for x, level in PRESENT:
        for date in DATED:
            yield from (("text", x + join + date, level) for join in (" ", ", ", ". "))
    for x, level in OLDER:
        yield from (("text", before + x + behind, level) for before in ("", "hi ", "i never told anyone, ")
                    for behind in ("", ". i live in a small town", ". am i overreacting"))
    for template, level in NOTES:
        for who in WHO if "{w}" in template else [""]:
            yield from (("call-notes", template.format(w=who) + after, level) for after in AFTER)


def ceilings():
    for text in EVERYDAY:
        yield from (("text", before + text + behind, "low") for before in ("", "hi ", "ok so ") for behind in ("", " lol"))
    for template in ROUTINE:
        yield from (("call-notes", template.format(w=who), "low") for who in (WHO if "{w}" in template else [""]))


@pytest.fixture(scope="module")
def rated():
    program = evaluator()
    command = [os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"]
    cases = [(case, True) for case in floors()] + [(case, False) for case in ceilings()]
    rows = [{"text": text, "lang": "en", "channel": channel} for (channel, text, _), _ in cases]
    ranks = [program.RANK[level] for level, _ in program.classify(command, rows)]
    return [(text, program.RANK[level], rank, floor) for ((_, text, level), floor), rank in zip(cases, ranks)]


def test_danger_of_others_keeps_its_floor(rated):
    assert [text for text, level, rank, floor in rated if floor and rank < level] == []


def test_everyday_things_of_others_stay_low(rated):
    assert [text for text, level, rank, floor in rated if not floor and rank > level] == []
