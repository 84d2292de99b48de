"""The shipped rules on plain words of a medical emergency: whatever is said beside them they are urgent at least; everyday life is not."""

import pytest

from test_disguise import levels

URGENT = 3

# Overdose, poisoning, illness, injury, withdrawal, birth, cold, heat and accidents, as people say it.
PLAIN = [
    "took too much of my anxiety meds on accident", "i did a line and now my chest hurts",
    "been working in the sun all day and i stopped sweating and feel confused", "i swallowed something i shouldnt have",
    "im sitting in the garage with the car running", "grandpa took a weeks worth of blood thinners", "my babys not breathing",
    "i think my mom is having a stroke", "i think im having a heart attack", "my sons inhaler isnt working",
    "my friend took a bunch of pills and wont tell me what", "i licked some pesticide off my hands and my mouth is numb",
    "im fading in and out", "my left arm is numb and my jaw hurts", "i ran out of my seizure meds and i just had one",
    "im having a heart attack", "my daughter ate a bunch of gummy vitamins with iron", "i took too much and now im scared",
    "i stopped taking xanax and had a seizure", "her lips are blue", "my baby swallowed a button battery",
    "drank way too much and cant stop throwing up and im alone",
    "day 3 no alcohol and my hands wont stop shaking and im seeing shadows", "i think im in labor and im alone in my dorm",
    "my vision is going", "i think my friend overdosed", "my baby has a fever of 104 and wont stop crying", "my kid is choking",
    "i tried to hang myself and i cant swallow", "im bleeding everywhere", "they shot my friend",
    "my chest feels tight and i cant catch my breath", "worst headache of my life", "my husband collapsed",
    "i keep passing out", "i swallowed a bunch of pills", "my cousin snorted something and now shes shaking",
    "i drank a whole bottle of vodka and took my xanax", "i took some pills earlier and now i cant stay awake",
    "i think i overdosed", "i swallowed batteries", "i cut an artery i think", "hes foaming at the mouth",
    "i drank some cleaning fluid by accident", "took some of everything we had in the house",
    "i think someone put something in my drink and i cant stand up", "my brother huffed something and fell down",
    "my baby is limp", "she cant move one side of her body", "my ex called and said he took all his pills",
    "i can see fat in the cut", "my husband is talking gibberish", "i ran out of insulin", "gave my son too much tylenol",
    "i took too many of my sleeping pills and i feel weird", "it wont stop bleeding", "my kid got into my pills",
    "i think i double dosed on my heart medicine", "im bleeding out", "i hit my head and blacked out", "i got bit by a snake",
    "i took 2 bars and drank a lot can i sleep", "my sister took a lot of tylenol last night",
    "hes having an allergic reaction", "im in labor and nobody is here",
    "my boyfriend used heroin and now hes making a snoring sound and wont wake up", "i cut my wrist and its bleeding a lot",
    "i stabbed myself in the leg", "im diabetic and i havent had insulin in 3 days",
    "im homeless and its below zero and i cant feel my feet", "my mom took too many of her pills",
    "i smoked spice and cant feel my legs", "my mom wont wake up", "i burned myself badly with boiling water",
    "anaphylaxis what do i do", "my husband is diabetic and hes not making sense",
    "i fell off the roof and i cant move my legs", "i took double my insulin by mistake",
    "i just swallowed a whole bunch of ibuprofen", "im in labor", "i took too many pills", "im bleeding a lot and it wont stop",
    "i had a seizure this morning and another one now", "i took everything in the medicine cabinet", "i drank hand sanitizer",
    "im so cold i cant think straight im sleeping outside", "my baby is choking", "please call an ambulance for my friend",
    "my dad took a whole bottle of oxy", "my friend is on acid and running into traffic", "i slit my wrist",
    "his speech is slurred and he cant lift his arm", "my tongue is swelling", "i inhaled chemicals and cant stop coughing",
    "my toddler got into my purse and ate some pills", "my friend shot up and isnt responding",
    "my heart is beating out of my chest after i took adderall, like a lot",
    "im diabetic and im throwing up and cant stop peeing", "i got bitten by a rattlesnake and my leg is swelling",
    "shes not waking up", "my baby isnt breathing", "im coughing up blood", "my son ate my edibles and wont wake up",
    "i took more than i should have of my heart pills", "my coworker collapsed from heat",
    "i jumped and i think my legs are broken", "my son got into the medicine", "my chest hurts really bad and my arm is numb",
    "i have a razor blade to my wrist", "my dad is having a heart attack", "i took too much medicine",
    "i hanged myself but the rope broke and my neck hurts", "my grandma has no ac and its 105 and shes confused",
    "shes barely breathing", "im pregnant and having really bad pain", "he collapsed from the heat", "she wont wake up",
    "my o2 is 80 percent", "she took a bunch of her antidepressants an hour ago", "im bleeding really bad",
    "the baby hasnt moved since yesterday", "my wife is bleeding and pregnant", "baby wont wake up to eat",
    "my dad is going through dts", "i took like 20 advil", "the baby is coming now",
    "cut deeper than i meant to and its still bleeding", "hes drowning", "my husband is having some kind of fit",
    "he quit breathing", "my oxygen tank is empty", "i drank bleach to hurt myself", "my friend passed out and wont wake up",
    "i havent slept in 5 days and im seeing things and shaking since i quit drinking",
    "i passed out in the shower again i only weigh 85 pounds", "im 35 weeks and the baby isnt moving",
    "ive taken way more of my meds than im supposed to", "i got drugged and i cant move",
    "i cant afford my insulin and havent had any since sunday", "i got stung and i cant breathe",
    "im 8 months pregnant and i fell down the stairs", "my husband took too many sleeping pills and wont wake up",
    "coming off benzos cold turkey and i keep twitching and hallucinating",
    "hes been shaking on the floor for 5 minutes and wont stop", "im throwing up blood", "my friend got ejected from the car",
    "i was in a car accident and im bleeding", "im outside and its freezing and i cant feel my hands",
    "i accidentally took 8 pills instead of 2", "my dad is not breathing",
]
BEFORE = [
    "hi ", "ok so ", "honestly ", "i know this is stupid but ", "idk if this is the right place but ",
    "sorry for bothering you ", "quick question, ", "my mom yelled at me and ", "i was cooking dinner and ",
    "we were at a party and ", "is it bad that ", "i didnt mean to but ",
]
BEHIND = [
    " lol", " and i dont know what to do", " but i feel fine", " do i need to go to the er", " at work", " just now",
    ". the weather is nice", ". i have an exam tomorrow",
]
# Who it happens to, and what.
WHO = [
    ("my mom", "her"), ("my dad", "his"), ("my roommate", "their"), ("my girlfriend", "her"), ("my little brother", "his"),
    ("my friend", "her"), ("my grandma", "her"), ("my baby", "his"), ("a guy here", "his"), ("my coworker", "his"),
    ("she", "her"), ("he", "his"), ("my kid", "his"), ("my husband", "his"), ("this girl", "her"),
    ("some man on the street", "his"), ("my neighbor", "his"), ("my student", "her"),
]
HAPPENS = [
    "{who} is not breathing", "{who} stopped breathing", "{who} wont wake up", "{who} is unconscious",
    "{who} is having a seizure", "{who} overdosed", "{who} took too many pills", "{who} swallowed a bunch of pills",
    "{who} took a whole bottle of advil", "{who} is turning blue", "{who} is bleeding really bad", "{who} is choking",
    "{who} collapsed", "{who} fell and hit {their} head and is throwing up", "{who} is having a heart attack",
    "{who} is having trouble breathing", "{who} drank bleach", "{who} just passed out and wont respond", "{who} got stabbed",
    "{who} got hit by a car", "{who} ate rat poison", "{who} is having a stroke", "{who} cut {their} wrists",
    "{who} has chest pains", "{who} is having an allergic reaction", "{who} might have overdosed",
    "{who} mixed pills and alcohol", "{who} is foaming at the mouth", "{who} cant breathe", "{who} isnt breathing",
]
# What is taken, and how it is told.
MEDICINES = [
    "tylenol", "ibuprofen", "sleeping pills", "antidepressants", "heart meds", "blood pressure pills", "benadryl", "xanax",
    "seroquel", "lithium", "insulin", "adderall", "zoloft", "pain pills", "painkillers", "iron pills", "gabapentin",
    "muscle relaxers", "anxiety meds", "diet pills", "caffeine pills", "allergy pills", "metformin", "thyroid meds", "prozac",
    "cough medicine", "blood thinners", "nyquil",
]
TAKEN = [
    "i took too many {medicine}", "i took a bunch of {medicine}", "i took all my {medicine}", "i took way too much {medicine}",
    "i swallowed a handful of {medicine}", "i overdosed on {medicine}", "i just took 20 {medicine}",
    "i accidentally took too much {medicine}", "i took my {medicine} twice by mistake", "i took the whole bottle of {medicine}",
    "took a whole pack of {medicine}", "ive taken about 15 {medicine}", "i took more {medicine} than im supposed to",
    "i think i took too many {medicine}", "i dont know how many {medicine} i took", "i mixed my {medicine} with alcohol",
    "my kid got into my {medicine}", "my son took my {medicine}", "my mom took too many of her {medicine}",
    "i gave my daughter too much {medicine}", "i ate a bunch of {medicine}", "i chewed up all my {medicine}",
]
NOTES = [
    "Caller reports taking unknown quantity of tylenol 1 hour ago.", "Caller states took 30 tabs of sertraline at 2200.",
    "Ct reports OD on trazodone, unknown amt.", "Caller's son ingested unknown pills, drowsy.",
    "Caller found daughter unresponsive w/ empty pill bottle.", "Pt not breathing per caller.",
    "Caller reports chest pain radiating to L arm x 20 min.", "Caller c/o CP and SOB.",
    "Caller w/ facial droop and slurred speech.", "Client reports last drink 2 days ago, tremors, seeing bugs.",
    "Client shaking, sweating, hallucinating, stopped etoh 48h ago.", "Caller bleeding heavily from self inflicted laceration.",
    "Client cut L forearm, laceration deep, needs sutures, refuses ER.", "Caller reports seizure activity x 3 today.",
    "Caller 34 wks pregnant, vaginal bleeding.", "Caller states husband collapsed, no pulse.",
    "3yo got into grandmother's metoprolol, amt unknown.", "Caller intoxicated, took xanax with vodka, slurring.",
    "Caller states she \"took a bunch of pills\" and feels sleepy.", "Caller slurring, admits to taking extra meds.",
    "Caller went silent after saying she took everything.",
    "Caller's roommate overdosed, narcan given x1, still not responding.",
    "Caller reports being locked outside, temp 10F, no coat.", "Caller diabetic, BG 38, confused.",
    "Caller DKA hx, no insulin x3d, vomiting.", "Caller reports throat closing after eating nuts.",
    "Caller fell, hit head, LOC, vomiting.", "Caller ingested antifreeze.",
]
# Routine medicines, animals, cooking, sport, work, courses, films and what is long over.
EVERYDAY = [
    "i left my groceries in the hot car", "my vision is 20 20", "i twisted my ankle", "hard to breathe through this mask",
    "my chest hurts because i did too many pushups", "blue face paint all over my kid", "my sister had her baby last night",
    "locked out of my account", "i work at a poison control center", "my mom is in hospice and on morphine, im sad",
    "i took the bar exam and my heart was racing", "she went into labor yesterday and the baby is here, so happy",
    "i missed a dose, should i double up", "my phone is not responding", "i sprained my wrist playing tennis",
    "my head is killing me", "my due date is next week", "my cat wont wake up from her nap lol", "the bread is burning",
    "the kids are lines dancing", "i went to an aa meeting tonight", "my sugar has been good on the new meds",
    "my kid passed out in the car seat", "im sleepy", "choking hazard toys for babies",
    "pharmacology exam tomorrow, acetaminophen toxicity is on it", "i cut my hair badly", "i take 3 pills a day for my thyroid",
    "the smoke alarm keeps chirping, battery", "in the show he gets stabbed and bleeds out", "does urgent care do xrays",
    "its freezing outside, my car wont start", "my baby is teething",
    "i was in an accident last week and im stuck with paperwork", "my back is killing me", "spilled hot coffee on my shirt",
    "my friend broke his leg skiing", "a tree fell on my car during the storm",
    "i take my blood pressure pills every morning with breakfast", "i swallowed a bug on my bike lol",
    "i came down with the flu", "i dont mix alcohol and pills", "i got heat rash", "i need stitches removed next week",
    "the cut on the steak is deep", "i saw a snake on my hike", "my grandma fell last year, she has a new hip",
    "im studying for my emt exam, what are the signs of a stroke", "i cut off my ex", "my foot is stuck in the boot lol",
    "they odd ones out", "a bird hit my window", "my baby got her shots and has a low fever",
    "short of breath after stairs, im out of shape", "the wifi suddenly is not working",
    "im a paramedic, we had a cardiac arrest and saved him", "camping outside this weekend, freezing nights",
    "im pregnant and nauseous in the mornings", "i used to faint a lot as a teenager", "i drive an ambulance",
    "im drowning in emails", "my kid learned how to call 911 at school", "my friend odd jobs for a living",
    "found my cat in the tub", "how do you do the heimlich maneuver", "my car was hit in the parking lot",
    "i took too many photos", "i choked on my coffee when he said it", "my son fell into the ball pit",
    "what is the number for poison control", "i need new glasses, my vision is blurry", "i forgot to take my meds yesterday",
    "my baby wont sleep", "i need help paying for insulin", "i blacked out the windows with curtains",
    "im 20 weeks pregnant and excited", "my baby isnt walking yet", "the carbon monoxide detector needs a new battery",
    "my levels are at 50 in the game", "i skipped lunch because of a meeting", "how do i store insulin when traveling",
    "im in labor relations", "i cant breathe through my nose, stupid cold", "i got stitches last week, they itch",
    "where can i get naloxone training", "i got an ambulance bill and cant pay it", "took my vitamins today",
    "how do i dispose of old medication", "i found my dad on the couch watching tv",
    "i had food poisoning from sushi last week", "my cat swallowed a hair tie", "my essay is deep and wont stop",
    "she just shot me a dirty look", "did a line dance", "i suddenly remembered my password",
    "i lost consciousness once as a kid", "my radiator is leaking", "i have a scar on my wrist from surgery",
    "when should i pack my hospital bag, im 36 weeks", "oxygen level 99", "do you have free narcan kits",
    "my son shot his first basket", "cut my thumb opening a can, put a bandaid on it", "i got my covid booster and feel tired",
    "i was in the er last week for a kidney stone, better now", "the nurse called 911 last year for my grandpa",
    "the character stops breathing at the end, so sad", "the oxygen bar was fun", "two days worth of laundry",
    "how much does an ambulance cost", "i mixed bleach with water to clean the bathroom", "my bangs are cut bad",
    "my blood pressure is a bit high", "someone spilled my drink", "a truck hit the bridge on the news",
    "the oxygen tank for diving is empty, where to refill", "my nursing exam has a question about insulin overdose",
    "my drink was good", "stuck in traffic because of an accident", "he is drowning in debt", "shes not responding to my texts",
    "i took too much on at work", "he took too much of my time", "we did shots", "im breaking out in acne",
    "he spiked the volleyball", "its hard to breathe in this humidity", "my score was 450", "my chest is sore from bench press",
    "my gums bleed when i brush", "i hit my head on the cabinet, ow", "spilled soup on the carpet",
    "i take more vitamins than my mom", "my eyes are swollen from pollen", "had two beers with dinner",
    "should i call the non emergency number", "took three days worth of clothes on the trip", "prices went down",
    "how do i get a doctor without insurance", "the dog got into my pills, the vet says hes fine",
    "my stomach hurts from eating too much", "i was so tired i collapsed into bed", "gums bleeding a lot after flossing",
    "im a nurse and we had three overdoses tonight, tired", "kids drowning in toys", "my lips are chapped",
    "my husband passed out on the couch watching football", "a car hit the mailbox", "the baby kicks all the time",
    "a branch fell on the fence", "what do i pack for when my water breaks", "i burned the toast and the smoke alarm went off",
    "i have a bleeding heart plant", "my dog got bit by a tick", "grandpa cant walk without his cane",
    "my arms are numb after pull ups", "my dog had a seizure last year and is fine on meds", "bloody mary recipe",
    "i crashed my bike, just scratches", "my brother is in rehab and doing well", "the show was intoxicating",
    "the water heater broke", "i cut off my hair", "i ate a little of everything at the party", "the sky is going dark early",
    "i get shaky if i dont eat", "cut off the tip of the carrot", "i double booked my appointments",
    "i got food poisoning last month", "is it safe to sleep with a fan on",
]


def rows(texts, channel="text"):
    return [{"text": text, "lang": "en", "channel": channel} for text in texts]


def below(texts, least, channel="text"):
    return [text for text, level in zip(texts, levels(rows(texts, channel))) if level < least]


def test_plain_words_are_urgent():
    assert below(PLAIN, URGENT) == []


@pytest.mark.parametrize("side", ["before", "behind"])
def test_nothing_beside_hides(side):
    """No opening, no errand, no hedge and no laugh."""
    texts = [b + text for text in PLAIN for b in BEFORE] if side == "before" else [text + b for text in PLAIN for b in BEHIND]
    assert below(texts, URGENT) == []


def test_whoever_it_happens_to():
    assert below([what.format(who=who, their=their) for who, their in WHO for what in HAPPENS], URGENT) == []


def test_whatever_is_taken():
    assert below([how.format(medicine=medicine) for how in TAKEN for medicine in MEDICINES], URGENT) == []


def test_notes_of_staff():
    assert below(NOTES, URGENT, "call-notes") == []


def test_everyday_life_is_low():
    assert [text for text, level in zip(EVERYDAY, levels(rows(EVERYDAY))) if level > 0] == []
