"""Of very many findings few are told, and the verdict is that of all."""

import io
import sys
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.capture import Capture
from domain.errors import Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.verdict import Action, Finding, Reason, Verdict
from image_hash.grouping import sighting_of
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.scorer import WindowScores
from ocr.engine import Owner, Reading
from pipeline.actions import worst
from pipeline.assessment import severity_of
from pipeline.first_look import FirstLook
from pipeline.kept import MOST_FINDINGS, Kept
from pipeline.kinds import kinds_of
from pipeline.pipeline import Options, Pipeline
from pipeline.rescore import rescore
from serving.compat_assessment import assess
from serving.grpc_api import MAX_MESSAGE_BYTES
from serving.grpc_messages import to_result
from serving.proto import scoring_pb2 as pb
from serving.schemas import MAX_BATCH
from tests.conftest import FixedScorer

ALL = Options(most_findings=sys.maxsize)
LADDERS = ((0.1, 0.0, 0.0, 0.0, 0.0), (0.9, 0.8, 0.55, 0.54, 0.2), (0.9, 0.9, 0.9, 0.1, 0.0), (1.0, 0.9, 0.7, 0.6, 0.5))
LIST = """phrase,grade,category,protected,id
kys,4,bullying,no,
kys,3,suicide,no,
kys,3,violence,no,
bring a knife,4,violence,no,
heroin,2,drugs,no,
want to die,4,suicide,no,
kite,5,pornography,yes,7
"""


