"""What everyday text says in the words of a plain statement is no explicit one, and the statement stays one.

No model dismisses an explicit statement. So each that everyday text says as well ("i could die my hair") asks a lead to
read it for ever, and each guard against that must let the child through who says nearly the same.
"""

import pytest

from domain.page import Page
from keyword_stage.matcher import Matcher

HARMLESS = """
the maths lobby was sweaty and he raped me on fifa 5-0
i got raped in that cod lobby they were all level 90
a seagull assaulted me for my chips
The bitter stench assaulted my nostrils as i opened the door
the loud music assaulted my ears
i stood with my hands in my joggers because it was freezing
i put my hands between my legs to keep warm at the match
i warmed my hands up my jumper
Barry Marshall exposed himself to a bacteria to prove ulcers are caused by it
Jekyll exposed himself to a dangerous potion and it changed my view of him
got my nude nails done for prom
she posted my nude lipstick look on insta
mum has my naked palette and wont give it back
mum took a pic of me in the changing room in the prom dress
my sister recorded me singing in the shower
mum is threatening to show baby pictures of me at my 18th
i got blackmailed into going on a run with dad
my dad beat me on fifa again
my nan battered me at scrabble
my dad beat me by two goals
dad slapped me on the back, my dad slapped me on the back when i scored
i beat my mum on the wii
i pushed my nan in her wheelchair round the garden centre
i put my hand on my neck to find my pulse in pe
juliet is going to be forced to marry paris
nobody should be forced to marry, it is illegal in the uk
Girls in some countries are forced into marriage before they are 18
they made me marry a villager in the sims
mum is making me sell raffle tickets for cubs
dad is making me sell my old toys at the car boot
nan forced me to sell my hotels in monopoly
he wants me to get with his mate at the party
he asked me to get with his friend lol
im being stalked by a pigeon
if someone asked me for nudes i would tell my mum
my brother keeps touching me with his smelly feet
i get kicked off the wifi at home
if i get bullied i will tell my form tutor
i get humiliated at chess by a six year old
my cat is blackmailing me for ham
my mum said i should die my hair red
they told me to die my hair
miss told me to die more dramatically in the scene
i got spiked by a cactus
i got spiked on the shin in the 200m
im going to blow myself up with tnt
i made bomb pancakes this morning
we made a bomb with mentos and coke
she hurt my feelings on purpose
i cut my hair short on purpose
i burnt my toast on purpose because i like it black
i burnt my hand but not on purpose
i hurt myself so bad at rugby
i got a cut in my leg from the barbed wire
i have a cut in my leg from netball
i need to cut myself some slack
i am going to burn myself out if i do four mocks a day
im trying but i need to cut myself off from youtube
i have been cutting myself some slack
i ate so many sweets i need painkillers
i overdosed on haribo
i overdosed on crisps at the sleepover
I think Eva Smith drank disinfectant because she had no hope
I think Romeo drank poison because he loved her
i think my dog swallowed a battery
mum hid my tablets in a yoghurt
i dont wanna live forever by taylor swift
i dont want to live far from my mates
i dont want to be alive in tudor times
i dont want to carry on living with my sister in the same room
i hope i dont wake up with a cold
i hope i dont wake up at 5 again
im going to end things tonight with him
i want to bungee jump off a bridge in new zealand
i want to jump off the battle bus at pleasant park
i think about dying my hair all the time
i hope when i die they play abba
i ate all my dinner and took my tablets
i've eaten all my breakfast and had my tablet
i took two tablets in one go and nearly gagged
i put salicylic acid on my face every night
hyaluronic acid on my face then moisturiser
wear goggles or you get acid in your eyes in chemistry
mum can you get me if i leave at 4
my aunt suffocated me with hugs, he suffocated me with lynx
i bring a craft knife to school for art
i got chased by a dog in the park
i got stabbed by a pencil
i keep thinking about hurting my knee again
i would never hurt everyone at school like that
"""

GENUINE = """
my dad beat me in the kitchen
my stepdad beats me at night
my dad beat me at home
my mum beats me in front of my sister
he beat my mum at home
he assaulted me and i can still smell him
my dad grabbed me by the throat because i lost the game
he grabbed me by the hair over a game
they strangled me with my tie
he tried to strangle me with a scarf
i got stabbed with a needle at a party
they will batter me if i dont do their homework
he said he will hurt me if i dont do his homework
i hope i dont wake up, ill be at peace
i hope i dont wake up. its late and i cant sleep
i dont want to live in this world anymore
my hands are cold. he put his hand up my jumper
he is emotionally blackmailing me
i cut my leg on purpose
my girlfriend battered me at the weekend
my ex slapped me on the bus
he made me put my hands down my trousers
i was assaulted by a boy in my year
i took all my tablets
i took all of my tablets this morning
i took all the tablets in the cupboard
i want to jump off a bridge
i hope i die
they are making me get married in pakistan
i am being forced to marry my cousin
i have been forced into marriage
he made me get with his friends
they are making me sell drugs
they make me sell for them
i get bullied every day
he kicks me in pe every lesson
they told me to die
i want to live but i dont want to be alive like this
my brother keeps touching me at night
she cut my arm on purpose
i burn myself on purpose
i need to hurt myself
i have been cutting myself
someone posted my nude on insta
they filmed me in the changing rooms
he threatened to send pics of me to my mum
i got mugged in the park walking my dog
they filmed me in the changing rooms putting my swim suit on
im being bullied. what if i get hurt
i get bullied at chess club
they told me to die slowly
i took a knife from the kitchen and i hid the knife in my bag into school
i took the kitchen knife to school
he threw acid in my face in chemistry
he tried to strangle me and then he hugs me
i keep thinking about hurting people and my feelings scare me
i hope i dont wake up the next morning
i overdosed on christmas day
i dont want to live like this anymore
i dont want to live with this pain
i dont want to live on
i want to jump off a bridge. been on roblox all day
they cut my hair on purpose
my dad hurt my sister on purpose
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(HARMLESS))
def test_everyday_text_makes_no_explicit_statement(matcher: Matcher, text: str) -> None:
    assert not any(hit.explicit for hit in matcher.find(Page.from_text(text)))


@pytest.mark.parametrize("text", lines(GENUINE))
def test_a_child_who_says_nearly_the_same_makes_one(matcher: Matcher, text: str) -> None:
    assert any(hit.explicit for hit in matcher.find(Page.from_text(text)))
