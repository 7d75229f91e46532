"""A phrase that asks for, offers or threatens with sexual pictures keeps its grade, whatever the model says.

No row of that kind is written, so that no model has learnt of it. Here invented words stand for such phrases, and the
shipped ones are taken out of the lexicon.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc.aio
import numpy as np
import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidLexicon
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Reason
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.outside import FORMATS, export_list, import_list
from keyword_stage.overlay import read_overlays
from models.scorer import WindowScores
from pipeline.judge import Judge
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import CategoryPolicy, Policy, ResolvedPolicy
from pipeline.policy_file import PolicyFile
from serving.grpc_api import GrpcServer
from serving.http_api import make_app
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService

HEADER = "phrase,grade,category,ambiguous,solicitation,cue\n"
SHIPPED = [phrase for phrase in read_lexicon().phrases if phrase.solicitation]
JUDGE = Judge(threshold=0.05, languages=("en",))
Ladder = tuple[float, float, float, float, float]
BENIGN: Ladder = (0.2, 0.1, 0.01, 0.0, 0.0)
GRAVE: Ladder = (0.9, 0.9, 0.9, 0.7, 0.1)


def read(folder: Path, rows: str) -> Lexicon:
    file = folder / "list.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return read_lexicon([file])


# the lexicon


def test_the_mark_is_read_and_part_of_the_digest(tmp_path: Path) -> None:
    rows = "zorp blick,3,grooming,yes,{},\nglim,3,grooming,yes,,\n"
    marked, plain, other = (read(tmp_path, rows.format(mark)) for mark in ("yes", "no", ""))
    assert [phrase.id for phrase in marked.phrases if phrase.solicitation] == ["zorp blick"]
    assert not any(phrase.solicitation for phrase in plain.phrases)
    assert marked.digest != plain.digest == other.digest  # it changes what is dismissed


@pytest.mark.parametrize(
    ("row", "fault"),
    [("zorp,3,grooming,yes,maybe,", "solicitation must be yes or no"), ("zorp,1,grooming,yes,yes,yes", "no solicitat")],
)
def test_a_bad_mark_is_refused_by_line(tmp_path: Path, row: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon, match=f"list.csv:2: .*{fault}"):
        read(tmp_path, f"{row}\n")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("zorp,2,grooming,yes,yes,\n", "list.csv:2: 'zorp' is marked as a solicitation but has grade 2"),
        ("zorp,2,grooming,yes,,\n", None),
        ("zorp,3,grooming,yes,yes,\n", None),
        ("a {0-2} b,3,drugs,yes,,\na the b,3,drugs,yes,yes,\n", None),  # it shows beside what no mark has
        ("a {0-2} b,3,drugs,yes,yes,\na the b,3,drugs,yes,yes,\n", "list.csv:3: 'a the b' can never show"),
    ],
)
def test_lint(tmp_path: Path, rows: str, fault: str | None) -> None:
    faults = lint_lexicon(read(tmp_path, rows))
    assert [found[: len(fault or "")] for found in faults] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("longer", "grade", "shown"),
    [
        ("", 3, ["old zorp blick", "zorp blick"]),
        ("", 4, ["old zorp blick", "zorp blick"]),
        ("yes", 3, ["old zorp blick"]),
    ],
)
def test_no_longer_phrase_without_the_mark_explains_it(
    tmp_path: Path, longer: str, grade: int, shown: list[str]
) -> None:
    rows = f"zorp blick,3,grooming,yes,yes,\nold zorp blick,{grade},grooming,yes,{longer},\n"
    hits = Matcher(read(tmp_path, rows)).find(Page.from_text("an old zorp blick there"))
    assert [hit.phrase for hit in hits] == shown
    assert {hit.solicitation for hit in hits if hit.phrase == "zorp blick"} <= {True}


def test_an_overlay_may_mute_and_regrade_it_and_it_stays_in_the_queue(tmp_path: Path) -> None:
    lexicon = read(tmp_path, "zorp blick,3,grooming,yes,yes,\n")
    for school, change in (("oak", "regrade,zorp blick,1"), ("elm", "mute,zorp blick,")):
        (tmp_path / "overlays" / "schools").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"overlays/schools/{school}.csv").write_text(f"change,phrase,grade\n{change}\n", encoding="utf-8")
    layers = Layers(Matcher(lexicon), read_overlays(tmp_path / "overlays", lexicon))
    page = Page.from_text("a zorp blick there")
    (hit,) = layers.find(page, layers.of(None, "oak", None))
    assert (hit.grade, hit.solicitation) == (1, True)
    assert outcome(judge(hit, grooming=BENIGN)) == (1, "grooming", Action.REVIEW, Reason.SOLICITATION)
    assert layers.find(page, layers.of(None, "elm", None)) == ()  # as an explicit statement: decision 4


@pytest.mark.parametrize("form", FORMATS)
def test_lists_keep_the_mark_where_they_have_room_for_it(tmp_path: Path, form: str) -> None:
    phrases = read(tmp_path, "zorp blick,3,grooming,no,yes,\nglim,2,grooming,no,,\n").phrases
    again = import_list(export_list(phrases, form), form, STANDARD_CATEGORIES)
    assert again.faults == ()
    assert [phrase.solicitation for phrase in again.phrases] == [form != "senso", False]
    (tmp_path / "own.csv").write_text(export_list(again.phrases, "csv"), encoding="utf-8")
    assert [p.solicitation for p in read_lexicon([tmp_path / "own.csv"]).phrases] == [form != "senso", False]


# the judge


def made_hit(grade: int = 3, **other: str | bool) -> KeywordHit:
    values = {"category": "grooming", "solicitation": True, **other}
    return KeywordHit("zorp blick", grade=grade, start=2, end=12, matched="zorp blick", **values)  # type: ignore[arg-type]


def judge(hit: KeywordHit, rules: ResolvedPolicy | None = None, **ladders: Ladder) -> Finding | None:
    table = np.zeros((1, 9, 5))
    for category, ladder in ladders.items():
        table[0, STANDARD_CATEGORIES.index(category)] = ladder
    text = "a zorp blick there, says the worksheet"
    answer = WindowScores(table[0], table, (True,), 0.0) if ladders else None
    return JUDGE.judge(ContextWindow(text, 0, (hit,)), 0, answer, Page.from_text(text), rules or policy())


def policy(excluded: frozenset[str] = frozenset(), **categories: CategoryPolicy) -> ResolvedPolicy:
    return ResolvedPolicy(categories, CategoryPolicy(), excluded)


def outcome(finding: Finding | None) -> tuple[int, str, Action, Reason]:
    assert finding is not None
    return finding.severity, finding.assessed_category, finding.action, finding.reason


@pytest.mark.parametrize(("grade", "action"), [(3, Action.REVIEW), (4, Action.ALERT), (5, Action.ALERT)])
def test_its_grade_stands_where_the_model_says_no_more(grade: int, action: Action) -> None:
    kept = (grade, "grooming", action, Reason.SOLICITATION)
    assert outcome(judge(made_hit(grade), grooming=BENIGN)) == kept
    assert outcome(judge(made_hit(grade), grooming=BENIGN, drugs=(0.9, 0.8, 0.3, 0.0, 0.0))) == kept
    assert outcome(judge(made_hit(grade, solicitation=False), grooming=BENIGN))[2:] == (Action.DISMISS, Reason.MODEL)


def test_the_model_may_say_more() -> None:
    assert outcome(judge(made_hit(3), grooming=GRAVE)) == (4, "grooming", Action.ALERT, Reason.MODEL)
    assert outcome(judge(made_hit(3), suicide=GRAVE)) == (4, "suicide", Action.ALERT, Reason.MODEL)
    assert outcome(judge(made_hit(4), grooming=GRAVE)) == (4, "grooming", Action.ALERT, Reason.SOLICITATION)


def test_what_its_grade_asks_for_is_done_where_the_model_says_more_but_is_less_sure() -> None:
    ladder = (0.9, 0.9, 0.7, 0.6, 0.55)
    rules = policy(grooming=CategoryPolicy(True, -2, 2, 4))  # cut 0.8
    assert outcome(judge(made_hit(4), rules, grooming=ladder)) == (5, "grooming", Action.ALERT, Reason.MODEL)
    assert outcome(judge(made_hit(3), rules, grooming=ladder)) == (5, "grooming", Action.REVIEW, Reason.MODEL)


@pytest.mark.parametrize("sensitivity", range(-2, 3))
@pytest.mark.parametrize("review", range(1, 6))
@pytest.mark.parametrize("ladder", [BENIGN, (0.0,) * 5, (0.6, 0.6, 0.55, 0.5, 0.0), (0.8, 0.6, 0.4, 0.3, 0.0), GRAVE])
def test_no_policy_of_levels_dismisses_it_or_asks_for_less_than_without_the_mark(
    sensitivity: int, review: int, ladder: Ladder
) -> None:
    rules = policy(**{name: CategoryPolicy(True, sensitivity, review, 5) for name in STANDARD_CATEGORIES})
    rank = [Action.DISMISS, Action.REVIEW, Action.ALERT].index
    for category in ("grooming", "violence"):
        marked, plain = (judge(made_hit(3, solicitation=mark), rules, **{category: ladder}) for mark in (True, False))
        assert outcome(marked)[0] >= 3
        assert rank(outcome(marked)[2]) >= max(1, rank(outcome(plain)[2]))


def test_the_alert_that_the_model_asks_for_in_another_category_is_kept() -> None:
    rules = policy(violence=CategoryPolicy(True, 2, 2, 4))  # cut 0.2
    finding = judge(made_hit(3), rules, violence=(0.6, 0.5, 0.4, 0.3, 0.0))
    assert outcome(finding) == (3, "grooming", Action.ALERT, Reason.SOLICITATION)


def test_policies_reach_it_as_they_do_an_explicit_statement() -> None:
    excluded = judge(made_hit(), policy(frozenset({"grooming"})), grooming=BENIGN)
    assert outcome(excluded) == (0, "grooming", Action.DISMISS, Reason.EXCLUDED)
    assert judge(made_hit(), policy(grooming=CategoryPolicy(on=False)), grooming=BENIGN) is None
    floor = policy(grooming=CategoryPolicy(floor=4))
    assert outcome(judge(made_hit(), floor, grooming=BENIGN)) == (4, "grooming", Action.ALERT, Reason.POLICY_FLOOR)
    off = policy(grooming=CategoryPolicy(on=False))
    assert outcome(judge(made_hit(), off, violence=GRAVE)) == (4, "violence", Action.ALERT, Reason.MODEL)
    low = (0.9, 0.6, 0.3, 0.0, 0.0)
    assert outcome(judge(made_hit(), off, violence=low)) == (2, "violence", Action.REVIEW, Reason.MODEL)


@pytest.mark.parametrize(
    ("reason", "hit", "ladders"),
    [
        (Reason.DEGRADED, made_hit(), {}),
        (Reason.PROTECTED, made_hit(protected=True), {"grooming": BENIGN}),
        (Reason.UNSUPPORTED_LANGUAGE, made_hit(language="pl"), {"grooming": BENIGN}),
        (Reason.NO_MODEL_HEAD, made_hit(category="vaping"), {"grooming": BENIGN}),
    ],
)
def test_where_the_model_may_not_decide_that_is_the_reason(
    reason: Reason, hit: KeywordHit, ladders: dict[str, Ladder]
) -> None:
    assert outcome(judge(hit, **ladders))[2:] == (Action.REVIEW, reason)


def test_there_is_no_doubt_about_it() -> None:
    finding = judge(made_hit(3, solicitation=False), grooming=(0.3, 0.2, 0.05, 0.0, 0.0))
    marked = judge(made_hit(3), grooming=(0.3, 0.2, 0.05, 0.0, 0.0))
    assert finding
    assert marked
    assert JUDGE.doubts(finding, policy())
    assert not JUDGE.doubts(marked, policy())
    assert not JUDGE.doubts(replace(finding, hit=marked.hit), policy())


# the shipped phrases, with the real model


def wording(phrase: Phrase) -> str:
    """One text that the phrase takes: of each part its first form, and no word in its gaps but those it needs."""
    words = [min(part).strip() for part in phrase.spelling.parts]
    gaps = [" x" * low for low, _ in phrase.spelling.gaps]
    return "".join(f"{gap} {word}" for gap, word in zip(["", *gaps], words, strict=True)).strip()


def lesson(phrase: Phrase) -> str:
    return (
        f'This week\'s online safety worksheet asks: what would you do if somebody wrote "{wording(phrase)}" to you? '
        "Write three sentences and hand it in on Friday."
    )


def test_the_lexicon_marks_few_phrases_and_none_that_is_common() -> None:
    assert {phrase.category for phrase in SHIPPED} <= {"grooming", "pornography", "bullying"}
    assert 0 < len(SHIPPED) < 30
    assert all(phrase.grade >= GENUINE and phrase.language == "en" for phrase in SHIPPED)


@pytest.mark.parametrize("phrase", SHIPPED, ids=[phrase.id for phrase in SHIPPED])
def test_a_harmless_sentence_around_it_does_not_set_it_aside(pipeline: Pipeline, phrase: Phrase) -> None:
    def found(**rules: int) -> Finding:
        file = PolicyFile.model_validate({"rules": [{"categories": {"all": rules}}]})
        verdict = replace(pipeline, policy=Policy(file)).score(Capture("a", text=lesson(phrase)))
        assert verdict.action is not Action.DISMISS
        return next(finding for finding in verdict.findings if finding.hit.phrase == phrase.id)

    kept = found()
    assert (kept.severity, kept.assessed_category) == (phrase.grade, phrase.category)
    assert kept.reason is Reason.SOLICITATION
    assert kept.probability is not None
    assert kept.probability < 0.02  # the model alone is all but sure that it is harmless
    for sensitivity in range(-2, 3):
        assert found(sensitivity=sensitivity, review=5, alert=5).action is Action.REVIEW


def test_evidence_still_says_what_moves_the_model_and_no_word_takes_the_grade_away(pipeline: Pipeline) -> None:
    (phrase,) = (phrase for phrase in SHIPPED if phrase.id == "selling nudes")
    verdict = pipeline.score(Capture("a", text=lesson(phrase)), Options(evidence=True))
    kept = next(finding for finding in verdict.findings if finding.hit.phrase == phrase.id)
    assert kept.reason is Reason.SOLICITATION
    assert kept.evidence
    assert kept.counterfactual is None
    ladders = np.zeros((9, 5))
    assert JUDGE.severity_by_model(made_hit(3), ladders, policy()) == 3
    assert JUDGE.severity_by_model(made_hit(3, solicitation=False), ladders, policy()) == 0


# the service


def over_grpc(service: ScoringService, text: str) -> list[str]:
    async def ask() -> list[str]:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
                answer = await stub.Score(pb.ScoreRequest(capture=pb.Capture(id="a", text=text)))
                return [finding.reason for finding in answer.verdict.findings]
        finally:
            await server.stop(0)

    return asyncio.run(ask())


def over_http(service: ScoringService, text: str) -> list[str]:
    with TestClient(make_app(service), raise_server_exceptions=False) as client:
        answer = client.post("/v1/score", json={"id": "a", "text": text})
        assert answer.status_code == 200, answer.text
        return [finding["reason"] for finding in answer.json()["findings"]]


@pytest.mark.parametrize("ask", [over_http, over_grpc])
def test_the_answer_carries_the_reason(pipeline: Pipeline, ask: Callable[[ScoringService, str], list[str]]) -> None:
    service = ScoringService(pipeline, Limits(1, 1, 1))
    assert Reason.SOLICITATION.value in ask(service, lesson(SHIPPED[0]))


def test_a_group_may_be_stricter_still(pipeline: Pipeline) -> None:
    file = PolicyFile.model_validate({"rules": [{"group": "Year 7", "categories": {"all": {"alert": 3}}}]})
    strict = replace(pipeline, policy=Policy(file))
    verdict = strict.score(Capture("a", text=lesson(SHIPPED[0]), context=CaptureContext(group="Year 7")))
    assert verdict.action is Action.ALERT
