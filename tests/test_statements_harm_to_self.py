"""Plain statements of an overdose, of harm to oneself, of an eating disorder and of drugs have a phrase.

A cue is not a phrase: it is held to a higher bar, so that a plain disclosure must not hang on one.
"""

import pytest

from domain.hit import KeywordHit
from domain.page import Page
from domain.severity import GENUINE
from keyword_stage.matcher import Matcher

CATEGORIES = ("suicide", "self_harm", "drugs")
OVERDOSES = [
    "i took 30 paracetamol",
    "ive took 20 nurofen",
    "I've taken all my tablets",
    "i took lodes of parasetamol",
    "i have just swallowed a load of my nans heart tablets",
    "just took all of my pills",
    "ive taken an overdose what do i do",
    "i took too much of my medication to make it all go away",
    "iv took a overdose",
    "im gonna take all the pills in the house",
    "i swallowed every tablet i could find",
    "i took my mums sleeping tablets all of them",
    "if i take all these pills will i die",
    "im thinking of taking an overdose",
]
STATEMENTS = [
    *OVERDOSES,
    "i took the whole packet",
    "how many have i taken i dont even know",
    "she has eaten all her sleeping tablets pls help",
    "please help ive taken way too many and i cant be sick",
    "i had all my mums anxiety meds in one go",
    "last time i tried my dad found me",
    "soon it will all be over",
    "nobody needs me",
    "he's gone up to the roof and wont come down",
    "someone commented go hang urself",
    "i dnt wna b ere nemore",
    "ive thought about how i would do it",
    "i have said my goodbyes",
    "i was stood on the edge and a man pulled me back",
    "A student has told me she no longer wants to live.",
    "i cant keep food down because i force it up",
    "i chew my food and spit it out",
    "i feel guilty every time i eat",
    "my goal is 40kg by summer",
    "i only eat an apple a day",
    "i try to go the whole day without eating",
    "ive lost 8kg and i want to lose more",
    "i want to feel pain",
    "i wrap my arm in toilet roll so it doesnt come through my shirt",
    "my mum thinks its eczema but its not",
    "im trying not to cut tonight",
    "i sell to people in my year",
    "someone jabbed me with a needle in the club",
    "i drink to forget",
    "tried a bit of md at a festival",
    "i stole money from mum for drugs",
    "they are using my bedroom to bag it up",
    "i hit a pen and now everything is spinning",
    "He appeared to be intoxicated in lessons.",
]
OF_ONESELF = [
    *OVERDOSES,
    "i burned my arm on purpose",
    "i hurt myself when im stressed",
    "i self harm",
    "i have cut words into my leg",
    "i dont want to be alive anymore",
    "i hope i dont wake up",
    "im going to end it all",
    "i got spiked last night",
]
HARMLESS = [
    "i took two paracetamol for my headache",
    "i took 200mg of ibuprofen after football",
    "the trolley holds 30 tablets and a charger",
    "take all your antibiotics until the course is finished",
    "i took loads of photos on the trip",
    "how many exams have i taken so far",
    "i ate the whole packet of crisps",
    "i want to jump on the trampoline",
    "this is my second attempt at the driving test",
    "i chewed gum and spat it out",
    "coke zero is nicer than pepsi",
    "mum bought us drinks and popcorn at the cinema",
    "i spiked the volleyball",
    "i drink hot chocolate every night",
    "exams will be over soon",
]
NOT_SAID = [
    *HARMLESS,
    "i feel guilty when i eat meat",
    "i overdosed on chocolate at easter",
    "i dont want to live in london",
    "i hope i dont wake up late tomorrow",
    "we did balloons for the birthday party",
    "i took ten tablets to the it room",
    "i took every tablet back to the trolley",
    "i hit my head on purpose in the pantomime, it was a stunt hat",
    "i have never taken an overdose",
    "i never took all those pills",
    "i am not suicidal",
    "im going to end it there, thanks for watching",
]


def phrases(matcher: Matcher, text: str) -> list[KeywordHit]:
    return [hit for hit in matcher.find(Page.from_text(text)) if not hit.cue]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_plain_statement_has_a_phrase(matcher: Matcher, text: str) -> None:
    assert any(hit.category in CATEGORIES for hit in phrases(matcher, text))


@pytest.mark.parametrize("text", OF_ONESELF)
def test_what_the_child_says_of_itself_is_never_dismissed(matcher: Matcher, text: str) -> None:
    assert any(hit.explicit and hit.category in CATEGORIES for hit in phrases(matcher, text))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_alike_has_no_weighty_phrase(matcher: Matcher, text: str) -> None:
    assert not [hit for hit in phrases(matcher, text) if hit.grade >= GENUINE and hit.category in CATEGORIES]


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_only_sounds_alike_is_no_statement(matcher: Matcher, text: str) -> None:
    assert not [hit for hit in phrases(matcher, text) if hit.explicit]
