"""Puts a page together from blocks of recognised lines."""

from collections.abc import Iterable, Sequence

from domain.page import Line, Page, Word
from ocr.recognised import RecognisedLine


def assemble(blocks: Iterable[Sequence[RecognisedLine]]) -> Page:
    """Joins lines of one block by a newline and blocks by an empty line.

    Args:
        blocks: In reading order, each with its lines in reading order.

    Returns:
        A page whose offsets are exact: `page.text[word.start:word.end]` is the word.
    """
    pieces: list[str] = []
    lines: list[Line] = []
    offset = 0
    for number, block in enumerate(blocks):
        for i, line in enumerate(block):
            if lines:
                separator = "\n" if i else "\n\n"
                pieces.append(separator)
                offset += len(separator)
            pieces.append(line.text)
            lines.append(_placed(line, offset, number))
            offset += len(line.text)
    return Page(text="".join(pieces), lines=tuple(lines), from_ocr=True)


def _placed(line: RecognisedLine, offset: int, block: int) -> Line:
    words = tuple(Word(offset + word.start, offset + word.end, word.box, word.confidence) for word in line.words)
    return Line(offset, offset + len(line.text), words, line.confidence, block, line.box, line.panel, line.side)
