"""Plain sentences put together from lists: who, what, with what, when. Each must come out in its range of levels.

A phrase learned for one sentence says nothing of the next one; a grid finds the word that no class holds. Every list of a
grid is gone through side by side, so that each of its words stands in some sentence. A word may be added to any list.
"""

import os

import pytest

from evaluator import evaluator
import grid_spoken

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SENTENCES = 24  # of a grid at least: as many as its longest list has words

# Who, and how of whom it is told: he, his, himself, is, has.
SELF = ("i", "i", "my", "myself", "am", "have")
OTHERS = [(who,) + forms for forms, names in (
    (("he", "his", "himself", "is", "has"),
     ["my son", "my roommate", "a man on our street", "our lodger", "one of my students", "my uncle", "a guy from work"]),
    (("she", "her", "herself", "is", "has"),
     ["my daughter", "my wife", "the lady next door", "a girl in my class", "my best friend", "one of our residents"]),
) for who in names]
ANYBODY = [SELF] + OTHERS
WHEN = ["tonight", "tomorrow morning", "after work", "on friday", "this weekend", "at midnight", "when everyone is asleep"]
PARTNER = ["my husband", "my boyfriend", "my ex", "the man i live with", "the father of my kids", "my partner"]
CHILD = ["my toddler", "my two year old", "my grandson", "the kid i babysit", "our baby", "my nephew"]

