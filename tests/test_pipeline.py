from dataclasses import replace
from pathlib import Path

import pytest

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidRequest, InvalidText, TextTooLong, Unavailable
from domain.hit import ContextWindow
from domain.image_match import ImageMatch
from domain.verdict import Action, Reason
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.scorer import WindowScores
from pipeline.first_look import FirstLook
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import read_policy
from tests.conftest import FixedScorer


class BrokenScorer:
    def score(self, window: ContextWindow) -> WindowScores:
        raise Unavailable("no answer")


def test_text_without_a_hit_never_reaches_the_model(pipeline: Pipeline) -> None:
    verdict = replace(pipeline, scorer=BrokenScorer()).score(Capture("a", text="photosynthesis"))
    assert (verdict.severity, verdict.category, verdict.action, verdict.findings) == (0, None, Action.DISMISS, ())
    assert not verdict.degraded


def test_the_worst_case_is_plain_even_without_a_model(pipeline: Pipeline) -> None:
    verdict = replace(pipeline, scorer=BrokenScorer()).score(Capture("a", text="i want to die tonight"))
    assert verdict.degraded
    assert verdict.action is not Action.DISMISS
    assert {finding.reason for finding in verdict.findings} == {Reason.DEGRADED}
    assert all(finding.severity == finding.hit.grade for finding in verdict.findings)


def test_reading_all_without_a_model_is_degraded_and_loses_nothing(pipeline: Pipeline) -> None:
    broken = replace(pipeline, scorer=BrokenScorer())
    verdict = broken.score(Capture("a", text="i want to die"), Options(read_all=True))
    assert (verdict.degraded, verdict.reading) == (True, None)
    assert verdict.findings


@pytest.mark.parametrize(
    ("word", "harmless", "serious"),
    [
        ("kill", "Hero shot three goals, best striker in the league, their defence got killed",
         "i cant do this anymore i want to kill myself tonight please dont tell anyone"),
        ("suicid", "In Romeo and Juliet the theme of suicide shows how the feud destroys the young lovers",
         "ive been suicidal for weeks and nobody at home knows"),
        ("cut", "Crack the eggs into a bowl, cut the butter and whisk with a pinch of salt before cutting the pastry",
         "how do i tell someone that i cut myself"),
    ],
)  # fmt: skip
def test_the_same_word_is_judged_by_its_context(pipeline: Pipeline, word: str, harmless: str, serious: str) -> None:
    set_aside, raised = (pipeline.score(Capture("a", text=text)) for text in (harmless, serious))
    for verdict in (set_aside, raised):
        assert any(word in finding.hit.phrase for finding in verdict.findings)
    assert (set_aside.action, set_aside.severity <= 1) == (Action.DISMISS, True)
    assert (raised.action, raised.severity >= 4) == (Action.ALERT, True)


def test_an_answer_does_not_depend_on_what_was_asked_before(pipeline: Pipeline) -> None:
    one, other = Capture("a", text="he said he would stab me at the gate"), Capture("b", text="kill the monster " * 50)
    first = pipeline.score(one).findings
    pipeline.score(other)
    assert pipeline.score(one).findings == first


def test_no_model_takes_an_explicit_statement_out_of_the_queue(pipeline: Pipeline) -> None:
    calm = replace(pipeline, scorer=FixedScorer((0.1, 0.0, 0.0, 0.0, 0.0)))
    assert calm.score(Capture("a", text="i want to kill myself by the blue kite")).action is Action.REVIEW
    assert calm.score(Capture("b", text="we kill the monster by the blue kite")).action is Action.DISMISS


def test_of_what_is_equally_severe_the_category_is_that_of_what_is_done_most_about(pipeline: Pipeline) -> None:
    calm = replace(pipeline, scorer=FixedScorer((0.1, 0.0, 0.0, 0.0, 0.0)))
    verdict = calm.score(Capture("a", text="we kill the monster, and i want to kill myself by the blue kite"))
    told = [(finding.severity, finding.assessed_category, finding.action) for finding in verdict.findings]
    assert told[0] == (0, "violence", Action.DISMISS)
    assert (0, "suicide", Action.REVIEW) in told
    assert (verdict.severity, verdict.category, verdict.action) == (0, "suicide", Action.REVIEW)


class OnePicture:
    """Finds one known picture of severity 1 in every image."""

    digest = "0" * 64

    def find(self, *_: object) -> tuple[ImageMatch, ...]:
        return (ImageMatch("bank", "1", "pdq", 3, 100, 1, "radicalisation", (0, 0, 9, 9)),)


