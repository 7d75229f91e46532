"""Puts other words into a row's text; its spans and its trigger move along."""

from collections.abc import Sequence
from dataclasses import replace

from evaluation.rows import LabelledRow

Edit = tuple[int, int, str]
"""Half-open offsets into the text, and what stands there from now on."""


def rewrite(row: LabelledRow, edits: Sequence[Edit]) -> LabelledRow:
    """The row with parts of its text replaced.

    Args:
        row: The row.
        edits: In order, none overlapping another. A span that begins or ends within one holds all of what replaces it.
    """
    if not edits:
        return row
    text, last = "", 0
    for start, end, new in edits:
        text += row.text[last:start] + new
        last = end
    text += row.text[last:]

    def moved(first: int, past: int) -> tuple[int, int]:
        return _moved(first, edits, False), _moved(past, edits, True)

    spans = []
    for span in row.spans:
        start, end = moved(span.start, span.end)
        spans.append(replace(span, start=start, end=end))
    at = row.text.find(row.trigger) if row.trigger else -1
    trigger = row.trigger if at < 0 else text[slice(*moved(at, at + len(row.trigger)))]
    return replace(row, text=text, spans=tuple(spans), trigger=trigger)


def _moved(offset: int, edits: Sequence[Edit], to_end: bool) -> int:
    shift = 0
    for start, end, new in edits:
        if offset <= start:
            break
        if offset < end:
            return start + shift + (len(new) if to_end else 0)
        shift += len(new) - (end - start)
    return offset + shift
