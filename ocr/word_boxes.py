"""Whole words out of the recogniser's tokens.

The recogniser gives boxes for tokens ("can", "'", "t", ", "), not for words. Here every stretch of
the line's text without white space gets the box of the characters in it. The text itself is never
changed: it is the truth for spelling and spaces.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from domain.page import Box
from ocr.recognised import RecognisedWord

_MARGIN = 0.15
"""Token boxes start this share of the line's height inside the ink, and end so (measured)."""

Span = tuple[float, float]


def words_of(text: str, tokens: Sequence[str], boxes: Sequence[Box], line_box: Box) -> tuple[RecognisedWord, ...]:
    """Gives every word of a line its box.

    Args:
        text: The recognised text of the line.
        tokens: Its pieces from left to right; together they make the text.
        boxes: One box for each token.
        line_box: The detected box of the whole line.

    Returns:
        The words from left to right. Where tokens and text disagree, the width of the line is
        shared out among its characters, so that no word is ever without a box.
    """
    if "".join(tokens) == text and len(tokens) == len(boxes):
        spans = [span for token, box in zip(tokens, boxes, strict=True) for span in _shares(token, box)]
    else:
        spans = _shares(text, line_box)
    stretches = [match.span() for match in re.finditer(r"\S+", text)]
    inked = [(min(s[0] for s in spans[a:b]), max(s[1] for s in spans[a:b])) for a, b in stretches]
    return tuple(
        RecognisedWord(start, end, (left, line_box[1], max(left + 1, right), line_box[3]))
        for (start, end), (left, right) in zip(stretches, _widened(inked, line_box), strict=True)
    )


def _shares(token: str, box: Box) -> list[Span]:
    """The left and right edge of every character, if all were equally wide."""
    step = (box[2] - box[0]) / max(1, len(token))
    return [(box[0] + i * step, box[0] + (i + 1) * step) for i in range(len(token))]


def _widened(spans: list[Span], line_box: Box) -> list[tuple[int, int]]:
    """Each span a little wider, but neither into its neighbour nor out of the line."""
    margin = _MARGIN * (line_box[3] - line_box[1])
    free = [max(0.0, after[0] - before[1]) / 2 for before, after in pairwise(spans)]
    before_first = max(0.0, spans[0][0] - line_box[0]) if spans else 0.0
    after_last = max(0.0, line_box[2] - spans[-1][1]) if spans else 0.0
    return [
        (round(left - min(margin, room_left)), round(right + min(margin, room_right)))
        for (left, right), room_left, room_right in zip(spans, [before_first, *free], [*free, after_last], strict=False)
    ]
