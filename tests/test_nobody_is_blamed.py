"""Nothing that is answered says who is at fault, so that no child's request for help can be filed as misconduct.

A new field, reason or action makes one of these red: ask whether it says who did it, and read "Release gates" in
`docs/evaluation/README.md`, before it is added here.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from google.protobuf.descriptor import Descriptor
from pydantic import BaseModel

from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Kind, Reason, Verdict
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from serving.compat_azure import CATEGORIES as AZURE
from serving.compat_openai import CATEGORIES as OPENAI
from serving.compat_perspective import ATTRIBUTES
from serving.proto import scoring_pb2 as pb
from serving.verdict_schema import VerdictOut
from tests.made_outcomes import ZERO
from training.dataset import ExampleMaker

TOLD = {
    # of a verdict
    "id", "severity", "category", "action", "degraded", "text", "findings", "more_findings", "image_matches", "frame",
    "reading", "versions", "timing_ns",
    # of a finding
    "phrase", "grade", "assessed_category", "start", "end", "matched", "disguise", "boxes", "probability",
    "probabilities", "reason", "fingerprint", "evidence", "counterfactual", "effect",
    # of a known picture
    "bank", "item", "algorithm", "distance", "quality", "box", "mirrored", "quarantined", "source", "tags", "pdq",
    # of what made it
    "service", "lexicon", "model", "banks", "policy",
    # of what it took
    "decode", "ocr", "match", "hash", "queue", "inference", "total",
}  # fmt: skip
OF_THE_WIRE = {"left", "top", "right", "bottom", "at_least", "key", "value"}
BLAMING = ("offend", "perpetrat", "culprit", "misconduct", "blame", "guilt", "accus", "disciplin", "suspect", "victim")


def json_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for inner in models_in(field.annotation):
            yield from json_fields(inner)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def wire_fields(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        yield field.name
        if field.message_type:
            yield from wire_fields(field.message_type)


def test_no_field_of_a_verdict_says_who_is_at_fault() -> None:
    assert set(json_fields(VerdictOut)) == TOLD
    assert set(wire_fields(pb.Verdict.DESCRIPTOR)) == TOLD | OF_THE_WIRE
    of_the_record = {field.name for field in fields(Verdict)}
    assert of_the_record - {"capture_id", "kinds"} <= TOLD
    assert {field.name for field in fields(Kind)} == {"category", "reason", "action", "score", "number"}


def test_no_reason_and_no_action_does() -> None:
    assert {str(reason) for reason in Reason} == {
        "model", "low_confidence", "unsupported_language", "poor_ocr", "no_context", "no_model_head", "degraded",
        "protected", "listed", "solicitation", "policy_floor", "excluded",
    }  # fmt: skip
    assert {str(action) for action in Action} == {"dismiss", "review", "alert"}


def test_no_category_does_in_any_api() -> None:
    shipped = {phrase.category for phrase in read_lexicon().phrases}
    assert shipped == set(STANDARD_CATEGORIES)
    names = {*STANDARD_CATEGORIES, *OPENAI, *AZURE, *ATTRIBUTES, *TOLD, *map(str, Reason)}
    assert [name for name in names if any(word in name.lower() for word in BLAMING)] == []


@pytest.mark.parametrize("text", ["he said he would kill me after school", "i said i would kill him after school"])
def test_who_did_it_is_no_part_of_what_the_model_learns(text: str) -> None:
    encoder = WindowEncoder(default_folder() / "tokenizer.json")
    maker = ExampleMaker(Matcher(read_lexicon()), encoder, {})
    row = LabelledRow("r", text, ZERO | {"violence": 4})
    learnt = [maker.plain(replace(row, tags=tags))[0] for tags in (("offender",), ("victim",), ())]
    assert all((one.severities == learnt[0].severities).all() for one in learnt)
    assert learnt[0].severities.shape[1] == len(STANDARD_CATEGORIES)  # one severity a category
    assert all((one.encoded.input_ids == learnt[0].encoded.input_ids).all() for one in learnt)