GRIDS = {
    "taken": ("emergency", "emergency", "{who} {took} {many} {medicine} {ago}", {
        "who": ANYBODY, "took": ["took", "swallowed", "downed", "gulped down", "got through"],
        "many": ["a whole bottle of", "two boxes of", "a handful of", "every one of {his}", "the lot of {his}", "a strip of"],
        "medicine": ["sleeping pills", "beta blockers", "heart tablets", "gabapentin", "allergy pills", "thyroid tablets",
                     "painkillers", "muscle relaxers", "codeine"],
        "ago": ["just now", "ten minutes ago", "", "half an hour ago"]}),
    "poison": ("emergency", "emergency", "{who} {drank} {poison} {ago}", {
        "who": ANYBODY, "drank": ["drank", "swallowed", "gulped", "took a swig of"],
        "poison": ["bleach", "antifreeze", "white spirit", "slug pellets", "drain cleaner", "brake fluid", "rat poison",
                   "oven cleaner", "caustic soda", "weed killer"],
        "ago": ["", "just now", "an hour ago"]}),
    "wound": ("emergency", "emergency", "{who} {cut}{blood}", {
        "who": ANYBODY, "cut": ["cut {his} wrists", "slashed {his} arm", "slit {his} wrist in the bath", "cut {his} throat",
                                "stabbed {self} in the stomach"],
        "blood": [" and it wont stop bleeding", ", so much blood", " and the towel is soaked", ", blood everywhere"]}),
    "edge": ("urgent", "emergency", "{who} {is} {stand} {edge} {last}", {
        "who": OTHERS, "stand": ["standing on", "sitting on", "out on", "hanging off"],
        "edge": ["the edge of the roof", "the wrong side of the bridge railing", "the parapet", "a ledge", "the train tracks",
                 "the wall of the dam", "a crane", "the flyover"],
        "last": ["and wants to jump", "and says goodbye", "and wont come down", "and says its over", "ready to let go"]}),
    "rope": ("emergency", "emergency", "{who} {rope}", {
        "who": ANYBODY, "rope": ["{has} a noose around {his} neck", "put a belt round {his} neck", "tied a cord around {his} neck",
                                 "{is} hanging from the ceiling fan", "{has} put {his} head through a noose"]}),
    "gun": ("emergency", "emergency", "{who} {gun}", {
        "who": OTHERS, "gun": ["{has} a pistol to {his} head", "{is} holding a rifle and wants to die",
                               "{is} pointing a revolver at {self}", "locked {self} in with a shotgun and wants to die"]}),
    "fall": ("emergency", "emergency", "{who} just {fell}, {help}", {
        "who": OTHERS, "fell": ["jumped off the bridge", "jumped out of the window", "threw {self} in front of a train",
                                "hanged {self}", "set {self} on fire", "walked in front of a bus"],
        "help": ["please hurry", "send someone", "what do i do"]}),
    "plan": ("urgent", "emergency", "{lead} {act} {when}", {
        "lead": ["im going to", "i will", "ive decided to", "i plan to", "im about to", "the plan is to", "im determined to"],
        "act": ["hang myself", "jump off the bridge", "take all my pills", "shoot myself", "drive into a tree", "overdose",
                "step in front of a train", "cut my wrists", "leave this world", "swim out until i sink"],
        "when": WHEN}),
    "plan of another": ("urgent", "emergency", "{who} {says} {will} {act} {when}", {
        "who": OTHERS, "says": ["says {he}", "told me {he}", "texted that {he}", "wrote that {he}"],
        "will": ["will", "is going to", "is about to"],
        "act": ["hang {self}", "jump off the roof", "shoot {self}", "end {his} life", "cut {his} wrists", "kill {self}"],
        "when": WHEN}),
    "means": ("urgent", "emergency", "{means} and {wish}", {
        "means": ["i have a bottle of pills next to me", "i got a gun today", "theres a noose in my room",
                  "i hid forty tablets", "i bought razor blades yesterday", "the shotgun is loaded by my bed"],
        "wish": ["i want to die", "i dont want to be alive", "i want to kill myself"]}),
    "joining the dead": ("urgent", "emergency", "{when} {go} {dead}", {
        "when": ["after the burial", "tonight", "on our anniversary", "soon", "once the dog is placed"],
        "go": ["im joining", "i am going to be with", "ill follow", "im off to be with", "i will see"],
        "dead": ["my late wife", "my twin in heaven", "my brother on the other side", "the son we buried"]}),
    "last": ("urgent", "emergency", "this is my last {last}, {tail}", {
        "last": ["night", "shift", "message", "post", "morning", "cigarette", "sunset", "bath", "text", "evening"],
        "tail": ["after it i wont be anywhere", "i promise i wont bother anyone again", "thank you to everyone who tried",
                 "nobody knows yet", "please dont trace this"]}),
    "no use": ("urgent", "emergency", "{why} {plan}, i wont be {there}", {
        "why": ["no point", "no sense in", "dont bother", "why bother with"],
        "plan": ["rescheduling", "renewing the lease", "signing me up", "buying the tickets", "charging my phone"],
        "there": ["here", "around by then", "alive then", "there to use it"]}),
    "left for others": ("high", "emergency", "{put} {paper} {spot}", {
        "put": ["i left", "i taped", "ive laid out", "theres"],
        "paper": ["an envelope for each of the kids", "my will", "the goodbye letters", "three envelopes", "a list of who gets what"],
        "spot": ["on the kitchen table", "under my pillow", "by the kettle", "in the glovebox", "on the fridge"]}),
    "pets and belongings": ("high", "emergency", "{care}", {
        "care": ["my aunt will take the parrot when im not here anymore", "somebody please feed my rabbits after tonight",
                 "can someone adopt my old dog, i wont be back", "i gave my records away, theyre better with them than with me",
                 "handed over my tools, i want somebody to have them after me", "my guitar is yours, you dont need things where im going",
                 "picked the songs for my funeral", "i ironed the dress i want to be buried in", "paid for my own cremation"]}),
    "gun out": ("urgent", "emergency", "{gun} is {state}, {tail}", {
        "gun": ["dads pistol", "the shotgun", "my duty weapon", "the revolver", "my beretta"],
        "state": ["out of the safe", "on the nightstand", "cleaned and loaded", "on the passenger seat", "in my lap"],
        "tail": ["im done", "wont be long now", "nobodys home till sunday", "i want everything quiet"]}),
    "pills out": ("urgent", "emergency", "{pills} are {state}, {tail}", {
        "pills": ["all my pills", "sixty tablets", "moms oxys", "two bottles of tylenol", "every sleeping pill i saved"],
        "state": ["lined up on the sink", "poured out on the bed", "counted out", "crushed up in yogurt", "in a bowl in front of me"],
        "tail": ["i just have to start", "the door is locked", "the house is empty", "no more mornings for me"]}),
    "edge told by signs": ("urgent", "emergency", "{where}, {sign}", {
        "where": ["top of the car park", "im on the roof", "on the viaduct", "im at the parapet"],
        "sign": ["legs over", "toes over the edge", "one foot over", "its so quiet up here, my legs are dangling"]}),
    "water": ("urgent", "emergency", "{where}, {tail}", {
        "where": ["im walking into the sea", "waist deep in the river", "im wading out into the lake", "standing in the canal with my coat on"],
        "tail": ["not going to turn around", "let it take me", "i wont come back out", "phone is dying"]}),
    "rails": ("urgent", "emergency", "{where}, {tail}", {
        "where": ["im lying across the rails", "sitting on the sleepers", "im past the yellow line", "im on the tracks"],
        "tail": ["i can hear it coming", "ive let two go past", "this time i wont step back", "the ground is starting to shake"]}),
    "tried out": ("moderate", "urgent", "{did} {when}", {
        "did": ["i practised the knot", "did a dry run at the car park", "i rehearsed the drop", "i counted the steps to the edge",
                "i tested the beam", "i practised the jump"],
        "when": ["yesterday", "last night", "twice", ""]}),
    "swallowed, by its signs": ("emergency", "emergency", "{took}, {sign}", {
        "took": ["i took them all", "swallowed the lot", "downed everything in the cabinet", "had the whole box", "took 40 of em"],
        "sign": ["i cant feel my legs", "everything is going blurry", "im so sleepy", "my ears are ringing", "the room is spinning"]}),
    "blood, by its scene": ("emergency", "emergency", "{blood}, {sign}", {
        "blood": ["the bath is red", "the sheets are soaked", "the towel is full", "my sleeves are dripping", "the water is going pink"],
        "sign": ["im getting cold", "i feel light", "my wrists sting", "so sleepy", "i locked the door"]}),
    "leaving the line": ("high", "emergency", "{bye}", {
        "bye": ["just stay with me till it kicks in", "sorry you had to be the one to hear this", "you did everything right, im hanging up now",
                "i just wanted somebody to know where to find me", "dont feel guilty when you read about it", "dont want my mom to be the one who opens the door",
                "i left the door unlocked so they can get in", "make sure its not my sister who finds me", "send somebody in the morning, not before"]}),
    "asked and lied": ("high", "urgent", "{asked} {answer}", {
        "asked": ["they asked if im safe and", "the nurse asked if i was ok,", "i signed the safety plan but", "she made me promise but"],
        "answer": ["i lied", "i told them what they wanted", "i wont be there", "i wouldnt count on it"]}),
    "asked and not so": ("low", "moderate", "{who} asked if {what} {answer}", {
        "who": ["my doctor", "the nurse", "mum", "they"],
        "what": ["im suicidal", "i wanted to hurt myself", "i was going to do something stupid"],
        "answer": ["and i said no", "and i told them no", "and the answer is no"]}),
    "acts told by scenes": ("emergency", "emergency", "{text}", {
        "text": ["swallowed it all. cant see the screen so good anymroe",
                 "theres a buzzing and my legs went to sleep, the bottle is empty next to me",
                 "bathwater is getting dark. im ok with it", "its done, just waiting now. tired",
                 "my arm is open and im just watching it", "injected everything i had left, lips are tingling",
                 "im on the ground under the balcony, i cant move my legs, it didnt work",
                 "kicked the chair but the hook broke, neck hurts so bad",
                 "the engine is on, garage is closed, head hurts and im sleepy",
                 "im in the river, phone in a ziplock lol, so cold i cant feel hands",
                 "took the rest of them with wine, dont want my kids to find me like this",
                 "i cut deep this time and i can hear it dripping",
                 "the fumes are making me dizzy but im not opening the door",
                 "just swallowed the last of them. my mom is at work", "im bleeding and i dont want to stop it",
                 "cut my wrists a few min ago its not stopping", "im on the tracks behind my school",
                 "i jumped but i only broke my leg i think", "i have the gun in my hand right now",
                 "im in the garage with the car on", "drank bleach, throat burning",
                 "took 30 sleeping pills half hour ago, feeling heavy",
                 "theres a bag over my head in a sec, just wanted to say bye", "its around my neck already",
                 "i cant feel my hands anymore, theres so much blood in the tub", "the pills are starting to work",
                 "too late. already took them", "ive had all my meds for the month in one go",
                 "my vision is going. i took my moms pills", "i cut an artery i think, its spurting",
                 "i stepped off but the rope broke", "car is filling with smoke. its ok",
                 "im hanging off the balcony and my hands are slipping", "water is up to my neck and im not moving",
                 "i shot myself and im still awake", "i drank antifreeze with my lemonade",
                 "the train is coming and im not moving", "i have a plastic bag over my head",
                 "im in the bath with the razor and ive started", "insulin, 200 units, ten minutes ago",
                 "i lit the charcoal in the tent", "took a whole box of sleeping pills, i dont want to be found",
                 "i already did it. the pills. im getting tired", "my wrist is cut and im dizzy",
                 "im on the edge of the roof", "gun in my mouth. goodbye", "im hanging from the balcony",
                 "i drank a bottle of drain cleaner", "i swallowed 50 pills and told no one",
                 "standing on a chair with the rope on", "im in the water and cant swim",
                 "i just set the car on in the closed garage", "the blood is everywhere and im alone", "ive overdosed",
                 "i jumped in front of a car and im lying on the road", "im about to jump, people are yelling",
                 "i took all my lithium about an hour ago", "bleeding a lot from my leg, i did it to myself",
                 "theres a noose around my neck and im standing on a bucket", "ive swallowed bleach, please",
                 "im sat on the train line", "i have the barrel in my mouth",
                 "i ate the whole bottle of tylenol and now im scared", "im on the bridge on the wrong side",
                 "i slit my wrists", "i just injected way too much on purpose",
                 "the car is running and the garage is full of smoke"]}),
    "intent told by scenes": ("urgent", "emergency", "{text}", {
        "text": ["when they put mum in the ground tomorrow im going with her",
                 "my wife died in march, sunday i go where she is",
                 "tonight me and my brother are finally gonna be in the same place again",
                 "i told grandad at his grave ill be there by friday",
                 "the doctor says he wont wake up so after they turn it off ill follow",
                 "i want to be buried with her and i dont plan to wait",
                 "once dad is cremated nothing keeps me, ill be right behind him",
                 "handing in my badge after tonights shift and after that theres no me",
                 "tomorrow is the first day without me in it", "enjoy the quiet from tomorrow on",
                 "my sons recital is thursday and ill be gone by wednesday",
                 "i wont be a problem for anybody by the weekend", "come friday youll all be rid of me",
                 "my late husbands morphine is still in the fridge and i keep opening the door",
                 "the box arrived today. its heavier than i thought. two rounds is enough",
                 "ive got thirty of the white ones and a bottle of gin, should do it",
                 "got the helium, told the guy it was for a birthday",
                 "been saving my heart pills since march, i counted them again tonight",
                 "took the knife from the block and its under my pillow",
                 "i know the combination to dads gun safe and they left for the weekend",
                 "the charcoal is in the car already", "ive got the exit bag ready",
                 "level 6 of the multistorey, sat on the wall, cars look like toys",
                 "theres a gap in the fence by the line and im through it", "my feet are hanging off the aqueduct",
                 "im at the falls, past the sign that says no entry",
                 "im on the beach at low tide and i plan to stay when it comes in",
                 "at the lighthouse on the wrong side of the wall",
                 "ive parked across the tracks and turned the lights off",
                 "on the fire escape 11th floor with my shoes next to me",
                 "the lake is frozen and im walking out to the middle, its cracking",
                 "im under the bridge where the freight goes through, lying down",
                 "i rode the elevator to the top and the door to the roof was open. been staring down for an hour",
                 "waiting for my roommates train to leave then its time",
                 "as soon as grandma falls asleep im getting the key",
                 "the kids go to their dads friday at 5. at 6 it will be over",
                 "soon as this call ends im gone for good", "when the song ends ill let go",
                 "i told god today is the day", "tell my daughter daddy went to sleep",
                 "be good to mum for me, shell need you now", "dont come upstairs. call someone first. im sorry",
                 "sorry for everything ive put you through, youll be free now", "kiss the boys for me every night",
                 "please let them know it was quick", "take care of each other, ok? thats all i want",
                 "when they ask why, say i was tired", "im at da bridge rn n no1 knows",
                 "got da pills n vodka 2nite its ovr", "dnt wait up 4 me im nt comin bak eva",
                 "im dun 4 real dis time got the rope", "tel my lil bro hes da best k bye 4ever",
                 "i took evrythin in da cabinet lol ooops feelin weird", "blade is out phone is on 3% bye",
                 "ive decided. thank you for everything, really",
                 "ive said what i needed to say to everyone. tomorrow wont come for me",
                 "made sure the cat has food for a week. nobody will check on me till then",
                 "the bridge near my apartment keeps calling me and tonight im answering",
                 "theres a bottle of pills in my glovebox and i keep driving around with it",
                 "please tell my students i was proud of them",
                 "i have the letter, the pills and the hotel room. just needed to hear someone",
                 "tonight after the kids are asleep it ends", "i already said bye to my dog. hardest part",
                 "my brothers gun is in the closet and hes at work until six",
                 "ive been holding the knife to my wrist for ten minutes",
                 "got the rope from the garage. my hands are shaking", "i cant promise ill be here when you call back",
                 "my plan was for friday but i dont think i can wait",
                 "nobody is home until sunday and i have everything i need",
                 "i sold my truck and paid my mom back. i can go now", "im parked by the river and im not going home",
                 "i know what im doing tonight and im not scared anymore",
                 "just waiting for my roommate to leave for her shift",
                 "im going for a walk by the tracks and i wont be back",
                 "i set up everything for my kids to be ok. its time", "dont wait up for me mom. i love you so much",
                 "i hid the pills from the nurse. tonight i take all of them",
                 "i deleted my accounts so theres nothing left but this chat",
                 "if nobody answers i take it as a sign and i do it",
                 "i made a deal with myself: if she doesnt call by midnight im out", "tell them i didnt suffer",
                 "i want you to know this isnt anyones fault. by the time you read it ill be gone",
                 "im doing it as soon as my husband falls asleep", "ive chosen the place and the day. its sunday",
                 "i have a full bottle of oxy and a hotel room",
                 "just called my sister so the last thing she hears from me is nice",
                 "dad keeps a revolver in his nightstand and i have the key in my hand",
                 "im so calm today. everything is arranged. tomorrow is the day",
                 "im going to swim out tonight until i cant", "i wont make it through tonight",
                 "i cant stop myself this time", "i already posted my goodbye. just waiting now",
                 "if they take my kids on friday i will be dead by saturday", "my noose is tied",
                 "ill be dead before the weekend", "i plan to overdose when my roommate leaves for break",
                 "the trains run every 20 minutes here. the next one is mine",
                 "my therapist is on vacation and i wont be here when shes back",
                 "please dont call anyone. i just didnt want to die without telling someone",
                 "ive been drinking and the rifle is loaded", "i bought a hose for the exhaust",
                 "i keep the blade under my phone case. tonight im using it for real",
                 "ive had enough. when mum goes to work im ending this",
                 "its been nice talking to you. by morning it wont matter",
                 "i wrote down all my passwords for my brother and cleaned my room. im ready",
                 "after my daughters graduation on saturday theres nothing keeping me",
                 "nobody will find me till monday, thats the point",
                 "i told my wife i was working late. im at the quarry", "i only have to press the gas and not turn",
                 "dont send anyone, it will be over before they come",
                 "i want to be cremated, no flowers. thats my only wish", "im about to do something i cant take back",
                 "im in a motel. i put the do not disturb sign up and lined everything up",
                 "i cant do another night. i have the rope and i know the tree",
                 "ive saved enough pills. just waiting for the kids to go to their dads",
                 "i have a plan and im going through with it this time"]}),
    "danger told by scenes": ("high", "emergency", "{text}", {
        "text": ["theres an email set to go out to my parents at six",
                 "wrote out the wifi password and which bin goes on which day, for after",
                 "my ring is in the soap dish with a note for her",
                 "put all the bills in one folder so she can find them when im gone",
                 "i labelled everything in the flat with whose it should be", "left my dog tags on my sons pillow",
                 "transferred the savings to my sister, wrote 'sorry' in the memo",
                 "the folder says open first. everything they need is in it",
                 "wrote the eulogy myself so nobody has to",
                 "brought my drum kit to the youth club and told them keep it, i wont be playing again",
                 "my best friend has my passwords now and doesnt know why i gave them",
                 "dropped my cat at my exs with a bag of food and didnt tell him for how long",
                 "the dog is at my sisters, the fridge is empty, the keys are in the mailbox",
                 "i stood at the edge again tonight just to feel how close it is",
                 "i tied it round the doorknob and leaned into it until i saw stars",
                 "put the gun to my temple with the safety on, four times now",
                 "i lay down on the rails at noon when theres no train, wanted to know how it feels",
                 "ive been walking to the bridge every night and staying a little longer",
                 "drove to the quarry, looked at the drop, drove home", "i measured the rope against the stairwell",
                 "i emptied the bottle on the table and arranged them in rows, then put them back",
                 "i took three to see what it does, next time its all of them",
                 "no i wont tell you where i am, youd send someone",
                 "promise you wont be mad at me for what im about to do", "i didnt call to be talked out of it",
                 "dont waste your time on me, somebody else can have my slot, i wont need it",
                 "im not asking for help, i just didnt want to be alone for this part",
                 "i told my therapist im fine. im not coming back to her", "the crisis plan is in the bin",
                 "i answered no to all the questions so theyd discharge me, im home now with the pills",
                 "if i tell you what i have here youll call the cops",
                 "my mind is made up, i just want to hear somebodys voice",
                 "i think about driving off the road every day on my way home",
                 "i keep looking up how many pills it takes", "i tried last week and nobody noticed",
                 "i wish the surgery had killed me and im thinking of finishing the job",
                 "two nights ago i had the belt around my neck, then my phone rang",
                 "ive been giving my stuff away, people think im decluttering",
                 "i sleep with a razor under my pillow just in case i need out",
                 "when my dog dies i have no reason left and shes 14 and sick",
                 "if i lose custody thats it for me, i wont live through it",
                 "lost the house today. my life insurance still pays", "been practicing what to write in the note",
                 "i know exactly how id do it", "i looked over the edge for a long time today before i walked away",
                 "every knife in the kitchen looks like an exit",
                 "i keep a rope in my trunk. it makes me feel better to know its there",
                 "i drove to the bridge last night and sat there for hours",
                 "i took pills on saturday and just slept for a day, nobody knows",
                 "i think about the gun in my dads drawer all the time",
                 "im scared of what ill do if im alone tonight", "i dont trust myself with my meds right now",
                 "if i had a gun id be dead already", "i hate waking up. every night i count my pills",
                 "the voices of my friends are all far away. i wrote my goodbye post but didnt send it",
                 "i stopped taking my insulin on purpose",
                 "i left the hospital yesterday after my overdose and it feels the same",
                 "i want to walk into traffic", "ive been reading about how to tie a noose",
                 "i think about killing myself most days", "tried to hang myself last month, still here",
                 "im suicidal but i have no plan", "i cant stop thinking about jumping",
                 "got out of the psych ward last week and im thinking about it again",
                 "i want to die but im scared of pain", "i imagine crashing my car on the way to work",
                 "i have thoughts of ending it but my cat needs me", "i wrote a goodbye letter then tore it up",
                 "sometimes i hold the pills and then put them back", "ive been googling painless ways",
                 "what if i just stopped taking my heart medicine and let it happen", "i think i want to kill myself",
                 "i had a plan last week but my sister came home",
                 "i keep thinking how easy it would be to step off the platform",
                 "i attempted in march and the feelings are back", "i have a gun at home and im so depressed",
                 "im having suicidal thoughts every day now",
                 "i asked my friend to hide my meds because i dont trust myself",
                 "i dont want to live but im too scared to die"]}),
    "ordinary scenes": ("low", "low", "{text}", {
        "text": ["final entry in my travel diary, we fly home tomorrow", "closing the curtains, good night",
                 "last day of treatment, i rang the bell", "my final exam is thursday and then im free",
                 "thats the last of the boxes, goodbye old house",
                 "you wont get another call from this number, i have a new one",
                 "i wont need the appointment, im feeling better", "see you monday, ill bring the forms",
                 "my sister is taking the kids for the weekend so we can paint",
                 "keys are in the mailbox for the realtor", "i labelled everything in the flat for the move",
                 "rents due on the first and im short",
                 "theres an email going out to parents at six about the school play",
                 "i gave myself until the end of the month to find a job",
                 "ive got till 8 when she gets home to finish the surprise",
                 "my roommates train leaves at nine then i can practice drums",
                 "set an alarm for 4 to catch the flight", "got the helium for the birthday balloons",
                 "i need a tow strap for the boat", "the box arrived today, its my new blender",
                 "i work at a farm and we had to put a calf down",
                 "picked up dads morphine from the pharmacy for the hospice nurse",
                 "knife is dull, any tips for sharpening", "my insulin came in the mail finally",
                 "at the lighthouse with the kids, so windy", "im at the falls, beautiful day",
                 "the lake is frozen, we went skating", "sat on the harbour wall eating chips",
                 "on the fire escape calling you because the reception is bad inside",
                 "level 6 of the multistorey, cant find my car", "rode the elevator to the top, what a view",
                 "we hiked the aqueduct trail", "beach at low tide looking for shells",
                 "staring down the stairs wondering if the couch fits",
                 "as soon as grandma falls asleep im watching the game", "when the song ends ill go to bed",
                 "its on the calendar, thursday, parent teacher night",
                 "the kids go to their dads friday at 5, finally some sleep",
                 "after midnight there wont be any trains so i need a taxi", "today is the day, i start the new job",
                 "my mind is made up, im going back to school", "im about to do my taxes, promise you wont laugh",
                 "i set the alarm and its time to sleep", "no more edits, the essay is done",
                 "goodnight and thank you", "you were a good friend to her, she told me so",
                 "tell my daughter daddy is on the way home", "kiss the boys for me, ill be home at six",
                 "i love you guys, thanks for being there", "sorry for everything, i was rude yesterday",
                 "thanks for hearing me, ill call my counselor tomorrow", "bye, i have to pick up my son",
                 "hope you all have a good night", "my legs went to sleep from sitting on the floor",
                 "bath water is getting cold",
                 "i drank the whole thing and my throat is on fire, that hot sauce is no joke",
                 "kicked the chair and my toe hurts so bad", "head hurts and im sleepy, long day",
                 "so cold i cant feel my hands, forgot my gloves", "i cut my finger and got it on my shirt",
                 "took three to see what it does, cbd gummies are weak", "i lay down on the couch at noon",
                 "dizzy from the paint fumes so i opened a window",
                 "ive decided to quit my job, thank you for everything",
                 "after dinner with my parents im done for the day",
                 "i bought a one way bus ticket to the coast, starting fresh at my sisters",
                 "please tell my students class is cancelled", "i wrote to each of my sisters for christmas",
                 "sitting in the parking garage waiting for my wife", "i put on my good suit for the interview",
                 "nobody is home until sunday and i get to play loud music",
                 "got the rope from the garage to tie down the mattress", "my hands are shaking from too much coffee",
                 "i have everything i need for the camping trip",
                 "my plan was for friday but the party moved to saturday",
                 "i broke my leg jumping off the shed as a kid", "the pills are starting to work, my headache is gone",
                 "im in the garage with the car on the lift", "standing on the rail platform waiting for the 7:40",
                 "its around my neck already, love the necklace", "im bleeding again, third day of my period",
                 "ive been giving my stuff away, the house is too full",
                 "my dog dies at the end of the movie and i cry every time", "lost the house key today",
                 "been practicing what to say in the interview", "i looked over the edge of the grand canyon, amazing",
                 "every knife in the kitchen is dull", "if my test comes back positive ill need to tell my partner",
                 "i sold my truck and paid my mom back, feels great", "my phone is almost dead, call you later",
                 "im going for a walk by the tracks with the dog",
                 "writing this from the roof of my building, the sunset is great", "my last paycheck goes to rent",
                 "i can see the water from here, great vacation", "its tonight! the premiere im so excited",
                 "i called in sick today", "someone please take my dog for a walk",
                 "if nobody answers i will call again tomorrow", "i set up everything for the kids party",
                 "car is filling with groceries", "too late, already ate them, the cookies were good",
                 "my vision is bad, i need new glasses", "i lit the charcoal for the bbq",
                 "im hanging off the couch watching tv", "theres 60 people here and one of me, help with catering",
                 "it hurts so bad, i stepped on a lego", "im free after friday",
                 "ill be with my grandma by tomorrow, shes cooking for us",
                 "by the time you read this ill be on the plane", "i packed my daughters school bag for monday",
                 "as soon as my husband falls asleep im eating the last slice",
                 "ive chosen the place and the day for the wedding", "the hotel room is full of towels",
                 "dad keeps his keys in the nightstand", "im so calm today, yoga works",
                 "i emptied my savings for a new roof", "we swim every tuesday",
                 "i wont make it through this meeting without coffee",
                 "if they cancel my flight on friday i will be so mad", "that workout, im dead",
                 "the trains run every 20 minutes here",
                 "my therapist is on vacation, who can i talk to about my forms", "i bought a hose for the garden",
                 "i said my goodbyes at dinner, flying home tomorrow",
                 "took a whole box of tissues, this cold is awful", "i already did it, the homework",
                 "my wrist hurts from typing", "im on the edge of my seat",
                 "im hanging from the pull up bar, great workout", "my blood test came back normal",
                 "we jumped in the lake", "im about to jump on a call",
                 "i watched a documentary about the golden gate bridge", "my son wrote a story about a ghost",
                 "dying to hear how it went", "the dog ate my chocolate and the vet says hes fine",
                 "i keep my card under my phone case", "when mum goes to work im starting dinner",
                 "its been nice talking to you, have a good day", "i cleaned my room and im ready for guests",
                 "the doctor gave me 90 days of leave", "after my daughters graduation on saturday were going out",
                 "nobody will find the cookies, i hid them well",
                 "i told my wife i was working late but its a surprise party",
                 "ive got my dads old watch and a bottle of jack for his birthday", "im in a motel, the wifi is awful",
                 "i cant do another night shift this week", "please make sure my cat gets his medicine",
                 "tomorrow at noon works for me", "this exam will be the death of me",
                 "my battery is dying, text you later", "i killed it at karaoke", "im so hungry i could die",
                 "shoot me an email when you can", "that was a suicide sprint at practice, im wiped",
                 "jumping off now, talk later", "i need a shot of espresso", "hang in there, friday is close"]}),
    "ordinary ends": ("low", "low", "{text}", {
        "text": ["this is my last shift before vacation", "this is my last dinner with the night crew", "my last week at the old job",
                 "i wont be here tomorrow, i have a day off", "i wont be in on monday, were visiting my in laws", "i wont see you thursday, im flying to denver",
                 "after the funeral im joining my cousins for lunch", "ill see you on the other side of finals", "im done for today, talk tomorrow",
                 "thats it for me, early start tomorrow", "i hugged my mom extra long this morning", "i called dad to hear his voice",
                 "i gave my old guitar to my nephew for his birthday", "i closed my bank account, found a better one",
                 "i deleted my facebook account to focus on school", "my tablets are lined up in the weekly box",
                 "bought a rope so the tarp holds", "i dyed my hair and the bath is pink", "im on the balcony watering plants",
                 "can someone feed my cat while im in spain", "i left the keys for the dog sitter"]}),
    "recent attempt": ("high", "urgent", "i tried to {act} {when}", {
        "act": ["hang myself", "kill myself", "cut my wrists", "end my life", "shoot myself"],
        "when": ["last week", "two weeks ago", "last month", "three weeks ago"]}),
    "passive": ("moderate", "high", "{at} {wish}", {
        "at": ["some nights", "honestly", "since he left", "most days"],
        "wish": ["i wish i was never born", "i want to disappear", "life isnt worth living", "i dont want a future",
                 "everyone would be better off without me", "i wish i could be erased", "nothing keeps me here"]}),
    "harm to others": ("urgent", "emergency", "{means} and {will} {kill} {whom}", {
        "means": ["i have a gun", "i have a knife in my hand", "ive got a machete"],
        "will": ["im going to", "i will", "ive decided to"], "kill": ["kill", "stab", "shoot"],
        "whom": ["my boss", "the landlord", "my stepdad", "the man who hurt my sister"]}),
    "partner": ("high", "urgent", "{who} {does}", {
        "who": PARTNER, "does": ["hits me", "punched me in the face", "pulled me by my hair", "gave me a black eye",
                                 "twists my arm", "choked me", "smashed my face into the table"]}),
    "partner now": ("emergency", "emergency", "{who} {does}", {
        "who": PARTNER, "does": ["is hitting me right now", "is outside the door with a knife", "just stabbed me",
                                 "is kicking the bedroom door"]}),
    "child": ("high", "emergency", "{who} {sign}", {
        "who": ["a boy in my class", "my neighbors kid", "one of my students", "my little brother", "my granddaughter"],
        "sign": ["has bruises and says dad did it", "is locked outside in the cold", "gets beaten with a belt",
                 "isnt fed at home", "has cigarette burns"]}),
    "elder": ("high", "urgent", "{who} {sign}", {
        "who": ["my grandma", "the old man next door", "my bedridden mother", "a resident on my ward"],
        "sign": ["is hit by the caregiver", "is tied to the chair by the staff", "is left in a wet bed", "isnt given food"]}),
    "child and poison": ("emergency", "emergency", "{who} {took} {poison}", {
        "who": CHILD, "took": ["swallowed", "ate", "got into", "drank"],
        "poison": ["bleach", "a button battery", "grandmas pills", "rat poison", "a laundry pod", "weed gummies"]}),
    "medical": ("emergency", "emergency", "{who} {has_it}", {
        "who": OTHERS, "has_it": ["{is} not breathing", "collapsed and {is} not responding", "{is} having a seizure",
                                  "got stabbed", "{has} crushing chest pain", "{is} turning blue", "hit {his} head and is out cold",
                                  "{has} a drooping face and slurred speech"]}),
    "voices": ("urgent", "emergency", "{who} {tells} me to {act}", {
        "who": ["a voice", "the devil", "god", "the radio", "my dead father", "someone in my head"],
        "tells": ["tells", "commands", "is telling", "orders"],
        "act": ["kill my family", "jump out of the window", "burn the house down", "stab my roommate"]}),
    "withdrawal": ("urgent", "emergency", "{who} stopped drinking yesterday and {sign}", {
        "who": ANYBODY, "sign": ["{is} hallucinating", "had a seizure", "{is} shaking badly and confused"]}),
    "nowhere to stay": ("moderate", "urgent", "im {age} and {sign}", {
        "age": ["13", "14", "15"], "sign": ["i ran away from home", "i have nowhere to sleep", "i sleep at the bus station",
                                            "they kicked me out of the house"]}),
    "strangled": ("high", "emergency", "{who} {choked}{after}", {
        "who": PARTNER, "choked": ["squeezed my throat", "pressed his forearm into my neck", "put me in a sleeper hold",
                                   "knelt on my neck", "wrapped the phone charger around my neck", "throttled me",
                                   "covered my mouth and nose so i couldnt breathe", "held me by the neck"],
        "after": ["", " last night", " and my voice is hoarse", ", everything went black", " in front of the kids"]}),
    "partner injures": ("high", "urgent", "{who} {hurt} {when}", {
        "who": PARTNER, "hurt": ["knocked my tooth out", "split my lip", "dislocated my shoulder", "backhanded me", "broke my finger",
                                 "pulled out a chunk of my hair", "slammed the door on my hand", "spat on me and slapped me"],
        "when": ["", "again", "because i was late", "over dinner"]}),
    "partner threatens": ("urgent", "emergency", "{who} {threat}", {
        "who": PARTNER, "threat": ["said hed throw acid on me", "told me he already dug my grave", "texted me 'youre dead'",
                                   "says if i take the kids we all die", "swore hed burn the house down with me in it",
                                   "sent me a picture of a gun", "promised to put me in the ground",
                                   "chased me round the house with a machete", "fired a shot into the ceiling"]}),
    "partner rages": ("emergency", "emergency", "{where} and {who} is {rage}", {
        "where": ["im locked in the bathroom", "im under the bed with my kids", "im in the laundry room"], "who": PARTNER,
        "rage": ["smashing everything", "breaking down the door", "pounding on the door", "beating my mom",
                 "in the hallway with a knife"]}),
    "followed about": ("high", "emergency", "{who} {follows}{fear}", {
        "who": ["my ex", "my ex husband", "my ex girlfriend", "a guy from work"],
        "follows": ["put an airtag in my bag", "installed spyware on my phone", "shows up at my gym every night",
                    "is parked outside my house again", "keeps making new accounts to message me", "follows me home",
                    "keeps calling from different numbers", "found out my new address", "broke into my apartment"],
        "fear": ["", " and im scared", ", the police do nothing"]}),
    "ruled at home": ("moderate", "urgent", "{who} {rules}", {
        "who": PARTNER, "rules": ["counts the miles on my car", "wont let me take my meds", "makes me ask permission to eat",
                                  "hides my car keys", "threatens to have me deported", "punches walls when i talk back",
                                  "says no one will believe me", "cut me off from my family"]}),
    "child told of": ("high", "emergency", "{who} {sign}", {
        "who": ["my stepdaughter", "a pupil of mine", "the girl i babysit", "two toddlers upstairs", "the kid next door"],
        "sign": ["told me the babysitter holds them under cold water", "digs in the trash for food", "left in a hot car",
                 "has untreated sores", "sleeps in a dog cage", "scream all night and no adult is there",
                 "wanders the street alone at midnight", "flinches, i saw her mom drag the child", "weighs nothing and steals food"]}),
    "elder and carer": ("high", "emergency", "{told} {who}", {
        "told": ["i saw a coworker slap", "the night staff kick", "my cousin steals from", "the aide force feeds"],
        "who": ["a resident", "my grandmother", "an old lady in room 9", "my bedridden uncle"]}),
    "assaulted": ("high", "emergency", "{who} {did} {when}", {
        "who": ["my date", "some guy at a party", "my massage therapist", "a stranger", "my boss"],
        "did": ["groped me", "put his hands in my pants", "had sex with me while i was passed out", "drugged my drink",
                "took off the condom without telling me", "made me give him oral", "forced himself on me"],
        "when": ["last night", "on saturday", "yesterday"]}),
    "held by pictures or debt": ("high", "emergency", "{who} {holds}", {
        "who": ["a guy i met on instagram", "someone on snapchat", "my manager", "an older man"],
        "holds": ["is asking for 500 dollars or he posts the video", "recorded me and wants money", "keeps the money i make",
                  "brings men to the room every night", "wants me to meet him at a motel", "says hell leak my nudes"]}),
    "others tonight": ("urgent", "emergency", "{when} im {killing} {whom}", {
        "when": ["tonight", "tomorrow", "after work"], "killing": ["killing", "shooting", "stabbing", "strangling"],
        "whom": ["my landlord", "my boss", "her new boyfriend", "the guy who hit my son"]}),
    "others and place": ("urgent", "emergency", "i know where {whom} {lives} and {means}", {
        "whom": ["my teacher", "my ex wife", "the judge"], "lives": ["lives", "parks", "eats lunch"],
        "means": ["i got a gun", "i have a can of gas", "ive got my dads rifle"]}),
    "commanded": ("urgent", "emergency", "{who} {tells} {act}", {
        "who": ["the man in the mirror", "the neighbors through the wall", "satan", "my late mother", "an angel"],
        "tells": ["insists i have to", "keep telling me to", "is ordering me to", "says i must"],
        "act": ["push someone on the tracks", "drown the kids", "gouge out my eyes", "burn down the apartment"]}),
    "deluded": ("moderate", "urgent", "{who} {belief}", {
        "who": OTHERS, "belief": ["thinks there is a microphone in {his} teeth", "says everyone can hear {his} thoughts",
                                  "put foil on the windows because of the signals", "is running naked in the street",
                                  "thinks we are all actors", "sees shadow people", "cant tell what is real anymore"]}),
    "overdose of another": ("emergency", "emergency", "{who} {took} and {sign}", {
        "who": OTHERS, "took": ["shot up", "took some blue pills", "did heroin", "drank a liter of rum", "smoked fent"],
        "sign": ["wont wake up", "{is} cold and clammy and not answering", "{is} gurgling", "{is} barely breathing"]}),
    "wrong dose": ("emergency", "emergency", "i gave {whom} {dose}", {
        "whom": ["my 2 year old", "the baby", "my dad", "my nephew", "a resident"],
        "dose": ["the adult dose by mistake", "ten times the dose of tylenol", "the wrong medicine", "too much insulin"]}),
    "into the mouth": ("emergency", "emergency", "{who} {ate} {what}", {
        "who": CHILD, "ate": ["swallowed", "chewed on", "licked", "got into"],
        "what": ["magnets", "a nicotine pouch", "lamp oil", "an edible", "the dishwasher tablet", "iron pills", "wild mushrooms"]}),
    "withdrawal signs": ("urgent", "emergency", "{who} {quit} and {sign}", {
        "who": ANYBODY, "quit": ["ran out of clonazepam", "stopped drinking", "quit xanax two days ago", "{is} off benzos"],
        "sign": ["{is} seeing bugs", "{is} talking to people who arent there", "{is} shaking so badly and confused"]}),
    "mother and baby": ("urgent", "emergency", "{who} {born} and says {baby}", {
        "who": ["my wife", "my sister", "my flatmate"], "born": ["gave birth last month", "just had a baby", "had twins"],
        "baby": ["the baby is not hers", "the baby is possessed", "the baby is the devil"]}),
    "starving": ("high", "emergency", "{eats} and {sign}", {
        "eats": ["i live on ice and gum", "i purge after every meal", "i skip every meal", "i havent eaten in five days"],
        "sign": ["my heart rate is 38", "i keep blacking out", "my heart keeps skipping", "i fainted in the shower"]}),
    "found": ("emergency", "emergency", "found {who} {where}, {how}", {
        "who": ["my wife", "my roommate", "a resident", "him", "my student"],
        "where": ["in the tub", "on the bathroom floor", "in the car", "face down in the yard"],
        "how": ["cold but breathing", "barely breathing", "empty pill bottle next to him", "blue lips", "not responding"]}),
    "held under": ("high", "emergency", "{who} {held}", {
        "who": PARTNER, "held": ["held my head under the bath water", "pushed a cushion onto my face", "threw me down the stairs",
                                 "gave my cousin a fractured cheekbone", "shoved me through the glass door"]}),
    "grave words": ("urgent", "emergency", "{who} {says} {grave}", {
        "who": PARTNER, "says": ["says by sunday", "promised me", "texted that if i leave"],
        "grave": ["ill be under the patio", "id be six feet under", "ill end up in a ditch", "its my funeral"]}),
    "child seen": ("high", "emergency", "{who} {seen}", {
        "who": ["a girl in my form", "my grandson", "a toddler on our street", "the kid next door"],
        "seen": ["has a burn in the shape of an iron", "is outside in the cold at night", "is barefoot in the snow",
                 "has lash marks across the back", "came home from his dads with bruises", "asked how to hide a bruise"]}),
    "in care": ("high", "emergency", "{who} {does}", {
        "who": ["the home", "the night aide", "his daughter in law"],
        "does": ["ties my dads hands to the rails", "leaves my uncle in bed all weekend without water",
                 "keeps grandads pension", "locks away her oxygen"]}),
    "assaulted by power": ("high", "emergency", "my {who} {did}", {
        "who": ["coach", "doctor", "manager", "pastor", "interpreter"],
        "did": ["touched me", "kissed me and i froze", "put his hand up my skirt", "kept going when i cried"]}),
    "made to marry": ("high", "emergency", "{who} {made}", {
        "who": ["my parents", "my family", "my uncles"],
        "made": ["are taking me abroad to get married", "booked my flight for the wedding, i dont want to",
                 "are forcing me to marry a man i never met"]}),
    "signs of an emergency": ("emergency", "emergency", "{who} {has_sign}", {
        "who": OTHERS, "has_sign": ["{is} clutching {his} chest", "fell off the ladder and keeps vomiting", "{has} one pupil bigger",
                                    "was in the heat and {is} confused", "got stung and {his} lips are swelling",
                                    "touched a live wire", "swallowed a coin and {is} turning blue", "{has} a bone sticking out",
                                    "was in the snow and {is} mumbling", "cant feel {his} legs after the fall"]}),
    "fumes": ("emergency", "emergency", "{what} and {sign}", {
        "what": ["the furnace is on", "we lit charcoal inside", "the generator is in the garage", "the boiler smells odd"],
        "sign": ["we all have headaches", "the kids are dizzy", "my wife passed out"]}),
    "not happening": ("low", "low", "{what}{tail}", {
        "what": ["he is not hitting me", "my ex isnt stalking me", "she is not suicidal", "my brother is not beating my sister",
                 "my husband never chokes me", "my boyfriend does not check my phone", "my dad is not abusive"],
        "tail": ["", ", we just argue", ", just grumpy", " lol"]}),
    "talk about dangers": ("low", "low", "{what} {tail}", {
        "what": ["we had a talk about strokes", "the class on domestic violence was good", "is there a narcan training",
                 "im reading a book on trafficking", "our elder abuse workshop starts", "im studying psychosis for the exam",
                 "im going to destroy him at chess", "my kid got a bruise playing soccer", "i was choking up at the wedding",
                 "my parents wont let me go to the concert", "mom took my phone because i failed math"],
        "tail": ["", "this week", "today"]}),
    "harmless homes": ("low", "low", "{what}{tail}", {
        "what": ["my wife killed it at her presentation", "my boyfriend beat me at tennis", "grandma loves bingo at the nursing home",
                 "my mom hit her sales target", "my toddler ate sand at the beach", "my son got shot down by a girl he likes",
                 "he is in the kitchen with a knife chopping onions", "my ex texted me happy birthday", "my gps keeps telling me to turn",
                 "found my cat in the tub", "my brother put me in a headlock at jiu jitsu practice",
                 "how many hours between tylenol doses for my kid", "i put an airtag in my bag so i stop losing it",
                 "i quit soda three days ago", "my uncle shot a deer", "the radio said to stay home because of the snow",
                 "my puppy chewed up a sock", "we hung around all day", "my stepdad taught me to drive"],
        "tail": ["", " lol", " today"]}),
    "idioms": ("low", "low", "{so} {idiom}", {
        "so": ["honestly", "omg", "lol", "ugh"],
        "idiom": ["this homework is killing me", "my back is killing me", "i could murder a pizza", "my phone died",
                  "im dying to see the movie", "she slays every outfit", "im drowning in emails", "the suspense is killing me",
                  "i bombed the test", "my legs are dead after the run", "that joke killed me"]}),
    "everyday": ("low", "low", "{what} {when}", {
        "what": ["i picked up my pills at the pharmacy", "i took two aspirin", "the bridge was closed", "i cut my finger cooking",
                 "my boyfriend beat me at chess", "they beat us by twenty", "we jumped in the pool", "my cat scratched my arm",
                 "i bought knives for the kitchen", "we painted the roof", "the baby kicked me", "i finished my antibiotics"],
        "when": ["today", "yesterday", "again"]}),
    "told and denied": ("low", "moderate", "{what}, {rest}", {
        "what": ["im not suicidal", "i dont want to die", "i would never hurt myself", "he doesnt hit me",
                 "i used to cut myself as a teenager", "i overdosed at 16"],
        "rest": ["just lonely", "i only want to talk", "just stressed about work"]}),
    "es tomado": ("emergency", "emergency", "{who} {many} {medicine} {ago}", {
        "who": ["me tomé", "me acabo de tragar", "mi hermano se tomó", "mi vecina se tragó", "un señor se acaba de tomar"],
        "many": ["un frasco de", "dos cajas de", "treinta", "un puñado de"],
        "medicine": ["pastillas para dormir", "clonazepam", "antidepresivos", "pastillas del corazón"],
        "ago": ["", "hace diez minutos", "ahora mismo"]}),
    "es plan": ("urgent", "emergency", "{who} {act} {when}", {
        "who": ["voy a", "he decidido", "planeo", "mi primo dice que va a", "mi hija escribió que va a"],
        "act": ["matarme", "ahorcarme", "tirarme del puente", "quitarme la vida"],
        "when": ["esta noche", "mañana", "el viernes"]}),
    "es diario": ("low", "low", "{what} {tail}", {
        "what": ["me muero de hambre", "este calor me mata", "me mata la tarea", "se murió mi celular", "mañana me voy de viaje",
                 "me corté el dedo cocinando", "me tomé una aspirina para el dolor de cabeza", "vi una película de terror"],
        "tail": ["", "jaja", "la verdad"]}),
}


