from dataclasses import replace

import pytest

from domain.hit import ContextWindow
from evaluation.pairs import PairEvidence, edited_words, opposite_pairs, pairs_to_lines, run_pairs
from evaluation.rows import LabelledRow
from models.scorer import WindowScores
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer
from tests.made_outcomes import ZERO


class WordScorer(FixedScorer):
    """Less sure for each of some words that is hidden; the first weighs most."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self._words = words

    def score(self, window: ContextWindow) -> WindowScores:
        scores = super().score(window)
        there = sum(0.3 / 2**place for place, word in enumerate(self._words) if word in window.text)
        scores.hits[:] = (0.3 + there, 0.3 + there, 0.2 + there, 0.0, 0.0)
        return scores


def row(identity: str, text: str, pair: str | None, suicide: int) -> LabelledRow:
    return LabelledRow(identity, text, ZERO | {"suicide": suicide}, pair=pair)


def words(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_edited_words_are_those_the_twin_does_not_have() -> None:
    text = "I want to die, don't tell Mum"
    assert words(text, edited_words(text, "i want to die laughing, don't tell mum")) == []
    assert words(text, edited_words(text, "I want to sing, don't tell Mum")) == ["die"]
    assert words(text, edited_words(text, "I want to die, do tell Mum")) == ["don't"]
    assert words(text, edited_words(text, "want to die")) == ["I", "don't", "tell", "Mum"]


def test_only_pairs_of_opposite_truth_count() -> None:
    rows = [row("b", "x", "1", 0), row("a", "y", "1", 4), row("c", "x", "2", 4), row("d", "y", "2", 3)]
    rows += [row("e", "x", "3", 4), row("f", "y", None, 0), row("g", "x", "4", 2), row("h", "x", "4", 4)]
    partly = replace(row("i", "x", "5", 0), labels={"suicide": 0})
    rows += [partly, row("j", "y", "5", 4)]
    assert [(genuine.id, benign.id) for genuine, benign in opposite_pairs(rows)] == [("a", "b")]


def test_evidence_is_held_against_the_edit(pipeline: Pipeline) -> None:
    genuine = row("a", "i want to die at the bridge tonight", "1", 4)
    benign = row("b", "i want to die at the disco tonight", "1", 0)
    seeing = replace(pipeline, scorer=WordScorer("tonight", "bridge"))
    blind = replace(pipeline, scorer=WordScorer("tonight", "want", "die", "bridge"))
    found, twin = run_pairs(seeing, [(genuine, benign)])
    assert words(genuine.text, found.shown) == ["tonight", "bridge"]
    assert words(genuine.text, found.edited) == ["bridge"]
    assert (found.genuine, found.words, found.found) == (True, 8, True)
    assert words(benign.text, twin.shown) == ["tonight"]
    assert words(benign.text, twin.edited) == ["disco"]
    assert (twin.genuine, twin.words, twin.found) == (False, 8, False)
    fourth, _ = run_pairs(blind, [(genuine, benign)])
    assert words(genuine.text, fourth.shown) == ["tonight", "want", "die"]
    assert not fourth.found
    unseen, _ = run_pairs(seeing, [(row("a", "photosynthesis", "2", 4), row("b", "sugar", "2", 0))])
    assert (unseen.hit, unseen.found) == (False, False)


def test_a_word_that_decides_in_the_benign_row_alone_is_found_there(pipeline: Pipeline) -> None:
    genuine, benign = row("a", "i want to die tonight", "1", 4), row("b", "i want to die laughing tonight", "1", 0)
    found, twin = run_pairs(replace(pipeline, scorer=WordScorer("laughing")), [(genuine, benign)])
    assert (found.edited, found.found) == ((), False)
    assert words(benign.text, twin.edited) == words(benign.text, twin.shown) == ["laughing"]
    assert twin.found


def test_both_halves_get_the_same_words_for_placeholders(pipeline: Pipeline) -> None:
    scorer = replace(pipeline, scorer=WordScorer("you"))
    for number in range(8):
        genuine = row(f"a{number}", "you {slur:race} go back, die", f"{number}", 4)
        benign = row(f"b{number}", "he wrote {slur:race} go back, die", f"{number}", 0)
        found, twin = run_pairs(scorer, [(genuine, benign)])
        assert (found.edited, twin.edited) == (((0, 3),), ((0, 2), (3, 8)))


def test_the_share_is_over_rows_that_can_be_found() -> None:
    rows = [
        PairEvidence("1", True, ((0, 3),), ((0, 3), (5, 6)), True, 6),
        PairEvidence("2", True, ((0, 3),), ((3, 6),), True, 30),
        PairEvidence("3", True, (), ((3, 6),), True, 30),
        PairEvidence("4", True, ((0, 3),), (), False, 30),
        PairEvidence("1", False, ((0, 3),), ((0, 3),), True, 3),
    ]
    first, genuine, benign = pairs_to_lines(rows)
    assert first == "pairs of opposite truth: 4"
    assert "genuine row: an edited word is among the first 3 of evidence: 50.0 %" in genuine
    assert "(n = 2), among 3 words drawn by chance: 30.0 %" in genuine
    assert "not hit by any keyword: 1; hit, but every word stands in its twin too: 1" in genuine
    assert "benign row: an edited word is among the first 3 of evidence: 100.0 %" in benign


def test_what_chance_would_find() -> None:
    def by_chance(edited: int, count: int) -> float:
        return PairEvidence("1", True, ((0, 1),) * edited, (), True, count).by_chance

    assert by_chance(1, 30) == pytest.approx(3 / 30)
    assert by_chance(2, 5) == pytest.approx(1 - (3 / 5) * (2 / 4) * (1 / 3))
    assert by_chance(1, 2) == 1
    assert by_chance(0, 5) == 0
