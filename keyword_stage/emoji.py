"""Emoji that stand for words: `bring a 🔪`. The table is `emoji.csv`, which a safeguarding lead can edit."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from domain.errors import InvalidLexicon
from keyword_stage.fold import code_points, fold
from keyword_stage.reading import Edit
from keyword_stage.tables import read_lines, read_text

DEFAULT_TABLE = Path(__file__).parent / "emoji.csv"
_MOST_WORDS = 4
_STYLE = "\ufe0f"
"""Asks for the coloured form of the sign before it."""


def read_emoji(path: Path = DEFAULT_TABLE) -> Mapping[str, tuple[str, ...]]:
    """Reads the table: a header, then an emoji and the words that it may stand for, separated by `|`.

    Raises:
        InvalidLexicon: With file, line and fault.
    """
    lines = read_lines(read_text(path))
    if next(lines, None) != (1, ["emoji", "words"], ""):
        raise InvalidLexicon(f"{path.name}:1: needs the header emoji,words")
    table: dict[str, tuple[str, ...]] = {}
    for number, row, fault in lines:
        mistake, emoji, words = _read_row(row)
        fault = fault or mistake
        if not fault and emoji in table:
            fault = f"{emoji} stands there twice"
        if fault:
            raise InvalidLexicon(f"{path.name}:{number}: {fault}")
        table[emoji] = words
    return table


def _read_row(row: list[str]) -> tuple[str, str, tuple[str, ...]]:
    if len(row) != 2:
        return "needs two cells, an emoji and its words", "", ()
    emoji = row[0].strip().removesuffix(_STYLE)
    words = tuple(word.strip() for word in row[1].split("|"))
    if len(emoji) != 1 or emoji.isascii() or fold(emoji) != f" {emoji} ":
        return "the first cell is not one emoji", "", ()
    if not all(fold(word).strip() == word.lower() != "" for word in words):
        return "the second cell needs words of plain letters, separated by |", "", ()
    if len(words) > _MOST_WORDS:
        return f"at most {_MOST_WORDS} words", "", ()
    return "", emoji, words


class EmojiFinder:
    """Finds emoji that stand for words; on its own one fires only if it is a phrase of the lexicon."""

    def __init__(self, table: Mapping[str, tuple[str, ...]]) -> None:
        self._table = {emoji: tuple(f" {word} " for word in words) for emoji, words in table.items()}
        self._first = ord(min(table)) if table else 0

    def find(self, text: str) -> Iterable[Edit]:
        """Finds them; several of the same kind in a row count as one."""
        return () if text.isascii() or not self._table else self._find(text)

    def _find(self, text: str) -> Iterator[Edit]:
        for place in (code_points(text) >= self._first).nonzero()[0].tolist():
            if words := self._table.get(text[place]):
                yield Edit(place, place + 1 + text.startswith(_STYLE, place + 1), words, "emoji", alone=False)