@pytest.mark.parametrize(
    ("rule", "severity", "action"),
    [
        ("", 1, Action.DISMISS),
        ("floor: 1", 1, Action.REVIEW),
        ("floor: 2, review: 3", 2, Action.REVIEW),
        ("floor: 4", 4, Action.ALERT),
    ],
)
def test_a_floor_lifts_a_known_picture_as_it_lifts_a_finding(
    pipeline: Pipeline, written: type, tmp_path: Path, rule: str, severity: int, action: Action
) -> None:
    (tmp_path / "policy.yaml").write_text(f"rules: [{{categories: {{radicalisation: {{{rule}}}}}}}]", "utf-8")
    ruled = replace(pipeline, pictures=OnePicture(), policy=read_policy(tmp_path / "policy.yaml"))
    verdict = ruled.score(Capture("a", image=written.png("a plain page")))
    assert (verdict.severity, verdict.category, verdict.action) == (severity, "radicalisation", action)
    assert [match.severity for match in verdict.image_matches] == [1]


def test_evidence_points_at_words_near_the_hit_and_never_at_protected_ones(pipeline: Pipeline, tmp_path: Path) -> None:
    text = "nobody would miss me, i want to kill myself tonight by the blue kite shop"
    verdict = pipeline.score(Capture("a", text=text), Options(evidence=True))
    shown = {text[e.start : e.end] for finding in verdict.findings for e in finding.evidence}
    assert shown & {"want", "kill", "myself", "die"}
    list_file = tmp_path / "iwf.csv"
    rows = "phrase,grade,category,protected,id\nkill myself,4,suicide,no,\nblue kite,5,violence,yes,7\n"
    list_file.write_text(rows, encoding="utf-8")
    guarded = replace(pipeline, first_look=FirstLook(Layers(Matcher(read_lexicon([list_file])))))
    verdict = guarded.score(Capture("a", text=text), Options(evidence=True))
    shown = {text[e.start : e.end] for finding in verdict.findings for e in finding.evidence}
    assert not shown & {"blue", "kite"}
    assert [f.hit.phrase for f in verdict.findings] == ["kill myself", "iwf:7"]


def test_protected_wording_is_masked_in_the_text_that_was_read(
    pipeline: Pipeline, written: type, tmp_path: Path
) -> None:
    list_file = tmp_path / "iwf.csv"
    list_file.write_text("phrase,grade,category,protected,id\nblue kite,5,violence,yes,7\n", encoding="utf-8")
    guarded = replace(pipeline, first_look=FirstLook(Layers(Matcher(read_lexicon([list_file])))))
    verdict = guarded.score(Capture("a", image=written.png("look at the blue kite over there")))
    assert verdict.text is not None
    assert "kite" not in verdict.text
    assert "█████████" in verdict.text
    assert (verdict.severity, verdict.action) == (5, Action.ALERT)
    assert len(verdict.findings[0].boxes) == 1


def test_read_all_reads_text_that_no_keyword_hit_and_changes_nothing_else(pipeline: Pipeline) -> None:
    capture = Capture("a", text="photosynthesis makes sugar")
    plain, read = pipeline.score(capture), pipeline.score(capture, Options(read_all=True))
    assert plain.reading is None
    assert read.reading is not None
    assert len(read.reading) == 9
    assert all(list(ladder) == sorted(ladder, reverse=True) for ladder in read.reading.values())
    assert (read.severity, read.action, read.findings) == (plain.severity, plain.action, plain.findings)
    assert pipeline.score(Capture("a", text=""), Options(read_all=True)).reading is not None


@pytest.mark.parametrize(
    ("capture", "error"),
    [
        (Capture("a"), InvalidRequest),
        (Capture("a", text="x", image=b"x"), InvalidRequest),
        (Capture("a", text="x" * (256 * 1024 + 1)), TextTooLong),
        (Capture("a", text="\ud800"), InvalidText),
    ],
)
def test_bad_captures(pipeline: Pipeline, capture: Capture, error: type[Exception]) -> None:
    with pytest.raises(error):
        pipeline.score(capture)


def test_the_longest_text_is_scored_in_full(pipeline: Pipeline) -> None:
    text = "x" * (256 * 1024 - 30) + " i want to die"
    verdict = pipeline.score(Capture("a", text=text, context=CaptureContext(channel="chat")))
    assert text[verdict.findings[-1].hit.start : verdict.findings[-1].hit.end].endswith("want to die")
