"""Leads' decisions: what each line becomes, what is refused, and what keeps a few people from turning the model."""

import json
from pathlib import Path
from typing import Any

import pytest

import training.setup
from cli.main import main
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, read_rows
from training.feedback import read_decisions, to_rows
from training.guards import MOST_WEIGHT, Guarded, school_of
from training.guards import guard as guard_by
from training.likeness import Copies

GOOD = {
    "id": "d1",
    "text": "i want to die",
    "context": {"channel": "chat", "user": "somebody", "site": "oak"},
    "decision": "upheld",
    "category": "suicide",
    "severity": 4,
    "source": "oak/lead-1",
    "decided_at": "2026-11-02T09:15:00Z",
}


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def labels(**changes: Any) -> dict[str, int]:
    decisions, faults = read_decisions([line(**changes)])
    assert faults == []
    return decisions[0].labels


def test_each_decision_speaks_only_of_what_the_lead_judged() -> None:
    assert labels() == {"suicide": 4}
    assert labels(decision="dismissed", severity=None) == {"suicide": 0}
    assert labels(decision="dismissed", severity=1) == {"suicide": 1}
    assert labels(decision="regraded", category="self_harm", severity=2) == {"self_harm": 2}
    assert labels(decision="dismissed", category=None, severity=0) == dict.fromkeys(STANDARD_CATEGORIES, 0)


def test_a_row_keeps_of_the_context_only_what_a_model_may_see() -> None:
    (row,) = to_rows(read_decisions([line()])[0]).rows
    assert (row.context.channel, row.context.user, row.context.site) == ("chat", None, None)
    assert (row.id, row.split, row.source, row.graded) == ("feedback:d1", "train", "oak/lead-1", True)


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (b"{", "not JSON"),
        (b'{"id": "\xe9"}', "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b'{"id": "x"}', "lacks text, decision, category, source, decided_at"),
        (b"[" * 100_000, "not JSON"),
        (line(id=" "), "id is no name"),
        (line(id="\x1b[2J"), "id is no name"),
        (line(id="\ud800"), "id is no name"),
        (line(id="d" * 257), "id is no name"),
        (line(context={"channel": "\ud800"}), "context holds something that is empty, over 256 characters, or"),
        (line(context={"application": "x" * 257}), "context holds something that is empty, over 256 characters, or"),
        (line(source="oak/\x1b[2J"), "source is not school/lead"),
        (line(source="\u200b/lead-1"), "source is not school/lead"),
        (line(colour="red"), "1 unknown fields"),
        (line(text="  "), "text is empty"),
        (line(text="x" * 300_000), "text is over 262144 bytes"),
        (line(text="\ud800"), "text is not valid Unicode"),
        (line(context={"pupil": "x"}), "context may hold"),
        (line(context={"user": 3}), "context holds something that is no text"),
        (line(decision="ignored"), "decision is none of upheld, dismissed, regraded"),
        (line(decision=["upheld"]), "decision is none of"),
        (line(category=None), "upheld needs a category"),
        (line(category="vaping"), "category is none of"),
        (line(category=["suicide"]), "category is none of"),
        (line(severity=2), "severity of upheld is 3 to 5"),
        (line(severity=None), "severity of upheld is 3 to 5"),
        (line(severity=True, decision="regraded"), "severity of regraded is 0 to 5"),
        (line(decision="dismissed", severity=3), "severity of dismissed is 0 to 1"),
        (line(source="oak"), "source is not school/lead"),
        (line(source=7), "source is not school/lead"),
        (line(decided_at="yesterday"), "decided_at is no ISO 8601 date"),
    ],
)
def test_a_bad_line_is_named_without_its_text_and_costs_no_other(bad: bytes, fault: str) -> None:
    decisions, faults = read_decisions([line(), b"", bad, line(id="d2")])
    assert [decision.id for decision in decisions] == ["d1", "d2"]
    assert [found.line for found in faults] == [3]
    assert fault in faults[0].fault
    assert "want to die" not in faults[0].fault


def test_an_id_stands_once() -> None:
    _, faults = read_decisions([line(), line()])
    assert [(found.line, found.fault) for found in faults] == [(2, "id stands in line 1 already")]


def test_contradictory_decisions_are_set_aside_and_agreeing_ones_become_one_row() -> None:
    lines = [
        line(),
        line(id="d2", text="I  want to DIE", severity=5, source="elm/lead-1"),  # agrees, by degree
        line(id="d3", text="I want to die", decision="dismissed", category="drugs", severity=0),  # of something else
        line(id="e1", text="kill the lights", decision="dismissed", category=None, severity=0),
        line(id="e2", text="kill the lights", category="violence"),
        line(id="f1", text="kill the cat"),
    ]
    found = to_rows(read_decisions(lines)[0])
    assert [(row.id, dict(row.labels), row.source) for row in found.rows] == [
        ("feedback:d1", {"suicide": 5, "drugs": 0}, "oak/lead-1"),
        ("feedback:f1", {"suicide": 4}, "oak/lead-1"),
    ]
    assert found.contradictory == (("e1", "e2"),)
    assert found.repeated == 2


