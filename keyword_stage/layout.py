"""Where the words of a text stand in it, by number."""

import re
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import fold_origin
from keyword_stage.gaps import Place, Span
from keyword_stage.kernels import FIRST, PAST_LAST
from keyword_stage.words import Words

_BLOCK_BREAK = re.compile(r"\n[^\S\n]*\n")
_MARKS = re.compile("[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]*")
_APART = 1000
"""Words that an empty line counts for: more than any rule reaches, so that none looks into another block."""


class Layout:
    """Where the words of a text stand; worked out when it is first asked for.

    Args:
        text: The text.
        words: Of the same, folded.
        offset: Code points in front of the text that were left out.
    """

    def __init__(self, text: str, words: Words, offset: int) -> None:
        self._text = text
        self._words = words
        self._offset = offset
        self._origin: NDArray[np.intp] | None = None
        self._blocks: list[int] = []

    def _lay_out(self) -> NDArray[np.intp]:
        """For each byte of the folded text where it stands; and for each empty line how many words are before it."""
        if self._origin is None:  # `cached_property` would have all threads wait for each other
            self._origin = fold_origin(self._text)
            breaks = [match.start() for match in _BLOCK_BREAK.finditer(self._text)]
            if breaks:
                starts = self._origin[self._words.rows[:, FIRST]]
                self._blocks = np.searchsorted(starts, breaks).tolist()
        return self._origin

    def place(self, first: int, last: int) -> Place | None:
        """Where words stand, by number from 0, with what was left out in front; None if an empty line cuts them."""
        numbers = self.numbers(first, last)
        if numbers is None:
            return None
        origin, rows = self._lay_out(), self._words.rows
        start, past = origin.item(rows.item(first, FIRST)), origin.item(rows.item(last, PAST_LAST) - 1) + 1
        if not self._text.isascii() and (marks := _MARKS.match(self._text, past)):
            past = marks.end()
        return Place(start + self._offset, past + self._offset, *numbers)

    def numbers(self, first: int, last: int) -> Span | None:
        """The numbers that rules know words by, those of another block far away; None if an empty line cuts them."""
        self._lay_out()
        if not self._blocks:
            return first, last
        block = bisect_right(self._blocks, last)
        if block != bisect_right(self._blocks, first):
            return None
        return first + _APART * block, last + _APART * block
