"""The shipped rules on plain words of a medical emergency: whatever is said beside them they are urgent at least; everyday life is not."""

import pytest

from test_disguise import levels

URGENT = 3

# Overdose, poisoning, illness, injury, withdrawal, birth, cold, heat and accidents, as people say it.
PLAIN = [
    "my husband stopped drinking yesterday and he doesnt know where he is", "i think i took too many but im not sure",
    "im dope sick and i cant keep water down", "my daughter cant breathe", "i left my baby in the hot car",
    "im stuck in my car in the snow and i cant feel my feet", "my toddler burned his hand on the stove really bad",
    "i took 12 sleeping pills will i be ok", "im outside and its freezing and i cant feel my hands",
    "my dad is having a heart attack", "i ran out of xanax and my whole body is shaking",
    "my mom has been seizing for ten minutes", "my sugar is 28 and im shaking", "im having chest pains",
    "my sister took a lot of tylenol last night", "i missed dialysis for a week", "my 2 week old has a fever",
    "my boyfriend used heroin and now hes making a snoring sound and wont wake up", "i drank some cleaning fluid by accident",
    "my dad isnt breathing", "shes not waking up", "my mom took all her pills", "my baby fell down the stairs",
    "i bought a bunch of tylenol today so i can end it", "i cut an artery i think", "hes foaming at the mouth",
    "guy on the bus is having a seizure", "my coworker collapsed from heat", "took some of everything we had in the house",
    "i think someone put something in my drink and i cant stand up", "my brother huffed something and fell down",
    "my baby is limp", "i burned myself really bad and the skin came off", "she cant move one side of her body",
    "my ex called and said he took all his pills", "i can see fat in the cut", "my husband is talking gibberish",
    "i ran out of insulin", "gave my son too much tylenol", "i took too many of my sleeping pills and i feel weird",
    "it wont stop bleeding", "my kid got into my pills", "i think i double dosed on my heart medicine", "im bleeding out",
    "i hit my head and blacked out", "i got bit by a snake", "i took 2 bars and drank a lot can i sleep",
    "i cant remember how many i took", "i swallowed batteries", "my son fell off the couch and hit his head and is throwing up",
    "hes having an allergic reaction", "im in labor and nobody is here", "i found someone unconscious",
    "theres smoke everywhere and i cant get out", "i cut my wrist and its bleeding a lot",
    "my friend took a bunch of pills and wont tell me what", "im diabetic and i havent had insulin in 3 days",
    "daddy fell down and wont get up", "my mom took too many of her pills", "i smoked spice and cant feel my legs",
    "lost in the woods and its freezing and my phone is dying", "my mom wont wake up",
    "i burned myself badly with boiling water", "my kid came home drunk and wont stay awake",
    "i tried to hang myself and i cant swallow", "my husband is diabetic and hes not making sense",
    "i fell off the roof and i cant move my legs", "i took double my insulin by mistake",
    "i just swallowed a whole bunch of ibuprofen", "i drank a whole handle and cant feel my face", "im in labor",
    "i took too many pills", "im bleeding a lot and it wont stop", "i had a seizure this morning and another one now",
    "i took everything in the medicine cabinet", "i drank hand sanitizer",
    "im so cold i cant think straight im sleeping outside", "i took what was left in the bottle", "my baby is choking",
    "please call an ambulance for my friend", "my dad took a whole bottle of oxy",
    "my friend is on acid and running into traffic", "im fading in and out", "his speech is slurred and he cant lift his arm",
    "my mommy wont wake up and im scared", "im miscarrying and theres so much blood", "my tongue is swelling",
    "i inhaled chemicals and cant stop coughing", "my toddler got into my purse and ate some pills",
    "my friend shot up and isnt responding", "my heart is beating out of my chest after i took adderall, like a lot",
    "i swallowed a bunch of pills", "i got bitten by a rattlesnake and my leg is swelling", "might have taken too much",
    "theres a man not moving on the sidewalk", "my baby isnt breathing", "im coughing up blood",
    "i used my epipen and its not working", "my son ate my edibles and wont wake up",
    "i took more than i should have of my heart pills", "i took some pills earlier and now i cant stay awake",
    "i swallowed something i shouldnt have", "my oxygen is 82", "my son got into the medicine",
    "my chest hurts really bad and my arm is numb", "im pregnant and having really bad pain",
    "i did a line and now my chest hurts", "my kid put something up his nose and cant breathe", "i took too much medicine",
    "grandpa took a weeks worth of blood thinners", "i think my mom is having a stroke", "he got shot",
    "im homeless and its below zero and i cant feel my feet", "shes barely breathing",
    "i stopped drinking and i cant stop sweating and shaking", "my grandma isnt making sense all of a sudden",
    "he collapsed from the heat", "she wont wake up", "my kid is choking",
    "she took a bunch of her antidepressants an hour ago", "im bleeding really bad", "i shook my baby and hes not right",
    "i have a razor in my hand and i want to use it", "baby wont wake up to eat", "i stopped taking xanax and had a seizure",
    "i took like 20 advil", "my hands are shaking so bad from withdrawal", "im having a heart attack", "hes drowning",
    "my husband is having some kind of fit", "grandma suddenly cant move her arm", "he quit breathing",
    "there is a gun in my hand", "i think my friend overdosed", "my friend passed out and wont wake up",
    "im withdrawing from fentanyl and cant stop throwing up for 3 days",
    "i passed out in the shower again i only weigh 85 pounds", "im 35 weeks and the baby isnt moving",
    "ive taken way more of my meds than im supposed to", "my dad grabbed his chest and fell", "i got drugged and i cant move",
    "i cant afford my insulin and havent had any since sunday", "im really drunk and i fell and hit my head",
    "i quit drinking 3 days ago and im shaking really bad", "my husband took too many sleeping pills and wont wake up",
    "my baby swallowed a button battery", "hes been shaking on the floor for 5 minutes and wont stop", "my moms not breathing",
    "im getting really sleepy and i took all of them", "im throwing up blood",
    "theres a gun in the house and i keep thinking about using it", "grandma fell and shes bleeding",
    "i was in a car accident and im bleeding", "my kid drank gasoline", "i feel like im going to pass out",
    "i accidentally took 8 pills instead of 2", "my dad is not breathing", "my babys not breathing",
    "my kid swallowed a magnet", "she isnt breathing", "the baby stopped breathing",
    "carbon monoxide alarm wont stop and the kids are throwing up", "i have chest pain going down my arm",
    "im losing consciousness", "i found my mom on the floor",
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
    "i cut my nails too short", "i row stroke in the boat", "we played outside in the snow all day, fingers were cold",
    "he spiked the volleyball", "can i just sleep on the plane", "my coworker stabbed me in the back", "bloody mary recipe",
    "im a paramedic, we had a cardiac arrest and saved him", "my grandpa had a heart attack ten years ago, hes great now",
    "i suddenly remembered my password", "the team is bleeding points", "my son has a stomach flu and is sleeping it off",
    "the oxygen bar was fun", "i had too much wine at the wedding, fun night", "the plumber shut off the water 2 days ago",
    "my baby got her shots and has a low fever", "i think im drinking too much lately",
    "i take a weeks worth of lunches to work", "when should i pack my hospital bag, im 36 weeks", "my drink was good",
    "my kid dropped the baby doll on its head", "left my kid at daycare in the van line", "i just shot my best round of golf",
    "my car was hit in the parking lot", "my hamster isnt moving", "he took too much of my time", "did a line dance",
    "he had a fit about the remote", "my stomach hurts from eating too much", "i twisted my ankle",
    "spilled soup on the carpet", "my cat wont wake up from her nap lol", "the wifi suddenly is not working",
    "my baby wont stop crying", "pregnant and tired", "my dog got bit by a tick", "do you have free narcan kits",
    "kids drowning in toys", "i took the bar exam and my heart was racing", "my toddler called 911 by accident lol",
    "i got my covid booster and feel tired", "do i need to take my pills with food", "my daughter is on laced up boots",
    "i almost passed out from laughing", "how long is the overdose training", "my radiator is leaking", "the train hit a deer",
    "hit my head on the desk laughing", "i need new glasses, my vision is blurry", "my chest hurts from coughing so much",
    "i need help paying for insulin", "i mixed bleach with water to clean the bathroom",
    "i was in the er last week for a kidney stone, better now", "the battery in my ear thermometer died",
    "my mom is in hospice and on morphine, im sad", "i took everything to the dump",
    "i got antibiotics so i can be done with this infection", "my blood sugar was 110 this morning",
    "the guy not moving his cart in line was annoying", "my hands shake when im nervous", "my back is killing me",
    "i passed out on the couch after work", "i take my blood pressure pills every morning with breakfast",
    "pharmacology exam tomorrow, acetaminophen toxicity is on it", "my kid passed out in the car seat",
    "my toddler isnt talking yet", "the baby is in the crib", "what is the number for poison control",
    "my son swallowed a penny last year and it passed",
    "my two month old had her shots and a low fever, the doctor said its normal", "i used to faint a lot as a teenager",
    "so hot i cant breathe ugh", "i cut off my hair", "the house of cards collapsed on me", "i came down with the flu",
    "what time does the blood drive start", "there are 45 grams of sugar in this soda", "the cut on the steak is deep",
    "the water main broke on our street", "a branch fell on the fence", "i lost consciousness once as a kid",
    "my head is killing me", "i cant breathe in these jeans", "thats odd", "i went to sleep at 9",
    "in the show he gets stabbed and bleeds out", "my score was 450", "how much does an ambulance cost",
    "why did the ambulance come to my neighbors house", "my kid fell off his bike and scraped his knee",
    "is it ok to take a nap after a concussion, it was last month", "my doctor lowered my dose",
    "is it normal to have a sore arm after a vaccine", "my phone is not responding", "it is so hot in here im melting",
    "my friend odd jobs for a living", "i feel like im going to faint from excitement", "they odd ones out",
    "i bled the radiators", "my sister had her baby last night", "i got food poisoning last month",
    "took too many last time, cookies for the office", "i fell in love", "i have a blood test tomorrow",
    "i stopped eating meat", "my dog ate chocolate and threw up", "my cat swallowed a hair tie",
    "i might have taken too much on this semester", "how do i become a paramedic", "shes not responding to my texts",
    "i took two tylenol for my headache", "i crashed my bike, just scratches", "my vision board is done", "its so cold outside",
    "i cant swallow pills, any tips", "spiked hair is back", "too many margaritas last night, never drinking again",
    "my chest hurts because i did too many pushups", "my son fell into the ball pit",
    "the carbon monoxide detector needs a new battery", "my son stuck a bead up his nose last year lol", "i need new tires",
    "sorry i took the last slice", "the bread is burning", "i cut off my ex", "my baby is teething", "scuba tank empty",
    "i hit my head on the cabinet, ow", "heartburn gives me chest discomfort",
    "my son fell and bumped his head but hes fine and playing", "i got stitches last week, they itch", "my kid fell in the mud",
    "i was knocked out by that movie", "i had food poisoning from sushi last week", "i ate a little of everything at the party",
    "i went to an aa meeting tonight", "my due date is next week", "paper cut, blood everywhere lol", "my vision is 20 20",
    "how do i fall proof my moms bathroom", "i have a bleeding heart plant", "my grandpa was shot in the war",
    "cut off the tip of the carrot", "more meds than i can count, my organizer helps", "i drank something cold",
    "i saved money so i can be done with rent", "i havent had a drink in a year and im proud",
    "what are the signs of an overdose? its for a class", "my daughter burned a cd",
    "my dog is choking on a bone, the vet is closed", "where can i get naloxone training",
    "i swallowed something the wrong way", "my baby wont sleep", "i choked on my coffee when he said it",
    "my credit score hit 500", "i forgot to take my meds yesterday", "how do i dispose of old medication",
    "my heart was pounding before the exam", "who do i call for a non emergency", "drowning in homework",
    "i took something for my cold", "camping outside this weekend, freezing nights", "the dog chewed the bone",
    "the character stops breathing at the end, so sad", "im sleepy", "i work at a poison control center",
    "can i drink on antibiotics", "is 3 ibuprofen ok for cramps", "sorry i drank the last soda",
    "i took one more pill than yesterday",
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
