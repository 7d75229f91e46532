"""Cues ask for a second look and raise nothing by themselves."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.capture import Capture
from domain.errors import InvalidLexicon, Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Reason
from keyword_stage.cues import CueFinder
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.outside import exportable
from keyword_stage.overlay import Scope, read_overlays
from keyword_stage.spelling import read_spelling
from models.first_pass import BAR
from models.scorer import WindowScores
from pipeline.echoes import without_echoes
from pipeline.first_look import FirstLook
from pipeline.judge import Judge
from pipeline.pipeline import Pipeline
from pipeline.policy import CategoryPolicy, ResolvedPolicy
from tests.conftest import FixedScorer

ROWS = """phrase,grade,category,ambiguous,cue
mum~,1,violence,yes,yes
tonight,1,suicide,yes,yes
hurt~ me,3,violence,yes,
"""
TEXT = "Mum's shouting, he'll be back TONIGHT"
JUDGE = Judge(threshold=0.01, languages=("en",))


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    return read(tmp_path, ROWS)


def read(folder: Path, rows: str) -> Lexicon:
    (folder / "list.csv").write_text(rows, encoding="utf-8")
    return read_lexicon([folder / "list.csv"])


def scores(severe: float, hits: int = 1) -> WindowScores:
    table = np.zeros((hits, 9, 5))
    table[:, STANDARD_CATEGORIES.index("violence"), :3] = severe
    return WindowScores(table[0], table, (True,) * hits, 0.0)


def judged(severe: float, sensitivity: int = 0, **change: bool) -> Finding | None:
    hit = KeywordHit("mum~", "violence", 1, 0, 5, "Mum's", cue=True)
    window = ContextWindow(TEXT, 0, (hit,))
    policy = ResolvedPolicy({}, CategoryPolicy(sensitivity=sensitivity), frozenset())
    answer = None if change.get("silent") else scores(severe)
    return JUDGE.judge(window, 0, answer, Page.from_text(TEXT), policy, not change.get("foreign"))


def test_cues_are_found_as_typed_with_exact_places(lexicon: Lexicon) -> None:
    hits = Matcher(lexicon).find(Page.from_text(TEXT))
    assert [(hit.phrase, hit.start, hit.matched, hit.cue) for hit in hits] == [
        ("mum~", 0, "Mum's", True), ("tonight", TEXT.index("TONIGHT"), "TONIGHT", True)
    ]  # fmt: skip
    hits = Matcher(lexicon).find(Page.from_text("the mums, İ mum hurts me, mumbling t0night"))
    assert [(hit.matched, hit.grade, hit.cue) for hit in hits] == [
        ("mums", 1, True), ("mum", 1, True), ("hurts me", 3, False)
    ]  # fmt: skip


CUES = ("mum~", "kin", "dont", "мама")
TYPED = st.sampled_from(
    ["mum", "MUM's", "m'um", "don’t", "\u212ain", "kin", "мама", "'", "’", "''", "İ", "é", "²", "Ⅰ", "2", "١", "_", "-",
     " ", "\n", "\u200b", "\u0301", "•", "€", "🔪", "\x00"]
)  # fmt: skip


@given(st.lists(st.one_of(TYPED, st.text(max_size=2)), max_size=12).map("".join), st.sampled_from((1, 1, 40)))
@example("mum''kin", 1)
def test_cues_are_those_that_a_look_at_each_word_finds(text: str, times: int) -> None:
    text *= times  # long texts are looked through another way
    phrases = [Phrase(cue, "violence", 1, read_spelling(cue), True, False, "", cue=True) for cue in CUES]
    forms = {form.strip(): phrase for phrase in phrases for form in phrase.spelling.parts[0]}
    wanted = [
        (forms[word], match.start(), match.end())
        for match in re.finditer(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
        if (word := match[0].lower().replace("'", "").replace("’", "")) in forms
    ]
    assert list(CueFinder(phrases).find(text)) == wanted


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("mum,2,violence,yes,yes,,", "a cue has grade 1, not 2"),
        ("my mum,1,violence,yes,yes,,", "a cue is one word"),
        ("mum*,1,violence,yes,yes,,", "a cue is one word"),
        ("mum,1,violence,yes,yes,3: bake,", "a cue takes no rule"),
        ("mum,1,violence,yes,maybe,,", "cue must be yes or no"),
    ],
)
def test_a_cue_that_could_say_something_by_itself_is_refused(tmp_path: Path, row: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon, match=fault):
        read(tmp_path, f"phrase,grade,category,ambiguous,cue,unless,protected\n{row}\n")


def test_the_digest_says_what_is_a_cue(tmp_path: Path) -> None:
    assert (
        read(tmp_path, ROWS).digest
        != read(tmp_path, ROWS.replace("tonight,1,suicide,yes,yes", "tonight,1,suicide,yes,")).digest
    )


def test_a_cue_stands_only_where_the_model_reads_a_concern() -> None:
    assert judged(BAR - 0.01) is None  # far above the dismissal threshold, which is for phrases
    finding = judged(BAR)
    assert finding is not None
    assert (finding.severity, finding.action, finding.reason) == (0, Action.REVIEW, Reason.MODEL)
    likely = judged(0.5)
    assert likely is not None
    assert (likely.severity, likely.action) == (3, Action.REVIEW)
    assert judged(BAR - 0.01, sensitivity=1) is not None
    assert judged(BAR + 0.1, sensitivity=-1) is None


def test_a_cue_shows_nothing_where_the_model_may_not_decide() -> None:
    assert judged(0.9, silent=True) is None
    assert judged(0.9, foreign=True) is None


def test_of_several_cues_the_weightiest_shows_and_none_beside_a_phrase_that_says_as_much() -> None:
    def finding(cue: bool, severity: int, probability: float, category: str = "violence") -> Finding:
        made = judged(0.9)
        assert made is not None
        return replace(
            made, hit=replace(made.hit, cue=cue), severity=severity, probability=probability, assessed_category=category
        )

    weak, strong, other = finding(True, 3, 0.6), finding(True, 3, 0.8), finding(True, 3, 0.5, "suicide")
    assert without_echoes([weak, strong, other]) == [strong, other]
    phrase = finding(False, 3, 0.55)
    assert without_echoes([weak, phrase, other]) == [phrase, other]
    assert without_echoes([weak, replace(phrase, action=Action.DISMISS, severity=0)])[0] is weak
    more = finding(True, 4, 0.9)
    assert without_echoes([phrase, more]) == [phrase, more]


def test_a_school_may_mute_a_cue_or_make_it_a_phrase(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "own" / "schools").mkdir(parents=True)
    (tmp_path / "own" / "schools" / "oak.csv").write_text("change,phrase,grade\nmute,tonight,\nregrade,mum~,2\n")
    layers = Layers(Matcher(lexicon), read_overlays(tmp_path / "own", lexicon))
    hits = layers.find(Page.from_text("mum tonight"), [layers.overlays[Scope(school="oak")]])
    assert [(hit.phrase, hit.grade, hit.cue) for hit in hits] == [("mum~", 2, False)]


def test_no_other_product_gets_cues(lexicon: Lexicon) -> None:
    assert [phrase.id for phrase in exportable(lexicon)] == ["hurt~ me"]


def test_the_pipeline_raises_by_a_cue_and_says_so_when_it_cannot(pipeline: Pipeline, lexicon: Lexicon) -> None:
    class Silent:
        def score(self, window: ContextWindow) -> WindowScores:
            raise Unavailable("no answer")

    asked = replace(pipeline, first_look=FirstLook(Layers(Matcher(lexicon))))
    capture = Capture("a", text="he is back tonight, mum knows")
    table = np.zeros((9, 5))
    assert replace(asked, scorer=FixedScorer(table)).score(capture).findings == ()
    table[STANDARD_CATEGORIES.index("violence"), :4] = 0.8
    raised = replace(asked, scorer=FixedScorer(table)).score(capture)
    assert (raised.severity, raised.action, len(raised.findings)) == (4, Action.ALERT, 1)
    silent = replace(asked, scorer=Silent()).score(capture)
    assert (silent.degraded, silent.findings, silent.action) == (True, (), Action.DISMISS)


def test_of_runs_without_a_cue_so_many_are_remembered_and_no_more() -> None:
    found = CueFinder([Phrase("mum", "violence", 1, read_spelling("mum"), True, False, "", cue=True)])
    for number in range(5000):
        run = "it'" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
        assert [span for _, *span in found.find(f"{run} m'um")] == [[len(run) + 1, len(run) + 5]]
    assert 0 < len(found._none) <= 4096
