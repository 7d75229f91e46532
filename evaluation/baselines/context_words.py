"""Keywords with negative context: a hit near harmless words is set aside, as Presidio's context idea has it.

Presidio lifts a score where words of a list stand near a hit; here words of a list lower it. The lists were
written from the rubric, before any figure was seen, and are not tuned.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from domain.hit import KeywordHit
from evaluation.outcome import Outcome
from pipeline.policy import CategoryPolicy

REACH = 10
"""Words on each side of a hit that are looked at."""
HARMLESS = frozenset(
    """
    homework lesson essay chapter novel poem play scene act author character quote revision coursework exam
    teacher class history century war king queen recipe oven bowl butter sugar flour cook baking dinner
    match goal striker team league score referee game level boss spawn player server loot
    process thread code function python script program error compile
    film movie series episode song lyrics album band book
    leaflet helpline charity campaign awareness prevention news report article museum
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)
FIRST_PERSON = frozenset("i im ive id ill me my myself mine we us our".split())  # noqa: SIM905
RISK = frozenset(
    """
    hurt hurting scared afraid alone secret nobody hate die dead kill tonight goodbye sorry please help
    meet pics send threatened followed hit hits bruise bruises knife hide hiding
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class ContextWords:
    """Grades, unless harmless words stand near a hit and no first-person or risk words do."""

    name = "keywords + context words"

    def scores(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64]:
        """The highest grade among the hits that are left."""
        return np.array([float(max((hit.grade for hit in _left(o)), default=0)) for o in outcomes])

    def raised(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.bool_]:
        """Rows that keywords raise and where any hit from the default review level on is left."""
        review = CategoryPolicy().review
        left = [any(hit.grade >= review for hit in _left(o)) for o in outcomes]
        return np.array([o.keyword_raised and any_left for o, any_left in zip(outcomes, left, strict=True)], dtype=bool)


def is_harmless(text: str, hit: KeywordHit) -> bool:
    """Whether a hit is set aside by the words around it.

    First-person words count inside the hit as well ("kill myself"); risk words do not, since the hit is one.
    """
    words = [(_plain(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]
    inside = [word for word, start, end in words if start < hit.end and hit.start < end]
    before = [word for word, _, end in words if end <= hit.start][-REACH:]
    after = [word for word, start, _ in words if start >= hit.end][:REACH]
    near = {*before, *after}
    return bool(near & HARMLESS) and not near & RISK and not {*near, *inside} & FIRST_PERSON


def _left(outcome: Outcome) -> list[KeywordHit]:
    hits = [finding.hit for finding in outcome.findings if not finding.hit.cue]
    return [hit for hit in hits if not is_harmless(outcome.row.text, hit)]


def _plain(word: str) -> str:
    return word.casefold().replace("'", "").replace("’", "")