def one(_: LabelledRow) -> int:
    return 1


def guard(rows: list[LabelledRow], own: int, reserved: list[LabelledRow], seed: int) -> Guarded:
    """With rows that make one example each."""
    return guard_by(rows, own, Copies(row.text for row in reserved), seed, one)


def given(school: str, n: int, more: str = "") -> list[LabelledRow]:
    return [
        LabelledRow(f"{school}{i}", f"{school} {i} {more}", {"drugs": 0}, source=f"{school}/lead-{i % 3}")
        for i in range(n)
    ]


def test_no_school_gets_more_than_its_share_however_many_leads_it_has() -> None:
    rows = given("oak", 400) + given("O.A.K", 100, "once more") + given("elm", 20)
    found = guard(rows, 1000, [], seed=1)
    kept = [school_of(row.source) for row in found.rows]
    assert kept.count("elm") == 20
    assert 0 < kept.count("oak") <= MOST_WEIGHT * (1000 + len(kept)) < kept.count("oak") + 1
    assert found.excess == {"oak": (500, kept.count("oak"))}
    assert found.rows == guard(rows, 1000, [], seed=1).rows
    assert found.rows != guard(rows, 1000, [], seed=2).rows
    places = [rows.index(row) for row in found.rows]
    assert places == sorted(places)


def test_many_schools_alone_cannot_lift_each_others_share() -> None:
    rows = [row for n in range(10) for row in given(f"school{n}", 50)]
    found = guard(rows, 100, [], seed=1)
    for n in range(10):
        assert sum(school_of(row.source) == f"school{n}" for row in found.rows) <= MOST_WEIGHT * (100 + len(found.rows))
    assert guard(given("oak", 5), 0, [], seed=1).rows == ()


def test_rows_without_a_source_count_as_one_school() -> None:
    rows = [LabelledRow(str(n), f"text {n}", {"drugs": 0}) for n in range(50)]
    assert guard(rows, 200, [], seed=1).excess == {"": (50, 10)}


def test_a_text_that_is_measured_on_is_never_learnt() -> None:
    rows = given("oak", 3)
    found = guard(rows, 1000, [LabelledRow("t", "OAK  1", {})], seed=1)
    assert found.reserved == ("oak1",)
    assert [row.id for row in found.rows] == ["oak0", "oak2"]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    made = [
        {"id": f"c{n}", "text": f"kill {n}", "labels": {}, "split": "dev" if n == 0 else "train"} for n in range(41)
    ]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, made)), "utf-8")
    monkeypatch.setattr(training.setup, "CORPUS", folder)
    return folder


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_the_command_writes_nothing_of_a_bad_file_unless_it_may(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "decisions.jsonl", tmp_path / "rows.jsonl"
    lines = [
        line(text="suicidal penguin"),
        line(severity=9, id="x"),
        line(id="d2", text="kill 0"),
        line(id="d3", text="suicidal zebra"),
        line(id="d4", text="suicidal giraffe"),
        line(id="d5", text="nobody likes you, everyone in class hates you, just leave our school"),
    ]
    file.write_bytes(b"\n".join(lines))
    status, _, err = run(capsys, "feedback", file, "--out", out)
    assert (status, out.exists()) == (1, False)
    assert "decisions.jsonl:2: severity of upheld is 3 to 5" in err
    status, told, err = run(capsys, "feedback", file, "--out", out, "--partial")
    assert status == 0
    assert "decisions.jsonl:2" in err
    rows = list(read_rows(out))
    assert len(rows) == 2  # of 42 rows in all, one school may have 2
    assert "over 5 % of what is learnt: oak gave 3 rows, 2 were drawn" in told
    assert "kept for measuring: feedback:d2, feedback:d5" in told  # of the dev split, and a canary row
    assert {row.source for row in rows} == {"oak/lead-1"}
    assert all(dict(row.labels) == {"suicide": 4} for row in rows)


def test_the_command_refuses_a_missing_folder_before_the_work_and_a_file_without_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = tmp_path / "given.jsonl", tmp_path / "rows.jsonl"
    given.touch()
    with pytest.raises(SystemExit) as stopped:
        main(["feedback", str(given), "--out", str(out)])
    assert (stopped.value.code, out.exists()) == (1, False)
    assert "nothing written: no row is left of given.jsonl" in capsys.readouterr().err
    monkeypatch.setattr("training.feedback.read_decisions", lambda _: pytest.fail("too late"))
    with pytest.raises(SystemExit) as stopped:
        main(["feedback", str(given), "--out", str(tmp_path / "missing" / "rows.jsonl")])
    assert stopped.value.code == 2
    assert "there is no folder" in capsys.readouterr().err
