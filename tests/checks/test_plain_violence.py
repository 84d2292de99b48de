"""The shipped rules on violence told plainly: partners, pursuit, assault, exploitation and threats to others are heard at their floor
however they are said and whatever stands beside them; the same words in games, lessons and errands stay low.

A line holds alternatives in brackets; each of its sentences must get at least (or at most) the level that heads its list.
"""

import re

import pytest

from test_disguise import levels

AT_LEAST = {
    "urgent": """
[my stepdad has my mum at gunpoint|hes whuppin on my mama right now|ive killed my wife|imma pop him tonight]
theres someone shooting at our school
my [stepdad|husband|ex] is coming to kill me
he [pulled|pointed] a gun on me
my [husband|ex] put a [gun|knife] to my [head|throat]
he [held|put] a knife [to my throat|against my throat]
he has a gun and says hes going to [kill|shoot] me
he [came at|chased|went after] me with a [knife|hammer|screwdriver]
he choked me [last night|and i blacked out]
im [hiding|locked] in the [bathroom|closet] [he is banging on the door|and hes looking for me|and he has a knife]
[hes|my ex is] [banging on|pounding on|breaking down] my door
he is [hitting|choking|beating] me right now
[hes|he is] [coming home|almost home|on his way] and [hes going to hurt me|hes gonna beat me|hes going to kill me]
cant talk [hes in the next room|he is right here] he hit me
he [hit|punched] me and im bleeding
[someone is|a man is|some guy is] following me [right now|home|and i am alone|down the street]
theres [someone|a man] [trying to break in|breaking in|in my house]
somebody is trying to get in
i have a gun and im going to shoot [him|my boss]
im going to [kill|shoot] [him|my stepdad|my neighbor] tonight
im driving to his house to kill him
he is [raping me|forcing himself on me]
he [wont stop|cant stop] hitting me
help he has a [gun|knife]
""",
    "high": """
ive been threatened with a knife by my partner
[he wont take no for an answer, he pins me down|he struck me, i regret to say]
he waits outside my college every day
my family will kill me if they find out i have a boyfriend
[we get locked in the cellar when we are bad|is it normal if your mum hits you with a shoe]
i found pictures on my husbands computer of children
[my son has sent photos to someone who is now demanding money|dude on snap said send another or ur mom sees these]
[we are ten girls in a flat, they lock the door and men come|some man got my sister trickin and she only 15]
[the aide at the care home shook my grandmother|im being shouted at and knocked about by my own daughter]
online guy keeps posting he wants to kill women
[my husband|my girlfriend|he] [would not|wouldnt|will not|didnt] stop [hitting|kicking|slapping|dragging] me
[my ex|he] [keeps|started|has been] [throwing me against the wall|slamming me into the door]
[my boyfriend|he] [has beaten me again|was burning me with cigarettes]
[he|my boyfriend|my wife] [choked|strangled] me
he [grabbed|squeezed|gripped] my [throat|neck]
he [gripped|grabbed] me by the throat
he wouldnt let me breathe
he [covered my face with a pillow|goes for my throat|had me by the neck]
he tried to [strangle|smother|choke] me
[he|she|my ex] [says|told me|keeps saying] [he|she] [will|is going to|is gonna] [kill|murder|end|bury] me
she says she is going to murder me if i [ever leave|call the cops]
my ex texted me [youre dead|im coming for you]
[i think|one of these days|next time] hes gonna kill me
[they|these guys] are coming to kill me
[someone|some guy online] is threatening me
[he|my husband] [pushed|pushes|slapped|kicks|shoves] me
he beat the [crap|hell] out of me
he [knocked me around|roughed me up|got physical with me|spat on me|pulled me by the hair]
he hits the wall next to my head
my relationship [is|has become|turned] [abusive|violent]
he doesnt hit me [that hard|every day] just slaps
he has me locked [in|in the bedroom]
he tried to [run me over|push me out of the car|set me on fire]
i got out last night and he is looking for me
how do i get away from someone who hits me
i keep getting [threats|threatening texts]
i got [mugged|attacked|robbed at gunpoint]
a man tried to [grab|kidnap] me
i [was|have been|just got] raped
i think i was drugged [and raped|at the party]
i was assaulted [|last night]
i didnt want [it|to have sex] but he [did it anyway|wouldnt stop]
he put his fingers in me and i [said no|froze]
he has sex with me when im [asleep|crying]
i was taken advantage of when i was drunk
i think it was rape
[they|my boss] [took|wont give back] my passport
he [makes|is making] me [sell myself|turn tricks|do porn]
he is making me dance at the club and takes the money
im being forced to work
we work 16 hours a day and they lock us in at night
he takes naked [pictures|videos] of me
my mom sells me for drugs
they said theyd report me to immigration if i leave
he is threatening to share my private photos to my school
i sent a pic and now [he wants more|they want money]
my ex is sending my nudes to people
i want to [kill|murder|stab] [him|my boss|my wife]
im going to [kill|hurt] [my ex|my roommate|them]
im so mad i could kill him and i mean it
i [hit|slapped|choked|pushed] my [wife|girlfriend|husband|kid]
i [almost|nearly] [killed|stabbed|strangled] [him|my wife]
i might [hurt|stab] [her|someone]
i poisoned my husband
im hurting my family
""",
    "moderate": """
he [goes through my phone|controls everything i do|listens to my calls]
[he put|my husband put] cameras in the house
im scared to tell him no
i have to ask him for everything
my husband scares me
i dont feel safe [at home|with him]
he isolated me from my friends
my ex keeps showing up
he is harassing me
""",
}
AT_MOST = {
    "low": """
[he|she] stabbed me in the back at work by taking the credit
[she shot my whole family in the orchard, the prints came out gorgeous|no ones hurting me at home im just so fed up of sharing a room]
my dog would not stop hitting me with his tail
my team has beaten us again
he threw me against the wall in our wrestling match and i loved it
he choked in the [final|playoffs]
i choked on [a chip|my coffee]
my [wife|husband|boyfriend] beats me [at everything|to the bathroom|at chess]
i beat my [wife|husband] at [chess|mario kart]
my little brother beat the crap out of me at mario kart
i pushed my [kid|son] on the swing
i slapped my husband on the back
he pushes me [to be better|at the gym]
my boyfriend kicked me out of the group chat
my sparring partner [hit me in the face|put me in a headlock]
[my professor|my class] [talked about|covered] [rape culture|domestic violence] today
im watching a [documentary|show] about [domestic violence|human trafficking]
i [work|volunteer] at a domestic violence shelter
is revenge porn a [felony|crime] in ohio
what is [coercive control|love bombing]
the embassy has my passport for the visa
we owe them money for the concert
they lock the [office|building] at night
i sent pics and now they want more of the [dog|house]
i was forced to work [overtime|from home]
were going to shoot hoops
my wife will kill me if i [forget the cake|break this vase]
someone is following me on [instagram|twitter]
a [dog|duck|puppy] is following me [home|around]
my [toddler|cat] follows me everywhere
theres a man in my house fixing the [sink|wifi]
my husband is coming home tonight [|and im so excited|and im making dinner]
hes on his way to pick me up
my ex is outside waiting in the car with pizza
the kids are banging on the bathroom door
someone is trying to get in [touch with you|shape]
hes trying to get into [college|golf]
i got beat up by the [waves|workout]
i was taken advantage of by [a car dealer|the contractor]
i was drugged [for the surgery|by the dentist for the root canal]
the doctor put his hands on my neck to check my thyroid
he put a scarf around my neck for my birthday
the smoke was choking me
in among us she stabbed me
hit me with your best shot
im hitting people up for donations
if this zoom call goes on any longer bury me in the backyard
""",
    "moderate": """
i was in an abusive relationship ten years ago
years ago my husband used to beat me
""",
}
BESIDE = ["hi {}", "ok so {}", "no {}", "honestly {}", "no lie {}", "nobody believes me but {}", "maybe im overreacting but {}", "i love him but {}",
          "is it bad that {}", "what do i do if {}", "my sister told me to text because {}", "my mom yelled at me and {}", "i lost my job and {}",
          "i play basketball and {}", "i was making dinner and {}", "we were playing cards and {}", "my team won today! {}", "is this free? {}",
          "{} lol", "{} haha", "{} and i dont know what to do", "{} but im fine", "{} but i love him", "{} is that normal", "{} i never told anyone",
          "{} anyway i have homework", "{}, i had pizza for dinner", "{}. my exam is on friday", "{} because the game was on", "{} in front of my kids",
          "{} no joke", "{} can i get a restraining order"]
