import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from domain.hit import ContextWindow
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Finding, Reason
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher
from models.scorer import WindowScores
from pipeline.judge import Judge
from pipeline.policy import CategoryPolicy, ResolvedPolicy

PACKS = ("ar", "cy", "de", "es", "fr", "pa", "pl", "ro", "ur")

ENGLISH = """
Once upon a time the fat cat sat on the mat and ate a tin of tuna. The die was cast, so we had to see the pros and
cons: a gift for mum, a bad pain in my arm, and the last bus to Cardiff. My German exam is on Monday and I am so dead.

In history we read how Hitler came to power and why the Nazis burned books. Miss said that suicide rates rose in the
war. The film about Gandhi was long. Henri Matisse cut paper, Frida Kahlo painted her scars, and Ravi Shankar played.

Recipe: mix the pesto, tear the naan, add a pinch of sal, mar the crust with a fork and serve with pain au chocolat.
Sari, dal, harissa, pita, moules, tapas, taco, chorizo, kebab, pierogi, bratwurst, cawl and bara brith are on the menu.

def main(argv): if not argv: die("usage"); kill(pid); return sum(map(int, argv)) # to do: per la, mi, te, se, ma, sa
"""


def judge(matcher: Matcher, text: str, languages: tuple[str, ...] = ("en",)) -> list[Finding]:
    """Judged by a model that is certain that nothing is wrong."""
    page = Page.from_text(text)
    hits = matcher.find(page)
    table = np.zeros((len(hits), len(STANDARD_CATEGORIES), 5))
    scores = WindowScores(table.sum(axis=0), table, (True,) * len(hits), 0.0)
    window = ContextWindow(text, 0, hits)
    policy = ResolvedPolicy({}, CategoryPolicy(), frozenset())
    model = Judge(0.05, languages)
    known = model.knows(text, None)
    found = (model.judge(window, index, scores, page, policy, known) for index in range(len(hits)))
    return [finding for finding in found if finding]


@pytest.mark.parametrize(
    ("language", "text", "category", "grade"),
    [
        ("ar", "والله بدي اموت اليوم", "suicide", 4),
        ("ar", "والله انا اريد ان اموت", "suicide", 4),  # without the hamza of the list
        ("cy", "ond dwi isio marw heddiw", "suicide", 4),
        ("de", "ich will nicht mehr leben ehrlich", "suicide", 4),
        ("es", "mañana llevo el cuchillo al colegio", "violence", 5),
        ("fr", "frère jveux plus vivre", "suicide", 4),
        ("pa", "yaar papa mainu marda roz", "violence", 4),
        ("pl", "mam noz w plecaku serio", "violence", 5),  # without the diacritics of the list
        ("pl", "serio MAM NÓŻ W PLECAKU", "violence", 5),
        ("ro", "azi mi-e frica sa merg acasa iar", "violence", 4),
        ("ur", "yaar kisi ko mat batana please", "grooming", 3),
        ("ur", "یار کسی کو مت بتانا پلیز", "grooming", 3),
    ],
)
def test_each_language_fires_and_its_grade_stands_against_an_english_model(
    matcher: Matcher, language: str, text: str, category: str, grade: int
) -> None:
    (finding,) = judge(matcher, text)
    assert (finding.hit.language, finding.assessed_category) == (language, category)
    assert (finding.severity, finding.reason) == (grade, Reason.UNSUPPORTED_LANGUAGE)


def test_a_model_of_the_language_may_decide(matcher: Matcher) -> None:
    (finding,) = judge(matcher, "ond dwi isio marw heddiw", ("en", "cy"))
    assert (finding.severity, finding.reason) == (0, Reason.MODEL)


def test_english_hits_beside_another_language_are_the_model_s(matcher: Matcher) -> None:
    found = {finding.hit.language: finding.reason for finding in judge(matcher, "dwi isio marw, i want to die")}
    assert found == {"cy": Reason.UNSUPPORTED_LANGUAGE, "en": Reason.MODEL}


@pytest.mark.parametrize("from_ocr", [False, True])
def test_no_other_language_fires_in_english(matcher: Matcher, from_ocr: bool) -> None:
    for text in (ENGLISH, ENGLISH.upper(), Path("README.md").read_text(encoding="utf-8")):
        page = Page(text, (), from_ocr=from_ocr)
        assert [hit for hit in matcher.find(page) if hit.language != "en"] == []


def test_disguises_of_english_are_undone_as_without_the_packs(lexicon: Lexicon, matcher: Matcher) -> None:
    english = Matcher(Lexicon(tuple(p for p in lexicon.phrases if p.language == "en"), ""))
    page = Page("whyadult sitesare b 1ocked on scho0l wifi, k1ll y0u", (), from_ocr=True)
    assert matcher.find(page) == english.find(page) != ()


def test_every_pack_covers_all_categories_in_its_script(lexicon: Lexicon) -> None:
    packs = {language: [p for p in lexicon.phrases if p.language == language] for language in PACKS}
    assert {p.language for p in lexicon.phrases} == {"en", *PACKS}
    for phrases in packs.values():
        assert 130 <= len(phrases) <= 160
        assert {p.category for p in phrases} == set(STANDARD_CATEGORIES)
    script = Counter(any("ARABIC" in unicodedata.name(char, "") for char in p.id) for p in packs["ur"])
    assert min(script[True], script[False]) >= 60
