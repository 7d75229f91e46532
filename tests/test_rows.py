"""Labelled rows that are no rows are named by line and fault; what is unknown is not taken as harmless."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow, read_rows
from evaluation.slurs import fill_rows
from tests.made_outcomes import outcome

SPAN = '"start": 0, "end": 1, "category": "drugs", "severity": 3'


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"id": "a", "text": "\xff", "labels": {}}', "not UTF-8"),
        (b'{"id": "a", "text": "x"}', "lacks labels"),
        (b'{"id": "a", "text": null, "labels": {}}', "lacks text"),
        (b'{"id": "a", "text": 3, "labels": {}}', "text is of the wrong kind"),
        (b'{"id": "a", "text": "\\ud800", "labels": {}}', "not valid Unicode"),
        (b'{"id": "\\ud800", "text": "x", "labels": {}}', "not valid Unicode"),
        (b'{"id": "a", "text": "x", "labels": {}, "slice": ["\\uDfff"]}', "not valid Unicode"),
        (b'{"id": "a", "text": "x", "labels": {}, "context": {"channel": "\\ud800"}}', "not valid Unicode"),
        (b'{"id": "a", "text": "%s", "labels": {}}' % (b"x" * 262_145), "text is over 262144 bytes"),
        (b'{"id": "a", "text": "x", "labels": ["drugs"]}', "labels is of the wrong kind"),
        (b'{"id": "a", "text": "x", "labels": {"vaping": 3}}', "unknown category; there are grooming, "),
        (b'{"id": "a", "text": "x", "labels": {"drugs": 3.9}}', "label drugs is no whole number from 0 to 5"),
        (b'{"id": "a", "text": "x", "labels": {"drugs": true}}', "label drugs is no whole number from 0 to 5"),
        (b'{"id": "a", "text": "x", "labels": {"drugs": "secret"}}', "label drugs is no whole number from 0 to 5"),
        (b'{"id": "a", "text": "x", "labels": {"drugs": 2}, "graded": false}', "no whole number from 0 to 1"),
        (b'{"id": "a", "text": "x", "labels": {"drugs": 6}, "graded": null}', "no whole number from 0 to 5"),
        (b'{"id": "a", "text": "x", "labels": {}, "slice": "identity"}', "slice is of the wrong kind"),
        (b'{"id": "a", "text": "x", "labels": {}, "slice": [["secret"]]}', "slice holds something that is no text"),
        (b'{"id": "a", "text": "x", "labels": {}, "context": {"channel": 5}}', "context: channel is no text"),
        (b'{"id": "a", "text": "x", "labels": {}, "spans": [3]}', "a span is no JSON object"),
        (f'{{"id": "a", "text": "", "labels": {{}}, "spans": [{{{SPAN}}}]}}'.encode(), "does not lie in the text"),
        (f'{{"id": "a", "text": "x", "labels": {{}}, "spans": [{{{SPAN}3}}]}}'.encode(), "label drugs is no whole"),
    ],
)
def test_what_is_no_row_is_named_without_what_it_holds(line: bytes, fault: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'{"id": "good", "text": "x", "labels": {}}\n\n' + line)
    rows = read_rows(file)
    assert next(rows).id == "good"
    with pytest.raises(InvalidRequest, match=r"rows\.jsonl:3: ") as raised:
        next(rows)
    assert fault in str(raised.value)
    assert "secret" not in str(raised.value)


def test_labels_are_graded_unless_a_row_says_that_they_are_not(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    line = '{"id": "a", "text": "x", "labels": {"drugs": 1}, "graded": %s}\n'
    file.write_text("".join(line % said for said in ("null", "true", "false")), encoding="utf-8")
    assert [row.severity for row in read_rows(file)] == [1, 1, 3]


def test_a_placeholder_that_nothing_fills_is_named_by_its_row_and_not_by_what_it_holds() -> None:
    with pytest.raises(InvalidRequest, match="row b has a placeholder") as raised:
        list(fill_rows([LabelledRow("a", "x", {}), LabelledRow("b", "a {slur:secret} b", {})]))
    assert "secret" not in str(raised.value)


def test_a_row_with_an_unknown_category_is_not_benign() -> None:
    """Else rows without a label, raised by whatever, would make up the peers that a slice is compared with."""
    whole = outcome(0)

    def knowing(*categories: str) -> Outcome:
        return replace(whole, row=replace(whole.row, labels=dict.fromkeys(categories, 0)))

    assert whole.benign
    assert not knowing().benign
    assert not knowing(*STANDARD_CATEGORIES[1:]).benign
    assert outcome(4).genuine
    concern = replace(whole, row=replace(whole.row, labels={"suicide": 4}))
    assert (concern.genuine, concern.benign) == (True, False)
