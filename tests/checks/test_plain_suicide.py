"""The shipped rules on plain words of suicide and self-harm: nothing beside them lowers them, errands in the same words are low."""

from test_disguise import levels

MODERATE, HIGH, URGENT, EMERGENCY = 1, 2, 3, 4

# Intent, plans, means, acts, attempts, wishes and self-harm, as people say it, by the level they have at least.
PLAIN = {
    EMERGENCY: [
        "i already swallowed them", "i cut my wrist and it wont stop bleeding", "i did it. i took the pills",
        "i just od'd on my meds", "i just swallowed a bunch of pills", "i overdosed on my meds and i dont want to die now",
        "i slit my throat", "i slit my wrists", "i took 40 pills", "i took a bunch of my antidepressants",
        "i took a whole bottle of pills", "i took all my sleeping pills with vodka", "i took enough pills to kill me",
        "i took something to kill myself", "i took the whole bottle", "i took them, all of them",
        "i took too many sleeping pills and im getting tired", "im about to jump", "im on the other side of the railing",
        "im standing on the bridge about to jump",
        "ive been taking them one after another for the last hour", "im swallowing them as i write this",
        "i have opened the vein", "the ropes round my neck", "i got my piece to my head",
        "i have kerosene poured on my body",
    ],
    URGENT: [
        "after tonight you wont have to worry about me", "gunna kill my self tonite",
        "i am going to jump in front of a train tomorrow", "i am ready to kill myself", "i bought a gun so i can end it",
        "i dont intend to wake up tomorrow", "i have a knife and i want to kill myself", "i have a loaded gun next to me",
        "i have a plan for tonight and i wont be here tomorrow", "i have a plan to overdose",
        "i have a rope and i want to die", "i have all my pills in front of me and i want to die", "i have decided to die",
        "i have my pistol here and im ready to use it on myself", "i have nothing left so im going to shoot myself",
        "i have razor blades and i want to end it", "i have the belt on the door", "i intend to kill myself",
        "i loaded the gun", "i mean to kill myself", "i plan on killing myself", "i plan to end it on my birthday",
        "i put the gun in my mouth", "i saved up enough pills to die", "i swear im going to kill myself tonight",
        "i tied the rope to the beam", "i want to kill myself tonight", "i will do it this time, i will kill myself",
        "i wrote the note and i have the pills", "ill be dead by morning", "ill be gone by tomorrow",
        "im about to step off the chair", "im at the train station and i want to jump in front of a train",
        "im doing it tonight", "im driving my car into a wall tonight", "im finna end it all rn",
        "im going out tonight, for good, with pills", "im going to drown myself in the lake",
        "im going to hang myself in the garage", "im going to overdose", "im going to starve myself until i die",
        "im going to take all my pills tonight", "im gonna do it tonight", "im gonna down this whole bottle of pills",
        "im gonna starve myself to death", "im holding a knife and i want to die", "im killing myself tonight",
        "im on the roof thinking about jumping", "im parked on the tracks", "ima kill myself", "ive decided to end my life",
        "ive decided to kill myself", "my finger is on the trigger", "nothing will stop me from killing myself",
        "prolly gonna kms tomorrow", "the gun is loaded and its in my hand", "the knife is on my wrist",
        "this is my last night alive",
        "next train im jumping", "i stopped counting after thirty tablets",
        "me and him are going to kill ourselves together this weekend",
        "im climbing over now",
    ],
    HIGH: [
        "I find myself thinking about ending things permanently.", "I have been having thoughts of taking my own life.",
        "all day long i think about how to kill myself", "all i think about is killing myself",
        "been wanting to kill myself for weeks", "i am sorry for everything goodbye", "i attempted suicide two weeks ago",
        "i been thinkin bout ending it", "i came close to killing myself", "i cant keep myself safe tonight",
        "i cant stop thinking about ending my life", "i cut my wrists yesterday trying to die",
        "i dont think i can stop myself from killing myself", "i feel like ending it",
        "i gave away all my things so nobody has to deal with it after im dead", "i have urges to kill myself",
        "i just want to kill myself", "i keep having these thoughts of driving off the road",
        "i keep thinking about killing myself", "i made my will because i wont be here much longer",
        "i put the gun to my head last night", "i slit my wrists last week", "i think about ending my life all the time",
        "i think about shooting myself", "i took pills last night but i woke up", "i tried killing myself last month",
        "i tried to hang myself and the rope broke", "i tried to hang myself but it didnt work",
        "i want to drive my car off the road and die", "i want to drown myself", "i want to jump in front of a train",
        "i want to overdose", "i want to take all my meds and not wake up", "i want to take my own life",
        "i want to unalive", "i went to the bridge yesterday to see if i could do it", "i wish i had the courage to end it",
        "i wrote a note to my family for when im gone", "i wrote a suicide note", "i wrote goodbye letters to my kids",
        "i wrote my suicide note", "im afraid to be alone because i might kill myself", "im considering ending my life",
        "im considering killing myself", "im just here to say goodbye", "im saying goodbye",
        "im scared im gonna do something to myself", "im thinking of killing myself", "my last attempt was last week",
        "only thing keeping me from killing myself is my mom", "part of me wants to kill myself",
        "please look after my kids when im gone", "suicide seems like the only option", "tell my wife it wasnt her fault",
        "wanna end my life", "whats the easiest way to die", "who will take care of my kids when im dead",
        "will i go to hell if i kill myself",
        "this time im really doing it", "im about to take the lot", "im thinking of topping myself",
        "i been thinkin bout takin myself out this world", "me i want kill me, no more life for me",
        "i cant even die right",
    ],
    MODERATE: [
        "90 days clean from sh gone", "I do not wish to continue living.", "cutting makes me feel better",
        "death sounds peaceful", "dying would be a relief", "every morning im disappointed i woke up",
        "i beg god to take me every night", "i cant do life anymore", "i carve words in my skin", "i cut again last night",
        "i cut because it helps", "i cut my thighs", "i dont belong in this world", "i dont want to be alive anymore",
        "i dont want to exist", "i feel like hurting myself", "i feel the need to hurt myself", "i have no reason to live",
        "i have no will to live", "i hid the razor under my bed", "i hide my cuts under hoodies",
        "i hope i have a heart attack", "i imagine my funeral", "i keep cutting my arms", "i keep hurting myself",
        "i need to cut", "i pinch myself till i bruise", "i pull my hair out when im upset", "i punched myself in the face",
        "i relapsed last night, cut my thigh", "i relapsed on self harm", "i self harm",
        "i should have died instead of her", "i shouldve died that night", "i sliced my arm open again",
        "i wanna cut so bad", "i want to join my mom in heaven", "i want to leave this world", "i want to not exist",
        "i want to see blood", "i want to see my mom again in heaven", "i wish i had never been born",
        "i wish i hadnt woken up", "i wish i was dead", "i wish they hadnt saved me", "i would rather be dead",
        "i would welcome death", "id be better off dead", "id rather be dead than go back there",
        "if i died it would be ok", "im just waiting to die", "im ready to die", "im such a burden", "im tired of living",
        "it should have been me who died", "life isnt worth it", "living hurts too much",
        "my family deserves better than me, they should be free of me", "my family is better off without me",
        "my mom saw the scars on my arm and flipped", "nobody would even care if i was dead",
        "nobody would notice if i died", "not wanting to exist rn", "there is no point in going on",
        "theres no point in living", "whats the point of living",
        "ive had enough of life", "lifes not worth living", "dont much care whether i live or die",
        "wish it was me in that coffin", "the children would do better without a mother like me",
        "cant picture being alive at 30", "i dont see why i should go on", "when will it be my turn to die",
        "life is finish for me", "im not safe with my own thoughts", "cutting isnt enough anymore",
        "wish mom had aborted me",
    ],
}

