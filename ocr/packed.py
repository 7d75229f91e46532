"""Lines and pages in few bytes, as they are remembered: their text, and all their numbers in a row.

As objects a word takes some 400 bytes, packed 32. So the same memory remembers ten times as many screens. What is
unpacked equals what was packed.
"""

import struct
from collections.abc import Sequence
from itertools import islice, starmap
from typing import NamedTuple

from domain.page import Line, Page, Side, Word
from ocr.recognised import RecognisedLine, RecognisedWord

_WORD = struct.Struct("<2i4id")
"""Offsets, box, confidence."""
_OWN = struct.Struct("<4id")
"""Of a recognised line: box, confidence."""
_LINE = struct.Struct("<6i4id")
"""Of a line of a page: offsets, block, panel, side, how many words, box, confidence."""
_SIDES: tuple[Side | None, ...] = (None, "left", "right")


class PackedLine(NamedTuple):
    """A recognised line that has no place on a page yet.

    Attributes:
        text: What it says.
        numbers: Its own, then those of its words.
    """

    text: str
    numbers: bytes

    @classmethod
    def of(cls, line: RecognisedLine) -> "PackedLine":
        """Packs a line."""
        return cls(line.text, _OWN.pack(*line.box, line.confidence) + _packed(line.words))

    def at(self, right: int = 0, down: int = 0) -> RecognisedLine:
        """The line, moved by so many pixels."""
        left, top, end, bottom, confidence = _OWN.unpack_from(self.numbers)
        words = tuple(
            RecognisedWord(start, stop, (a + right, b + down, c + right, d + down), sure)
            for start, stop, a, b, c, d, sure in _WORD.iter_unpack(memoryview(self.numbers)[_OWN.size :])
        )
        return RecognisedLine(self.text, words, (left + right, top + down, end + right, bottom + down), confidence)


class PackedPage(NamedTuple):
    """A page that was read off a screen.

    Attributes:
        text: What it says.
        lines: The numbers of its lines.
        words: Those of their words.
    """

    text: str
    lines: bytes
    words: bytes

    @classmethod
    def of(cls, page: Page) -> "PackedPage":
        """Packs a page."""
        lines = b"".join(
            _LINE.pack(
                line.start,
                line.end,
                line.block,
                line.panel,
                _SIDES.index(line.side),
                len(line.words),
                *(line.box or ()),
                line.confidence,
            )
            for line in page.lines
        )
        return cls(page.text, lines, b"".join(_packed(line.words) for line in page.lines))

    def page(self) -> Page:
        """The page."""
        words = starmap(_word, _WORD.iter_unpack(self.words))
        lines = tuple(
            Line(start, end, tuple(islice(words, many)), sure, block, (a, b, c, d), panel, _SIDES[side])
            for start, end, block, panel, side, many, a, b, c, d, sure in _LINE.iter_unpack(self.lines)
        )
        return Page(self.text, lines, from_ocr=True)


def _packed(words: Sequence[RecognisedWord] | Sequence[Word]) -> bytes:
    return b"".join(_WORD.pack(word.start, word.end, *word.box, word.confidence) for word in words)


def _word(start: int, end: int, left: int, top: int, right: int, bottom: int, confidence: float) -> Word:
    return Word(start, end, (left, top, right, bottom), confidence)
