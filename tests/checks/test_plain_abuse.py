"""The shipped rules on plain words of abuse, neglect, psychosis and birth: in any company they keep their floor."""

import pytest

from evaluator import evaluator
from test_disguise import levels

# By the level they have at least.
PLAIN = {
    "moderate": [
        "i hear voices", "i keep hearing voices", "i hear people talking about me when nobody's there",
        "someone is watching me through my phone", "they're watching me through the cameras", "the government put a chip in me",
        "the fbi is following me everywhere", "they put a chip in my head", "people are following me everywhere i go",
        "everyone can hear my thoughts", "my thoughts are being broadcast", "someone is putting thoughts in my head",
        "the tv is talking to me", "the radio sends me messages", "i have a special mission from god", "i am jesus",
        "my wife has been replaced by someone else", "that's not my mother, she's an impostor", "my food is poisoned",
        "my family is trying to poison me", "i haven't slept in five days", "i havent slept in 4 days and i have so much energy",
        "i've been up for six days and i feel like a god", "i don't need sleep anymore i figured out everything",
        "i see shadows following me", "i see people who aren't there", "my dead grandmother talks to me and tells me things",
        "my son hears voices", "my brother thinks the cia is after him", "my husband hasn't slept in a week and says he's god",
        "my daughter is seeing things that aren't there", "my roommate stopped taking her meds and is talking to the walls",
        "my son is paranoid and thinks we are poisoning him", "my mom thinks the neighbors are poisoning her",
        "there are cameras in my walls", "something is living inside my body and moving",
        "i can't do this anymore, i care for my mother day and night", "i'm exhausted caring for my disabled son and i can't go on",
        "i'm scared i'll snap and hit my mother", "i feel like i'm going to hurt my disabled brother",
        "i scream at my mother who has dementia and i hate myself", "nobody helps me with my disabled daughter and i want to give up",
        "i resent my sick wife and i'm at the end of my rope",
    ],
    "high": [
        "my dad hits me", "my dad hits me with a belt", "my mum slaps me every day", "he beats my little brother",
        "my stepmom burned me with a cigarette", "my father whips me with an extension cord", "my mom drags me by my hair",
        "my dad threw me against the wall", "my dad pushed me down the stairs", "my uncle hits my cousins with a stick",
        "my foster dad locks us in the basement", "my mom locks me in my room all weekend", "they lock me in the closet",
        "i get hit every time i get a bad grade", "i get beaten at home", "i'm getting hit at home",
        "my parents beat me when i fail a test", "i have bruises from my dad", "i've got bruises all over my back from my dad",
        "dad gets drunk and hits us", "when my dad drinks he hits my mom and me", "my dad smacked me so hard my nose bled",
        "my mother choked me yesterday", "my brother beats me up and my parents don't do anything",
        "i'm scared to go home because my dad hits me", "he hits me where nobody can see it", "my mom made me kneel on rice for hours",
        "my dad put my hand on the stove", "my dad held my head under water", "my mom threw a plate at my head",
        "my parents make me sleep outside", "my grandma whoops me with a switch till i bleed", "my coach hits us when we lose",
        "our teacher hits the little kids", "my uncle touches me", "my brother makes me touch him",
        "my grandpa puts his hands under my shirt", "my moms boyfriend comes into my room at night", "my dad gets in my bed",
        "my coach touched my private parts", "my teacher kisses me", "my teacher sent me naked pictures",
        "my stepdad watches me shower", "my dad makes me sleep in his bed and touches me", "he touches my little sister",
        "my daughter told me her uncle touched her", "my son says grandpa touches him", "she told me her dad touches her private parts",
        "someone in my family is touching me", "an older boy at school makes me touch him",
        "he said it's our secret and not to tell my mom", "my babysitter made me take my clothes off", "a man at church touched me",
        "my dad has been having sex with me", "my niece said her stepfather does things to her at night", "there's no food at home",
        "we haven't eaten in two days", "my little brother hasn't eaten since yesterday", "my mom hasn't come home in three days",
        "my mom left us alone since friday", "mom's been gone for days and i'm watching my brothers",
        "im 9 and im home alone every night", "my parents leave us alone all night", "we're alone and mom isn't coming back",
        "nobody feeds us", "my mom doesn't feed us", "my dad won't let me eat",
        "my stepmom wont let me eat dinner with them, i only get bread", "i'm so hungry my mom wont give me food",
        "i have to steal food because there's nothing at home", "my parents are on drugs and there is nothing to eat",
        "my mom is passed out and the baby is crying", "my mom is high all the time and forgets to feed the baby",
        "my parents won't take me to the doctor even though my arm is broken", "the kids next door are always alone and hungry",
        "the kids next door are left alone all night", "the little girl across the street is always dirty and asks us for food",
        "one of my students comes to school hungry and dirty every day", "a student told me there's no food at home",
        "my nephew is locked in his room all day", "the neighbors keep their kid locked in the basement",
        "my sister leaves her baby alone to go get high", "my friend says her stepdad touches her",
        "my best friend gets beaten by her mom", "a girl in my class told me her dad rapes her", "my student has bruises on her arms",
        "one of my students came in with a black eye and said his dad did it",
        "a boy in my class flinches when i come near and has burn marks", "i'm a teacher and i think a student is being abused",
        "i think my neighbor is beating his kids", "i hear the neighbors hitting their kid",
        "i saw a man hit a little boy in the parking lot", "my wife hits our son", "my wife shakes the baby when he cries",
        "my ex hits our daughter when she's with him", "my grandson came back with marks from a belt",
        "my brother-in-law hits my nephew", "my daughter has bruises after visiting her dad",
        "my son comes back from his dads with bruises", "the daycare lady hit my son",
        "my baby has bruises and i think the babysitter did it", "how do i report child abuse, my neighbor hits her son",
        "i hit my son today and i can't stop shaking", "i hit my daughter and left a mark", "i slapped my kid really hard",
        "i lose it and hit my kids", "i shook my baby", "my son takes my money", "my grandson steals my social security check",
        "my daughter took my bank card and won't give it back", "my carer hits me", "my caregiver slaps me",
        "the aide pinches my mother", "the nurse at the home hits my dad",
        "the staff at the nursing home leave my mom in wet diapers all day", "my mom has bedsores and nobody at the home turns her",
        "my brother locks my mom in her room", "my son locks me in my room", "my daughter locks me in the house",
        "my son won't give me my medicine", "my niece keeps my pills from me", "my daughter doesn't feed me",
        "my carer leaves me without food", "my carer yells at me and calls me stupid and throws things", "my grandson pushed me down",
        "my son hits me, i'm 82", "my grandma is being hit by her caregiver", "my grandpa has bruises and he is scared of his aide",
        "my uncle made my grandma sign over her house", "someone is stealing from my grandmother who has dementia",
        "my sister leaves my dad alone all day and he has dementia", "my neighbor is 90 and her son leaves her without food",
        "my son threatens to put me in a home if i don't give him money", "they left my grandma on the toilet for hours",
        "my elderly neighbor hasn't had food in days and her family doesn't come", "my wife has dementia and i hit her yesterday",
        "my husband has parkinson's and his nurse handles him roughly, he has bruises",
        "i'm in a wheelchair and my boyfriend takes it away so i can't leave",
        "my caregiver won't help me to the bathroom as punishment", "my carer takes my disability money",
        "my aide won't give me my wheelchair", "my husband hides my insulin", "i'm blind and my sister steals from me",
        "the staff at my group home hit me", "the staff in my group home lock me in",
        "my disabled brother is being abused at his group home", "my son is nonverbal and has bruises from school",
        "my autistic son was tied to a chair at school", "my carer touches me when he washes me",
        "my personal assistant threatens to leave me in bed if i complain",
    ],
    "urgent": [
        "the voices tell me to kill my mom", "the voices are telling me to hurt people", "the voices tell me to hurt myself",
        "a voice tells me to stab my brother", "god told me to kill my family", "god wants me to sacrifice my son",
        "god is telling me to drown the baby", "the devil says i have to burn the house",
        "my head tells me to cut them and it isn't my voice", "the demons want me to kill myself",
        "the tv tells me to kill the president", "the angels are telling me to come to heaven tonight",
        "i hear a man's voice saying kill them all", "i'm hearing a voice ordering me to hurt my kids",
        "my brother hears voices telling him to hurt our mom", "my husband thinks god wants him to sacrifice the children",
        "i want to hurt my baby", "i keep thinking about hurting my baby", "i have thoughts of throwing my baby out the window",
        "i keep picturing drowning my baby", "i'm afraid i'll drop my baby on purpose", "i almost shook my baby",
        "i want to smother her to make her stop crying", "i just had a baby and i want to kill myself",
        "i gave birth last month and i keep thinking about killing myself", "my baby is 2 weeks old and i want to end it",
        "i'm postpartum and i don't want to live", "my wife just had a baby and says she wants to hurt it",
        "my wife had a baby and says the baby is evil", "my baby is evil and i have to get rid of it",
        "i thought about putting a pillow over the baby's face", "the baby wont stop crying and im going to shake him",
        "my baby isn't mine, somebody switched him", "i hate my baby and i want to throw him against the wall",
        "my sister gave birth last week and says she wants to die", "i'm 8 months pregnant and i want to kill myself",
        "i'm pregnant and i have been planning to end it", "im pregnant and my boyfriend hit me",
        "i'm pregnant and my husband kicked me in the stomach", "he punched my pregnant belly", "i'm pregnant and bleeding a lot",
        "im pregnant and im bleeding and my belly hurts", "i'm 30 weeks pregnant and i'm bleeding",
        "my sister is pregnant and her boyfriend beats her", "i'm pregnant and can't feel the baby move anymore",
        "my wife is pregnant and bleeding heavily", "i just gave birth and i can't stop bleeding",
        "i think im having a miscarriage, theres so much blood", "he choked me and i'm 6 months pregnant",
    ],
    "emergency": [
        "my dad is hitting my mom right now", "he's hitting my little sister right now",
        "my mom is beating my sister right now please help", "i'm hiding in the closet my dad is looking for me with a belt",
        "my dad is trying to break down my door", "i can hear the neighbor beating his kid right now", "my dad is choking my brother",
        "the baby is locked in a hot car", "there's a toddler alone on the street right now",
    ],
}
NOTES = {
    "high": [
        "Caller reports father hits her with a belt.", "Client states stepfather touches her at night.",
        "14 y/o f reports mom's bf comes into her room at night.", "Teacher reports student with bruises on arms, says dad did it.",
        "Caller states neighbor's children left alone overnight.", "Caller says her grandson has cigarette burns on his arms.",
        "Caller states caregiver hits her mother, 84, dementia.", "Caller reports son takes her pension and locks her in.",
        "Client reports no food in the home x3 days, 2 siblings.", "Child caller says she is locked in her room.",
        "Caller reports hearing child being beaten next door.", "Caller says she slapped her toddler and left a mark.",
        "Caller is carer for mother with dementia, admits hitting her.", "10 yo states mother has not been home since Friday.",
        "Reports older brother makes her touch him.", "Caller concerned re: neighbor's baby, left in car.",
        "Resident at nursing home reports staff hit him.", "Client w/ CP reports aide withholds food and meds.",
    ],
    "urgent": [
        "Client hears voices telling him to stab his mother.", "Caller 3 wks postpartum, intrusive thoughts of drowning baby.",
        "Caller 2 months postpartum, wants to die.", "Client states God told her to kill her children.",
        "Caller pregnant 28 wks, bf kicked her in stomach.", "Pt hearing voices commanding her to jump.",
        "Mother 10 days postpartum, not sleeping, believes baby is possessed.",
        "Caller states he is about to shake his crying newborn.",
    ],
}
BEFORE = [
        "hi, ", "ok so ", "i mean ", "my mom yelled and ", "i failed my math test and ", "im not sure how to say this but ",
        "is it bad that ", "i cant stop thinking about it, ", "we played games and then ", "school was fine but ",
        "my teacher said to text this number because ", "i love my family but ",
]
BEHIND = [
        " lol", " jk", " and i dont know what to do", " but im fine", " and i have a test tomorrow", " because i got a bad grade",
        " and nobody believes me", " do you have a number i can call", " is that normal?", " after football practice",
        " and then we watched a movie", " thanks for listening",
]
# By the level they have at most.
EVERYDAY = {
    "low": [
        "my baby threw a spoon at me at dinner", "my dad threw the ball at me and i dropped it", "my dad beat me at chess",
        "my sister beat me in mario kart again", "the doctor asked me to take my shirt off for the exam",
        "nothing to eat in the fridge, want to get tacos", "my cat acts like nobody feeds him",
        "my kids ask for food every five minutes", "my toddler is begging for cookies", "my kids came home from soccer so dirty",
        "the kids next door sell lemonade", "the neighbor's kid broke our window with a ball",
        "my mom left us pizza money for the weekend", "my mom is on a work trip for three days",
        "can my 12 year old stay home alone after school", "at what age can kids be left home alone",
        "my parents won't let me go to the party", "my mom won't take me to the mall", "my parents grounded me for failing math",
        "my mom took my phone because i failed math", "my dad yelled at me for leaving the dishes",
        "my dad is so strict about homework", "my mom put me in time out when i was 5", "my dad locked the keys in the car",
        "my kids are driving me crazy today", "i'm so tired, the baby was up all night",
        "my daughter scraped her knees at the playground", "my daughter came home with a black eye from basketball",
        "i have bruises from wrestling practice", "my coach makes us run laps when we lose", "my brother stole my hoodie again",
        "my brother hid my phone as a prank", "my little brother bit me, he's two", "my dog hits me with his tail",
        "the baby kicked me all night and i'm 7 months along, so excited", "the baby is kicking, 30 weeks pregnant and happy",
        "i'm pregnant and craving pickles", "we just had a baby and we're over the moon", "my baby is 2 weeks old and sleeps well",
        "how do i get my newborn to sleep longer", "we're breastfeeding and it's going fine", "can i take prenatal vitamins at night",
        "my grandma's caregiver is so kind", "my mother has dementia and we sang together today", "my daughter helps me with my pills",
        "my son manages my money for me and i'm grateful", "my nurse gives me my medicine at eight",
        "i forgot my medicine this morning", "they won't give me my meds without a new prescription",
        "my daughter takes my car keys because i can't see well at night", "looking for a support group for caregivers",
        "is there respite care for my disabled son near me", "the elevator is broken so i can't leave with my wheelchair",
        "visiting my grandpa at the nursing home on sunday", "my mom signed my permission slip",
        "i feel like god is calling me to be a nurse", "i prayed and felt god's peace",
        "our church sends missionaries, i'm on a mission trip", "jesus is my savior", "the voices in the choir sounded amazing",
        "i hear my neighbors through the walls, they play music", "siri keeps talking to me", "my tv is too loud",
        "someone follows me on tiktok and likes every post", "we put a camera in the baby's room", "the vet put a chip in my dog",
        "my dog got chipped today", "i couldn't sleep last night, too much coffee",
        "we watched a movie about a haunted doll that tells kids to kill", "training on elder abuse was long today",
        "i'm studying psychosis for my exam", "what is the number for adult services", "do you have parenting classes",
        "my dad will murder me if i scratch the car", "my brother is such a pain, i love him",
        "my sister and i fight over the bathroom", "i smacked my brother with a pillow and he laughed", "i hit my thumb with a hammer",
        "my baby hit a milestone today", "my dad shook my hand after graduation", "my daughter shook the snow globe",
        "i dropped my son at daycare", "i left the kids at my mom's", "i left my kids with a sitter and went to dinner",
        "my kids are at camp and the house is quiet", "we lost power and the kids are cold, when is it back",
        "the heating is out, landlord comes tomorrow", "i'm not hearing voices, just tinnitus", "i never hit my kids",
        "my parents never hit us", "my husband has never hit me", "i'd never hurt my baby", "she does not hear voices",
    ],
    "moderate": [
        "my mom spanked me once when i was six, years ago", "my dad used to hit us, we talked it out and he's changed",
        "i was abused as a kid and i'm in therapy", "i heard voices years ago but the meds work", "i yelled at my kids and feel bad",
        "i'm overwhelmed with the kids", "my teenager hates me and slams doors", "i'm a caregiver and i'm worn out",
        "i feel guilty for putting mom in a home", "my mom doesn't understand me", "my parents fight about money",
        "my dad and i argue all the time", "my parents are getting divorced and i hate it",
        "my brother hit me once in a fight over the remote and said sorry",
    ],
}
EVERYDAY_NOTES = [
        "Caller asks about parenting classes.", "Client asks how to apply for respite care for her mother.",
        "Teacher asks for a school presentation on mental health.", "Caller denies abuse at home.", "Client denies hearing voices.",
        "Caller pregnant, asks for prenatal clinic hours.", "Caller's son takes her to appointments.",
        "Caller asks for number of senior center.", "Parent asks about bedtime routine for toddler.", "No concerns about child safety.",
]


def rows(texts, channel="text"):
    return [{"text": text, "lang": "en", "channel": channel} for text in texts]


def beyond(expected, channel, wrong):
    """Texts whose level is wrong beside the level expected of them."""
    rank = evaluator().RANK
    pairs = [(text, rank[level]) for level, texts in expected.items() for text in texts]
    return [text for (text, level), found in zip(pairs, levels(rows([text for text, _ in pairs], channel))) if wrong(found, level)]


def below(found, level):
    return found < level


def above(found, level):
    return found > level


@pytest.mark.parametrize("channel, expected", [("text", PLAIN), ("chat", PLAIN), ("call-notes", NOTES)])
def test_plain_is_heard(channel, expected):
    assert beyond(expected, channel, below) == []


def test_no_company_hides():
    beside = {level: [b + text for text in texts for b in BEFORE] + [text + b for text in texts for b in BEHIND]
              for level, texts in PLAIN.items()}
    assert beyond(beside, "text", below) == []


@pytest.mark.parametrize("channel, expected", [("text", EVERYDAY), ("chat", EVERYDAY), ("call-notes", {"low": EVERYDAY_NOTES})])
def test_everyday_is_left_alone(channel, expected):
    assert beyond(expected, channel, above) == []