class Reads:
    """Reads the same on every picture."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        return Reading(Page.from_text(self._text), (64, 64), 0, 0)

    def warm_up(self) -> None:
        """Has nothing to load."""

    def close(self) -> None:
        """Has nothing to end."""


class Wavering:
    """Answers each window otherwise, and at last not at all."""

    def __init__(self, answers: int) -> None:
        self._left = answers

    def rationale(self, window: ContextWindow, hits: object, words: object) -> None:
        return None

    def score(self, window: ContextWindow) -> WindowScores:
        self._left -= 1
        if self._left < 0:
            raise Unavailable("no answer")
        table = np.zeros((len(window.hits) + 1, 9, 5))
        for row, category in product(range(len(table)), range(9)):
            table[row, category] = LADDERS[(7 * self._left + 3 * row + category) % len(LADDERS)]
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    category = draw(st.sampled_from(("bullying", "suicide", "violence")))
    trusted = draw(st.booleans())
    ladder = draw(st.sampled_from(LADDERS))
    start = draw(st.integers(0, 50))
    phrase = draw(st.sampled_from("abcdef"))
    protected = draw(st.integers(0, 9)) == 0
    return Finding(
        KeywordHit(f"list:{phrase}" if protected else phrase, category, 3, start, start + 1, phrase, (), protected),
        severity_of(ladder) if trusted else 3,
        category,
        draw(st.sampled_from(tuple(Action))),
        ladder[2] if trusted else None,
        {category: ladder} if trusted else {},
        Reason.MODEL if trusted else Reason.DEGRADED,
        "",
    )


@given(st.lists(findings(), max_size=120), st.integers(1, 60))
def test_what_is_kept_stands_for_all(made: list[Finding], most: int) -> None:
    made = [replace(f, hit=replace(f.hit, matched=str(number))) for number, f in enumerate(made)]  # to know it by
    kept = Kept(most)
    kept.take(made)
    everything = sorted(made, key=lambda finding: finding.hit.start)
    places = {(finding.hit.start, finding.hit.matched): place for place, finding in enumerate(everything)}
    told = [places[finding.hit.start, finding.hit.matched] for finding in kept.findings]

    assert told == sorted(set(told)), "each once, in order of appearance"
    assert kept.taken == len(made)
    assert set(kept.kinds) == set(kinds_of(made))
    assert sum(kind.number for kind in kept.kinds) == len(made)
    assert heaviest(kept.findings) == heaviest(everything)
    assert worst([f.action for f in kept.findings]) == worst([f.action for f in made])
    assert weights(kept.findings) == weights(everything)
    items, items_told = items_of(made), items_of(kept.findings)
    assert len(items_told) >= min(len(items), most), "each item of a protected list, before any twice"
    assert items_told == items or len(items) > most
    assert len(kept._others) <= most, "no more is held than may be told"
    if len(made) <= most:
        assert len(told) == len(made)
    assert len(told) <= max(most, min(len(items), most) + 3 * 3 * (3 + 1))


def items_of(told: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(f.hit.phrase, f.hit.category) for f in told if f.hit.protected}


def heaviest(told: tuple[Finding, ...] | list[Finding]) -> tuple[int, str | None]:
    return max(((f.severity, f.assessed_category) for f in told), key=lambda weight: weight[0], default=(0, None))


def weights(told: tuple[Finding, ...] | list[Finding]) -> dict[tuple[str, Action, Reason], list[float]]:
    found: dict[tuple[str, Action, Reason], list[float]] = {}
    for f in told:
        ladder = f.probabilities.get(f.assessed_category, (0.0,) * 5)
        weight = (f.severity, ladder[2], ladder[3])
        kind = (f.assessed_category, f.action, f.reason)
        found[kind] = [max(pair) for pair in zip(found.get(kind, weight), weight, strict=True)]
    return found


def test_the_first_of_each_phrase_comes_before_repeats_and_the_most_severe_before_others() -> None:
    kept = Kept(4)
    for place, (phrase, severity) in enumerate([("a", 1), ("a", 5), ("a", 4), ("b", 2), ("b", 3), ("c", 0), ("d", 1)]):
        hit = KeywordHit(phrase, "violence", 3, place, place + 1, phrase)
        kept.take([Finding(hit, severity, "violence", Action.REVIEW, None, {}, Reason.DEGRADED, "")])
    assert [(f.hit.phrase, f.severity) for f in kept.findings] == [("a", 1), ("a", 5), ("b", 2), ("d", 1)]


def test_what_is_raised_is_told_before_what_is_dismissed_however_many_phrases_that_has() -> None:
    kept = Kept(6)
    for place, (phrase, action) in enumerate(
        [*((p, Action.DISMISS) for p in "abcdefgh"), *(("a", Action.REVIEW),) * 4]
    ):
        hit = KeywordHit(phrase, "violence", 3, place, place + 1, phrase)
        kept.take([Finding(hit, 1, "violence", action, None, {}, Reason.MODEL, "")])
    assert [f.hit.start for f in kept.findings] == [0, 1, 8, 9, 10, 11]


def test_the_most_severe_and_the_likeliest_concerns_are_three_findings_and_all_are_told() -> None:
    kept = Kept(1)
    ladders = {
        "severity": (0.9, 0.9, 0.5, 0.5, 0.5),
        "at least 3": (0.9, 0.9, 0.9, 0.1, 0.0),
        "at least 4": (0.9, 0.9, 0.6, 0.6, 0.1),
        "none": (0.9, 0.9, 0.5, 0.5, 0.1),
    }
    for place, (name, ladder) in enumerate(ladders.items()):
        hit = KeywordHit(name, "violence", 3, place, place + 1, name)
        given = {"violence": ladder}
        finding = Finding(hit, severity_of(ladder), "violence", Action.REVIEW, ladder[2], given, Reason.MODEL, "")
        kept.take([finding])
    assert [f.hit.phrase for f in kept.findings] == ["severity", "at least 3", "at least 4"]


def test_of_equals_the_first_on_the_page_stands_for_them_whenever_it_was_taken() -> None:
    kept = Kept(1)
    for category, place in (("bullying", 20), ("violence", 50), ("violence", 5)):
        hit = KeywordHit("a", category, 3, place, place + 1, "a")
        kept.take([Finding(hit, 3, category, Action.REVIEW, None, {}, Reason.LISTED, "")])
    assert [f.hit.start for f in kept.findings] == [5, 20]


def test_each_item_of_a_protected_list_is_told_before_any_twice_and_before_all_other_phrases() -> None:
    kept = Kept(4)
    given = [("iwf:1", 3), ("iwf:1", 3), ("a", 5), ("b", 5), ("iwf:2", 2), ("iwf:1", 3), ("c", 5), ("iwf:2", 2)]
    for place, (phrase, severity) in enumerate(given):
        hit = KeywordHit(phrase, "violence", 3, place, place + 1, "", protected=":" in phrase)
        kept.take([Finding(hit, severity, "violence", Action.REVIEW, None, {}, Reason.PROTECTED, "")])
    assert [(f.hit.phrase, f.hit.start) for f in kept.findings] == [("iwf:1", 0), ("a", 2), ("b", 3), ("iwf:2", 4)]
    repeats = Kept(3)
    for place, (phrase, severity) in enumerate([("iwf:1", 3), ("iwf:1", 3), ("a", 5), ("a", 5)]):
        hit = KeywordHit(phrase, "violence", 3, place, place + 1, "", protected=":" in phrase)
        repeats.take([Finding(hit, severity, "violence", Action.REVIEW, None, {}, Reason.PROTECTED, "")])
    assert [f.hit.start for f in repeats.findings] == [0, 1, 2]


@pytest.mark.parametrize("items", [1, 250])
def test_a_text_of_protected_wording_is_told_in_part_and_its_verdict_is_that_of_all(
    pipeline: Pipeline, tmp_path: Path, items: int
) -> None:
    words = [f"kite{first}{second}" for first in "abcdefghijklmnop" for second in "abcdefghijklmnop"][:items]
    rows = [f"{word},{5 if number == items - 1 else 4},pornography,yes,{number}" for number, word in enumerate(words)]
    (tmp_path / "iwf.csv").write_text("\n".join(["phrase,grade,category,protected,id", *rows]), encoding="utf-8")
    first_look = FirstLook(Layers(Matcher(read_lexicon([tmp_path / "iwf.csv"]))))
    looking = replace(pipeline, first_look=first_look, scorer=FixedScorer())
    capture = Capture("a", text="we fly " + ", ".join(words * 2 + words[:1] * 500))
    told, everything = looking.score(capture), looking.score(capture, ALL)
    assert len(everything.findings) == 2 * items + 500
    assert len(told.findings) == MOST_FINDINGS
    assert told.more_findings == len(everything.findings) - MOST_FINDINGS
    assert (told.severity, told.action, told.category) == (5, Action.ALERT, "pornography")
    assert len({f.hit.phrase for f in told.findings}) == min(items, MOST_FINDINGS)
    assert all(f in everything.findings for f in told.findings)
    assert {(f.reason, f.action) for f in told.findings} == {(Reason.PROTECTED, Action.ALERT)}
    assert sighting_of(told).whole is False
    assert to_result("a", told).ByteSize() < 200_000


def test_wording_that_is_not_told_is_blotted_out_all_the_same(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "iwf.csv").write_text(LIST, encoding="utf-8")
    first_look = FirstLook(Layers(Matcher(read_lexicon([tmp_path / "iwf.csv"]))))
    read = "we fly a kite, " * 150
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(picture, "PNG")
    looking = replace(pipeline, first_look=first_look, scorer=Wavering(sys.maxsize), ocr=Reads(read))
    verdict = looking.score(Capture("a", image=picture.getvalue()))
    assert verdict.more_findings == 50
    assert verdict.text == read.replace("kite", "████")


@pytest.mark.parametrize("answers", [0, 20, sys.maxsize])
def test_the_verdict_on_a_text_of_thousands_of_hits_is_that_of_all(
    pipeline: Pipeline, tmp_path: Path, answers: int
) -> None:
    (tmp_path / "iwf.csv").write_text(LIST, encoding="utf-8")
    looking = replace(pipeline, first_look=FirstLook(Layers(Matcher(read_lexicon([tmp_path / "iwf.csv"])))))
    capture = Capture("a", text="kys " * 700 + "fly a kite and bring a knife " + "heroin i want to die kys " * 700)

    def score(options: Options) -> Verdict:
        return replace(looking, scorer=Wavering(answers)).score(capture, options)

    told, everything = score(Options()), score(ALL)
    assert len(everything.findings) > 5000
    assert everything.more_findings == 0
    assert len(told.findings) == MOST_FINDINGS
    assert told.more_findings == len(everything.findings) - MOST_FINDINGS
    assert (sighting_of(told).whole, sighting_of(everything).whole) == (False, True)
    assert all(finding in everything.findings for finding in told.findings)
    assert (told.severity, told.category, told.action, told.degraded) == (
        everything.severity,
        everything.category,
        everything.action,
        everything.degraded,
    )
    assert set(told.kinds) == set(everything.kinds) == set(kinds_of(everything.findings))
    kinds = {(f.assessed_category, f.action, f.reason) for f in everything.findings}
    assert kinds == {(f.assessed_category, f.action, f.reason) for f in told.findings}
    assert {f.hit.phrase for f in everything.findings} == {f.hit.phrase for f in told.findings}
    assert [f.hit.phrase for f in told.findings if f.hit.protected] == ["iwf:7"]
    asked = replace(capture, text="")
    assert assess(told, asked, pipeline).weights == assess(everything, asked, pipeline).weights


def test_a_batch_of_texts_full_of_hits_fits_into_a_message(pipeline: Pipeline) -> None:
    capture = Capture("a" * 36, text="this is far too much kys " * 60)
    verdict = replace(pipeline, scorer=Wavering(sys.maxsize)).score(capture, Options(evidence=True))
    assert len(verdict.findings) == MOST_FINDINGS
    assert all(finding.probabilities for finding in verdict.findings)
    assert sum(len(finding.evidence) for finding in verdict.findings) > 4 * MOST_FINDINGS
    batch = pb.ScoreBatchResponse(verdicts=[to_result(capture.id, verdict)] * MAX_BATCH)
    assert batch.ByteSize() < MAX_MESSAGE_BYTES


def test_a_rescoring_counts_every_phrase(pipeline: Pipeline, tmp_path: Path) -> None:
    phrases = [f"secret{letter}{other}" for letter in "abcdefghijk" for other in "abcdefghijk"]
    (tmp_path / "many.csv").write_text(
        "\n".join(["phrase,grade,category", *(f"{p},3,violence" for p in phrases)]), "utf-8"
    )
    first_look = FirstLook(Layers(Matcher(read_lexicon([tmp_path / "many.csv"]))))
    looking = replace(pipeline, first_look=first_look, scorer=FixedScorer())
    capture = Capture("a", text=" ".join(phrases))
    assert looking.score(capture).more_findings == len(phrases) - MOST_FINDINGS
    action = worst([finding.action for finding in looking.score(capture, ALL).findings]).value
    assert rescore("a", capture, looking, looking)["phrases"] == [
        [phrase, action, action] for phrase in sorted(phrases)
    ]
