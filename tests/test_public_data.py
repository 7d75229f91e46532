"""Public sets: what each says, what it does not say, and how much of an epoch it may be."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.capture import CaptureContext
from domain.errors import InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from training.dataset import UNKNOWN, ExampleMaker
from training.public.mixture import Mixture
from training.public.read import choose_sets, read_public
from training.public.sets import SETS

ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)


def line(text: str, labels: dict[str, int], context: str = "", severity: int | None = None, **more: Any) -> dict:
    return {"id": text, "text": text, "labels": labels, "severity": severity, "context": context, "split": "all"} | more


FILES: dict[str, list[dict[str, Any]]] = {
    "edos": [
        line("a", {"discrimination": 0}),
        line("[USER] b [URL]", {"discrimination": 1, "violence": 1}),
        line("c", {"discrimination": 1}, split="test"),
    ],
    "hatemojibuild": [line("a", {"discrimination": 0}), line("b", {"discrimination": 1})],
    "convabuse": [
        line("a", {"bullying": 0, "discrimination": 0}),
        line("b", {"bullying": 1, "pornography": 1}, severity=2),
        line("c", {"bullying": 1}, severity=4),
    ],
    "davidson": [
        line("a", {"discrimination": 0}, "offensive_not_hate", orig={"votes_hate_off_neither": [0, 3, 0]}),
        line("b", {"discrimination": 1}, "hate", orig={"votes_hate_off_neither": [2, 1, 0]}),
        line("c &amp; d", {"discrimination": 1}, "hate", orig={"votes_hate_off_neither": [3, 0, 0]}),
        line("e", {"discrimination": 0}, "neither", orig={"votes_hate_off_neither": [0, 0, 3]}),
    ],
    "bias_madlibs": [
        line("a", {}, "identity_template:BAD"),
        line("b", {"discrimination": 0, "bullying": 0}, "identity_template:NOT_BAD"),
    ],
    "goemotions": [
        line("kill the lights", {}, split="dev", id="goemotions-ed0cw14"),
        line("nobody read it", {}, split="dev"),
        line("read and held back", {}, split="test", id="goemotions-edr3vme"),
    ],
    "counsel_chat": [line("i want to die", {}, split="train"), line("held back", {}, split="test")],
}
SAID = {
    "edos": {"b": {"discrimination": 1, "violence": 1}},
    "hatemojibuild": {"a": {"discrimination": 0}, "b": {"discrimination": 1}},
    "convabuse": {
        "a": {"bullying": 0, "discrimination": 0},
        "b": {"bullying": 2, "pornography": 3},
        "c": {"bullying": 4},
    },
    "davidson": {"c & d": {"discrimination": 1}},
    "bias_madlibs": {"b": {"discrimination": 0, "bullying": 0}},
    "goemotions": {"kill the lights": ZERO | {"bullying": 2}},
    "counsel_chat": {"i want to die": {}},
}


def write(folder: Path, name: str, lines: list[dict[str, Any]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, lines)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lines in FILES.items():
        write(tmp_path, name, lines)
    return tmp_path


@pytest.mark.parametrize("public", SETS, ids=lambda public: public.name)
def test_each_set_says_no_more_than_it_knows(folder: Path, public: Any) -> None:
    rows = read_public(folder, public).rows
    assert {row.text: dict(row.labels) for row in rows} == SAID[public.name]
    assert {(row.split, row.source) for row in rows} == {("train", public.name)}
    assert public.licence
    assert public.citation
    assert public.source.startswith("https://")


def test_everyday_comments_to_measure_on_are_apart_from_those_to_learn_from(folder: Path) -> None:
    (comments,) = choose_sets(folder, ("goemotions",))
    (row,) = read_public(folder, comments, held_back=True).rows
    assert (row.text, row.split, dict(row.labels)) == (
        "read and held back",
        "test",
        ZERO | {"drugs": 2, "pornography": 1},
    )


def test_a_set_with_a_known_bias_is_read_only_by_name(folder: Path) -> None:
    assert {public.name for public in choose_sets(folder)} == set(FILES) - {"davidson"}
    assert [public.name for public in choose_sets(folder, ("davidson", "edos", "edos"))] == ["davidson", "edos"]


def test_what_is_missing_or_broken_is_named(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InvalidRequest, match="no public set 'edoss'"):
        choose_sets(folder, ("edoss",))
    (folder / "edos.jsonl.gz").unlink()
    with pytest.raises(InvalidRequest, match=r"holds no edos\.jsonl\.gz"):
        choose_sets(folder, ("edos",))
    with pytest.raises(InvalidRequest, match="holds none of the public sets"):
        choose_sets(tmp_path_factory.mktemp("empty"))
    edos, convabuse = SETS[0], SETS[2]
    write(folder, "edos", [line("a", {"discrimination": 1}), line("secret words", {"vaping": 1})])
    with pytest.raises(InvalidRequest, match=r"edos\.jsonl\.gz:2: ValueError: label vaping is 1") as raised:
        read_public(folder, edos)
    assert "secret words" not in str(raised.value)
    write(folder, "convabuse", [line("a", {"bullying": 1})])
    with pytest.raises(InvalidRequest, match=r"convabuse\.jsonl\.gz:1: .*severity is None"):
        read_public(folder, convabuse)
    (folder / "edos.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(InvalidRequest, match=r"edos\.jsonl\.gz: "):
        read_public(folder, edos)


def rows(name: str, n: int) -> list[LabelledRow]:
    return [LabelledRow(f"{name}{i}", f"{name} {i}", {"discrimination": i % 2}, source=name) for i in range(n)]


def test_public_rows_are_a_bounded_share_of_an_epoch_and_sets_take_turns() -> None:
    own = rows("own", 80)
    mixture = Mixture({"big": rows("big", 500), "small": rows("small", 4)}, rows("back", 500), 0.2)
    learnt, beside = mixture.epoch(own, 20, 0)
    assert learnt[:80] == own
    assert len(learnt) == 80 + mixture.size(80) == 100
    names = [row.source for row in learnt[80:]]
    assert (names.count("big"), names.count("small")) == (16, 4)
    assert [row.source for row in beside[80:]] == ["back"] * 20
    assert mixture.epoch(own, 20, 0) == (learnt, beside)
    assert mixture.epoch(own, 20, 1)[0] != learnt
    assert mixture.epoch(own, 21, 0)[0] != learnt
    assert Mixture({"small": rows("small", 4)}, share=0.2).size(80) == 4


def test_without_public_rows_nothing_changes() -> None:
    own = rows("own", 9)
    assert Mixture().epoch(own, 20, 3) == (own, own)
    assert Mixture().size(9) == 0


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


def test_background_text_beside_a_row_makes_nothing_known(maker: ExampleMaker) -> None:
    """A window with text that nobody labelled is known only where the labelled part is a concern already."""
    suicide, violence = STANDARD_CATEGORIES.index("suicide"), STANDARD_CATEGORIES.index("violence")
    background = LabelledRow("b", "kill the lights and help me", {})
    found = {}
    for severity in (1, 2, 4):
        own = LabelledRow("own", "i want to die", ZERO | {"suicide": severity})
        for seed in range(60):
            for example in maker.augmented(own, [background], random.Random(seed)):
                if len(example.severities) == 3 and (example.severities[1:] == UNKNOWN).all(axis=1).any():
                    found[severity] = example.severities
    assert {severity: truth[0, suicide] for severity, truth in found.items()} == {1: UNKNOWN, 2: UNKNOWN, 4: 4}
    for severity, truth in found.items():
        assert truth[0, violence] == UNKNOWN
        assert sorted(truth[1:, suicide].tolist()) == [UNKNOWN, severity]


def test_a_public_row_leaves_every_other_category_unknown(maker: ExampleMaker) -> None:
    row = LabelledRow("a", "kill the lights", {"discrimination": 0}, graded=False)
    (example,) = maker.augmented(row, [], random.Random(1))
    assert CaptureContext() == row.context
    known = np.unique(np.nonzero(example.severities != UNKNOWN)[1])
    assert [STANDARD_CATEGORIES[column] for column in known] == ["discrimination"]
