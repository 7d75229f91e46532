"""Cruelty, violence, hate and extremism told in plain words have a phrase, and what only looks like it has none.

The lexicon held names, codes and hints in thousands of phrases and yet had none for "they cut my cheek" or "we have
to save our women from them". A disclosure without a phrase rests on a cue or is not read at all.
"""

from dataclasses import replace

import pytest

from domain.page import Page
from domain.severity import GENUINE
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher

NOTE = "told plainly: "
"""What the note of each phrase of these begins with."""

EXPLICIT = """
he tried to strangle me in the park
she strangles me when she is angry
he threatened to stab my brother
theyll hurt me if i tell anyone
im going to stab him after school
i carry a knife to school
ive got a blade in my sock on me
he put a knife to my throat
i got stabbed in the leg
i got beaten up at school by some boys
im gonna shoot up my school
i want to kill everyone in my class
i keep thinking about stabbing people
i'm being bullied and nobody helps
someone is blackmailing me
they hit me every day in the corridor
they tell me to go and die
they call me the n word
i get racist abuse all the time
i am planning an attack
i want to join isis
i want to be a martyr
i have made a bomb
"""

STATEMENTS = """
theres an instagram page just for pictures of me eating
they all got up when i sat down at their table
they pulled her skirt down infront of everyone
evry1 h8s me at skl
my brother came home with his blazer ripped
i told my head of year and nothing has changed
they say disgusting things about my mum
the lads in my form drew all over my planner
the girls from netball have stopped inviting me
a boy in my set puts drawing pins on my chair
i was mocked by my classmates in assembly
my form tutor says she is treated like dirt
they hide my clothes when we have PE
my nose is broke cos of him
he lamped me one at break
got my heid kicked in by they boys
they cut my cheek on the bus
i pushed my teacher into the wall
im going to slash sirs tyres
ive got a list of people who are going to get it
your getting banged 2moz
monday will be a bloodbath
they set their dog on me
he is going to get whats coming to him
the teacher treats the black kids worse than us
she says im too autistic to hang out with
people with downs should be put down
if you aint white you aint english
they said i brought covid here
i was left out of the play because of my hijab
someone left ham in my sisters locker
they breed like rats
round up the migrants
they call the support unit the zoo
lesbians just need a real man
a bloke online says i should come to syria
the only way is to bring down the whole system
she bought a ticket to turkey and told nobody
my cousin salutes and says 88 all the time
they took us to a farm to train
we have to save our women from them
white people need to have more babies or we are finished
my mate is deep into that 764 stuff
he says democracy is haram
"""

HARMLESS = """
i stabbed him with the diamond sword and got his loot
got jumped by three creepers last night in minecraft
the zombies chased us with an axe in that level
my brother kicked my butt at fifa again
they battered us 6 nil at the weekend
the ball hit me in the face in PE
my mum is going to kill me if i fail this test
i have to give them my form by friday
the boss in that game keeps killing me
my dad threw the ball to me in the park
my mum is waiting for me outside school
we are having a fight in our play on friday, act two scene one
she pulled the curtains down for the summer
my friend invited everyone to her party and me too
the team trains in the woods at weekends for orienteering
our new neighbours are polish and they brought us cake
i am gay and my friends are lovely about it
my muslim friend wears a hijab with our school badge
he be wildin fr no cap
i am black and british and proud of both
my sister uses a wheelchair and plays basketball
the great fire burned down most of london
in history we learned how the nazis came to power
my brother joined the scouts and loves camp
the gypsy roma and traveller history month display is in the hall
we sat together at lunch and shared crisps
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.fixture(scope="module")
def own(lexicon: Lexicon) -> Matcher:
    phrases = tuple(phrase for phrase in lexicon.phrases if phrase.note.startswith(NOTE))
    return Matcher(replace(lexicon, phrases=phrases))


@pytest.mark.parametrize("text", lines(EXPLICIT))
def test_an_unmistakable_statement_is_explicit_so_that_no_model_dismisses_it(matcher: Matcher, text: str) -> None:
    assert any(hit.explicit for hit in matcher.find(Page.from_text(text)))


@pytest.mark.parametrize("text", lines(STATEMENTS))
def test_a_plain_statement_has_a_phrase(own: Matcher, text: str) -> None:
    assert own.find(Page.from_text(text)) != ()


@pytest.mark.parametrize("text", lines(HARMLESS))
def test_what_only_looks_like_it_has_none_of_these_phrases(own: Matcher, text: str) -> None:
    assert own.find(Page.from_text(text)) == ()


def test_none_that_is_often_innocent_stands_in_front_of_an_explicit_one(lexicon: Lexicon) -> None:
    families = [phrase for phrase in lexicon.phrases if phrase.note.startswith(NOTE) and phrase.ambiguous]
    assert len(families) > 400
    assert not [phrase.id for phrase in families if phrase.grade > GENUINE]