# What people say before and behind it.
BESIDE = [
    "hi {}", "ok so {}", "no really {}", "honestly {}", "my mom yelled and {}", "im at work and {}",
    "i never told anyone but {}", "can i talk to someone? {}", "i finished a book and {}", "everyone says im joking but {}",
    "the movie made me cry and now {}", "my teacher asked and i said {}", "{} lol", "{} please help", "{} and nobody knows",
    "{}. anyway how are you", "{}. i had pizza today.", "{} and i dont know what to do", "{}, forget it",
    "{} but dont call the police", "{} because my parents fight all the time", "i lost my job so {}",
    "my manager changed the schedule for the meeting on monday and {}",
    "i saw the website of my school and it said text this number, {}",
    "i know it sounds crazy but {} and i dont know who else to talk to about this",
]

# Answers to a question, and sentences that belong together.
TOGETHER = {
    URGENT: [
        "yes i have a plan to kill myself", "yes i have a plan, i have the pills", "yes tonight i want to die",
        "yeah tonight. i have pills", "tonight. with pills", "yes, tonight when my parents are asleep i will do it",
        "yes i am going to kill myself", "yes i plan to do it tonight", "yes im going to act on it",
        "yes i intend to kill myself", "i will act on my thoughts tonight", "im going to act on these thoughts",
        "yes i have a plan and i have the means", "i have the means and a plan",
        "i have the means to do it and i want to die", "i have the gun next to me",
        "yes the pills are next to me and i want to die", "its in my hand, the gun", "the gun is right here",
        "the pills are right here in my hand", "yes, i wrote a note already and i have the pills",
        "i am alone and i have the pills in my hand", "yes i am going to do it when we hang up",
        "im going to do it after this chat", "as soon as this chat is over im going to kill myself",
        "after we hang up im going to do it", "i will do it when i log off", "this is the last conversation i will have",
        "i tried last week. i still want to.", "i tried last week. i still want to die",
        "i tried to kill myself last week. i still want to", "i tried to kill myself last week. i still want to die.",
        "i tried to kill myself yesterday. i wish it worked", "i tried to kill myself last night. i wish i had succeeded",
        "i tried to kill myself 2 days ago. i will try again",
        "i tried to kill myself last month and im thinking about it again", "i attempted last week. i want to do it again",
        "i attempted suicide last week. i still feel the same", "i attempted suicide two weeks ago. im still suicidal",
        "i overdosed last week. i want to do it again", "i overdosed last week. i wish i had died",
        "i overdosed on sunday. i wish i never woke up", "i od'd last week and im gonna do it again",
        "i took pills last week to die. i still want to die", "i tried to hang myself last week. i dont want to be here",
        "i tried to hang myself yesterday. i still want to die",
        "i got out of the hospital yesterday after my attempt. i still want to die",
        "i just got out of the psych ward for an attempt. nothing changed, i still want to die",
        "i was hospitalized last week for trying to kill myself. im still thinking about it",
        "i want to die. i tried last week", "i want to die. i tried yesterday", "i want to kill myself. i tried last night",
        "i want to kill myself. ive tried before, last month", "im suicidal. i tried to overdose last week",
        "i dont want to live anymore. i tried to end it last week", "i wish i was dead. i tried to kill myself on sunday",
        "i still want to die. i tried last week and failed", "i want to die. i have pills.",
        "i want to die. theres a gun in my dads closet.", "i want to die. i have a plan.",
        "i want to kill myself. i have a plan.", "i want to kill myself. tonight.", "i want to die. tonight.",
        "i cant do this anymore. tonight is the night.", "i cant do this anymore. im going to end it.",
        "i have a gun. i want to die.", "i have pills. im going to take them all.",
        "i have a plan. im going to do it tonight.", "i have a plan. i want to die.",
        "i wrote a note. im going to do it tonight.", "i wrote letters. tonight is the night.",
        "i said goodbye to my dog. i have a gun.", "im drunk. i have a gun. i want to die.",
        "im alone. i have the pills out. i dont want to live", "nobody is home. i have the rope ready.",
        "im on the bridge. i want to die.", "im on the roof. i dont want to live anymore",
        "im at the tracks. i want it to be over.", "i love you all. goodbye. i cant do this anymore",
        "i gave away my dog. i wont need him anymore. i want to die",
    ],
    HIGH: [
        "i want to die. i think about pills", "i want to die and i think about how",
        "i think about how i would do it. i want to die", "i know how i would do it", "i know how i would kill myself",
        "ive thought of ways to kill myself", "ive thought of ways to die", "i thought about jumping in front of a car",
        "i thought about using my belt", "yes i thought about pills", "i thought about taking all my pills",
        "ive thought about overdosing", "id probably overdose", "i would probably shoot myself", "i would use my dads gun",
        "i would take all my pills", "i would jump off the bridge by my house", "i would hang myself in the garage",
        "id cut my wrists", "i would do it with pills", "id do it with a gun", "i imagine hanging myself",
        "i picture myself jumping", "i keep picturing jumping off the parking garage", "i imagine driving into a tree",
        "when i drive i think about crashing on purpose", "when i drive i want to swerve into traffic",
        "i want to swerve into a tree", "i looked over the edge and wanted to jump",
        "standing on the platform i think about jumping",
    ],
    MODERATE: [
        "kind of, i have the pills", "yes, i have the pills", "yeah i have pills", "yes i have pills at home",
        "yes i have a gun", "yeah theres a gun in the house", "yes my dad has a gun", "yes i have a rope",
        "yes i have a knife with me", "i would hang myself", "overdosing on my meds", "i would use a gun", "with a gun",
        "by hanging", "with pills", "yes i want to die", "yes i want to kill myself", "yes i do want to die",
        "yes i am suicidal", "yes i am thinking about suicide", "yeah i am suicidal", "yes im thinking of killing myself",
        "yeah kinda suicidal", "yes suicidal thoughts", "yeah i have thoughts of killing myself",
        "yeah all the time, i think about dying", "yes every day i think about it, dying",
        "yes i have thought about suicide", "i have thought about it, killing myself", "yes i tried before",
        "yes i have tried before", "yes ive attempted before", "yeah i tried to kill myself last year",
        "yes i attempted suicide when i was 15", "yeah i cut myself", "yes i self harm", "yes i hurt myself sometimes",
        "i cut yesterday",
    ],
}

