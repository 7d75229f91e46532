"""What grades alone would raise: graded phrases of categories that are wanted there, and never a cue."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.severity import STANDARD_CATEGORIES
from evaluation.baselines.context_words import ContextWords
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.run import run_rows
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from pipeline.first_look import FirstLook
from pipeline.pipeline import Pipeline
from pipeline.policy import Policy
from pipeline.policy_file import PolicyFile
from tests.conftest import FixedScorer
from tests.made_outcomes import ZERO, finding, outcome

LIST = "phrase,grade,category,ambiguous,cue\ntonight,1,suicide,yes,yes\nhurt~ me,1,violence,yes,\n"
TRUSTED = {"url": "bbc.co.uk", "owner": "A. Lead", "reason": "news", "until": "2999-01-01", "categories": ["violence"]}


def scored(pipeline: Pipeline, folder: Path, text: str, rule: dict[str, object]) -> Outcome:
    """What a model that reads violence in all makes of a text on a page of the BBC."""
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    table = np.zeros((9, 5))
    table[STANDARD_CATEGORIES.index("violence"), :4] = 0.8
    cautious = {"categories": {"all": {"review": 1}}}
    made = replace(
        pipeline,
        scorer=FixedScorer(table),
        first_look=FirstLook(Layers(Matcher(read_lexicon([folder / "list.csv"])))),
        policy=Policy(PolicyFile.model_validate({"rules": [cautious, rule]})),
    )
    (found,) = run_rows(made, [LabelledRow("r", text, ZERO, context=CaptureContext(url="https://bbc.co.uk/news"))])
    return found


@pytest.mark.parametrize(
    ("text", "rule", "by_grade", "raised"),
    [
        ("they hurt me at the bridge", {}, True, True),
        ("he is back tonight, mum knows", {}, False, True),
        ("they hurt me at the bridge", {"exclusions": [TRUSTED]}, False, False),
    ],
)
def test_grades_alone_raise_what_is_graded_and_wanted(
    pipeline: Pipeline, tmp_path: Path, text: str, rule: dict[str, object], by_grade: bool, raised: bool
) -> None:
    found = scored(pipeline, tmp_path, text, rule)
    assert found.findings, "else nothing is shown"
    assert (found.keyword_raised, found.raised) == (by_grade, raised)


def test_a_cue_that_stands_is_none_of_the_hits_that_words_around_leave() -> None:
    text = "kill the boss on this level. " + "then " * 12 + "tonight"
    cue = replace(finding(), hit=KeywordHit("tonight", "suicide", 1, len(text) - 7, len(text), "tonight", cue=True))
    assert ContextWords().scores([outcome(0, text=text, findings=[finding(), cue])]).tolist() == [0]