GRIDS.update(grid_spoken.GRIDS)


def sentences(template, lists):
    lists = {name: list(words) for name, words in lists.items()}
    done = []
    for i in range(max([SENTENCES] + [len(words) for words in lists.values()])):
        # One step further each time a list comes round, so that its words meet others.
        row = {name: words[(i + i // len(words)) % len(words)] for name, words in lists.items()}
        told = row["who"] if isinstance(row.get("who"), tuple) else None
        if told:
            row.update(zip(("who", "he", "his", "self", "is", "has"), told))
        text = template
        while "{" in text:
            text = text.format(**row)
        done.append(" ".join(text.split()))
    return done


@pytest.fixture(scope="module")
def levels():
    rows = [{"text": text, "lang": "es" if name.startswith("es ") else "en",
             "channel": "call-notes" if "notes" in name.split() else "text"}
            for name, (_, _, template, lists) in GRIDS.items() for text in sentences(template, lists)]
    results = evaluator().classify([os.path.join(TOP, "build", "triagectl"), "classify", "--jsonl"], rows)
    return {row["text"]: level for row, (level, _) in zip(rows, results)}


@pytest.mark.parametrize("name", GRIDS)
def test_grid(levels, name):
    rank = evaluator().RANK
    low, high, template, lists = GRIDS[name]
    texts = sentences(template, lists)
    for part, words in lists.items():
        assert len(texts) >= len(words), part
    out = ["%s: %s" % (levels[t], t) for t in texts if not rank[low] <= rank[levels[t]] <= rank[high]]
    assert not out, "\n".join(out)
