"""Abuse told in plain words has a phrase, and what only looks like it has none.

The lexicon held hints of abuse in thousands of phrases and yet had none for "he raped me". A disclosure without a
phrase rests on a cue or is not read at all.
"""

from pathlib import Path

import pytest

from domain.page import Page
from domain.severity import GENUINE
from keyword_stage.lexicon import read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.matcher import Matcher

OWN = Path(__file__).parents[1] / "keyword_stage" / "lexicons" / "en" / "abuse.csv"

EXPLICIT = """
he raped me
He r*ped me.
i was raped last year and never told anyone
I think I was raped but I am not sure it counts
my ex raped me and now hes in my maths set
someone i trusted raped me
my friend told me she got raped
i was sexually assaulted on saturday
my cousin molested me
he forced himself on me
i was touched inappropriately by a teacher
my uncle keeps touching me
a boy in year 11 assaulted me in the toilets
my dad hits me
my stepdad strangled my mum
my ex leaked my nudes
i am being blackmailed over a picture
my parents are making me get married
i had fgm as a baby
i was groomed on a game when i was 12
"""

STATEMENTS = """
got assulted sexualy on the bus
he touched me and i said no
I said no and he did it anyway
he kissed me and i didnt want him to
i got r worded
i was SA'd by my ex
my mate says her brother does stuff to her at night
a pupil in my tutor group has disclosed that she was raped
how do i report a rape if im 15
was it rape if i didnt fight back
he flashed me on the field
they took a pic up my skirt
he wont delete the pics i sent him
ive paid them twice n they still want more
my face has been put on someone elses body
its not even me in the pic its ai but everyone thinks it is
mum hasnt been home for three days
we havent got any food till friday
she told me her dad comes into her room at night
i stand between them so he doesnt hit her
they are taking me to pakistan to get married
i think my friend is going to be married off this summer
my aunty says its time for me to be cut
they say i have ruined the family honour
they used my bank account and now i owe them
theyve sent me to some flat in clacton and i cant leave
he takes me to hotels
she gets picked up outside school in a different car every time
he says my mates are jealous of us
he keeps making new accounts to message me
a teacher is in a relationship with a girl in year 12
no one has seen her since friday
im being followed right now
a man tried to get my sister into his car
"""

HARMLESS = """
fields of oilseed rape flower in May
The Rape of the Lock is a mock epic by Alexander Pope
my mum hit me up on whatsapp to say dinner is ready
my dad beat me at chess again
my dad does not hit me
the smell of the bins assaulted me
he kissed me goodnight and turned the light off
my dad took us to a hotel on holiday
the cat is grooming me again
she passed me the ball and i scored
my mum makes me tidy my room
my brother followed me on instagram
can you send me the pics from the trip
i was locked out of my account again
mum went out to the shops and came back
cut the paper along the line
i have two phones on my desk for testing
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.fixture(scope="module")
def own() -> Matcher:
    return Matcher(read_lexicon([OWN]))


@pytest.mark.parametrize("text", lines(EXPLICIT))
def test_an_unmistakable_statement_is_explicit_so_that_no_model_dismisses_it(matcher: Matcher, text: str) -> None:
    assert any(hit.explicit for hit in matcher.find(Page.from_text(text)))


@pytest.mark.parametrize("text", lines(STATEMENTS))
def test_a_plain_statement_has_a_phrase_of_a_concern(matcher: Matcher, text: str) -> None:
    assert any(hit.grade >= GENUINE and not hit.cue for hit in matcher.find(Page.from_text(text)))


@pytest.mark.parametrize("text", lines(HARMLESS))
def test_what_only_looks_like_it_has_none_of_these_phrases(own: Matcher, text: str) -> None:
    assert own.find(Page.from_text(text)) == ()


def test_none_that_is_often_innocent_stands_in_front_of_an_explicit_one() -> None:
    families = (phrase for phrase in read_lexicon([OWN]).phrases if phrase.ambiguous and phrase.spelling.gaps)
    assert not [phrase.id for phrase in families if phrase.grade > GENUINE]


def test_a_lead_may_lint_the_file_by_itself() -> None:
    assert lint_lexicon(read_lexicon([OWN])) == []