# The same words in errands, work, games, films and routine care.
ORDINARY = [
    "about to jump into the pool", "about to jump on a call", "by the time you read this ill be on the plane",
    "cant see a way forward for the project plan", "cutting carbs helps me with weight",
    "cutting helps with video editing speed", "cutting the grass calms me", "do you call the police when people text you",
    "do you like music? yes i do", "goodbye letters for our teacher are due on friday", "hang out tonight",
    "how are you? fine thanks", "how im going to do it in photoshop", "how long does the chat take",
    "how much does it cost to dye my hair", "i already took them to school",
    "i am ending things with him tonight and i feel bad about it", "i am writing a paper on suicide rates",
    "i bite my nails", "i bought a gun safe yesterday", "i bought pills for my headache", "i burned myself on the oven",
    "i cant do this math problem", "i could murder a burger", "i cut class today", "i cut coupons because it saves money",
    "i cut my finger today while cooking", "i cut today's vegetables already", "i dont see any future for this startup",
    "i dont see any way out of the parking lot", "i feel like cutting bangs", "i feel like cutting my hair short",
    "i finished the whole bottle of antibiotics as my doctor said", "i gave away my old clothes to charity",
    "i gave my sister my old phone", "i have a plan and a date for the move", "i have a rope and a tent for camping",
    "i have a study plan and a set time for each subject", "i have overdosed on cat videos",
    "i have taken 20 credits this year", "i have taken all the tests", "i killed it at the presentation today",
    "i need to cut my grass", "i overdosed on cookies at christmas", "i overdosed on netflix this weekend",
    "i said my goodbyes at the office party", "i see no future in crypto", "i shot myself in the foot with that email",
    "i swallowed a bug while biking", "i swallowed my gum", "i think so", "i took a lot of vitamins this winter",
    "i took all of my antibiotics and the infection is gone", "i took my meds this morning",
    "i took too many photos on the trip", "i tried again yesterday and passed my driving test",
    "i tried calling last night but nobody answered", "i tried it last night, the soup is great",
    "i tried to call you last week", "i tried to quit smoking last week and i still want to smoke",
    "i tried yoga last week, still want to do more", "i wanna cut my own bangs so bad", "i want to cut the video shorter",
    "i will die on that hill", "i will do it tomorrow, my homework is not due until friday", "i wish i could sleep all day",
    "i wont make it to christmas dinner, my flight got cancelled", "i would kill for a pizza",
    "i wrote a note to my teacher", "i wrote my will with my lawyer last year", "id rather die than wear crocs",
    "if i had a car i would drive it all day", "ill be dead tomorrow after this workout",
    "im about to jump off the bus at main street", "im dying to see that movie", "im ending the call now",
    "im going to jump for joy", "im gonna end my netflix subscription this week", "im gonna jump rope for an hour",
    "im tired of life in the city, too loud", "im tired of living with roommates", "is there a group for grief",
    "kind of yes", "kind of, i have the tickets", "last week i tried the new gym and still want to go back",
    "my arms are covered in paint", "my arms are covered in tattoos", "my arms are full of cuts from the rose bushes",
    "my belt around my waist is too tight", "my car died", "my car is running late",
    "my cat scratched me, my arms are covered in scratches", "my class read a book about suicide prevention",
    "my dad will kill me when he sees the car", "my goal is to not die in this level",
    "my hands are covered in small cuts from fishing", "my last night in this apartment",
    "my legs are covered in bruises from soccer", "my plant died again",
    "my reason is simple, im still here because the bus is late", "my son had a toy gun in his hand",
    "my suitcase is a burden on long trips", "naloxone training is on friday", "need to cut my nails", "no not really",
    "not sure", "on the roof fixing the gutter", "saving pills for my trip in a box",
    "so i can die in peace in this game lol", "suicide squad is on tv tonight", "that is an odd question",
    "the engine died on the highway", "the suicide squad movie was bad", "the team would be better without him as coach",
    "the world would be better without mosquitoes", "they set a date and a place for the wedding",
    "thinking about cutting my hair tonight", "this heat is killing me", "this is the last day of my vacation",
    "we are ending the project tomorrow", "we have a specific plan and a date for the launch",
    "we overdosed on sugar at the party", "we recorded a goodbye video for our coach",
    "when you read this i will be at the beach", "wont be here tomorrow, im on vacation", "yeah tonight", "yes i do",
    "yes i have one", "yes i have them here", "yes, i have a plan for my career",
]


def rows(texts):
    return [{"text": text, "lang": "en", "channel": "text"} for text in texts]


def below(cases):
    return [text for (text, least), level in zip(cases, levels(rows(text for text, _ in cases))) if level < least]


def test_plain_is_heard():
    assert below([(text, least) for least, texts in PLAIN.items() for text in texts]) == []


def test_nothing_beside_lowers():
    assert below([(form.replace("{}", text), least) for least, texts in PLAIN.items() for text in texts for form in BESIDE]) == []


def test_together_is_heard():
    assert below([(text, least) for least, texts in TOGETHER.items() for text in texts]) == []


def test_ordinary_is_low():
    assert [text for text, level in zip(ORDINARY, levels(rows(ORDINARY))) if level > 0] == []