RANK = ["low", "moderate", "high", "urgent", "emergency"]


def spread(line):
    """The sentences of a line: [a|b] is either."""
    found = re.search(r"\[([^\[\]]*)\]", line)
    if not found:
        return [" ".join(line.split())]
    return [text for one in found[1].split("|") for text in spread(line[:found.start()] + one + line[found.end():])]


def sentences(lists):
    return [(RANK.index(level), text) for level, lines in lists.items() for line in lines.strip().splitlines() for text in spread(line)]


def rated(texts):
    return levels([{"text": text, "lang": "en", "channel": "text"} for text in texts])


def test_plain_violence_is_heard():
    said = sentences(AT_LEAST)
    assert [text for (floor, text), level in zip(said, rated([text for _, text in said])) if level < floor] == []


def test_the_same_words_in_everyday_use_are_not():
    said = sentences(AT_MOST)
    assert [text for (most, text), level in zip(said, rated([text for _, text in said])) if level > most] == []


@pytest.mark.parametrize("floor", ["urgent", "high"])
def test_nothing_beside_it_hides_it(floor):
    """One sentence of each line, among what people say before and behind: high at least."""
    plain = [spread(line)[0] for line in AT_LEAST[floor].strip().splitlines()]
    texts = [beside.format(text) for text in plain for beside in BESIDE]
    assert [text for text, level in zip(texts, rated(texts)) if level < RANK.index("high")] == []
