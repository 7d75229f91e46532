"""Classes of words that phrases name by `@`: all that a child calls a parent, all ways to write "I have".

The table is `word_classes.csv`, which a safeguarding lead can edit: a class, its words separated by `|`, and a note.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from domain.errors import InvalidLexicon
from keyword_stage.tables import read_lines, read_text

DEFAULT_TABLE = Path(__file__).parent / "word_classes.csv"
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")
_COLUMNS = ["class", "words", "note"]


@cache
def read_word_classes(path: Path = DEFAULT_TABLE) -> Mapping[str, tuple[str, ...]]:
    """The words of each class, as written: each may have `~` and spaces.

    Raises:
        InvalidLexicon: With file, line and fault.
    """
    lines = read_lines(read_text(path))
    if next(lines, None) != (1, _COLUMNS, ""):
        raise InvalidLexicon(f"{path.name}:1: needs the header {','.join(_COLUMNS)}")
    classes: dict[str, tuple[str, ...]] = {}
    for number, row, fault in lines:
        fault = fault or _fault(row, classes)
        if fault:
            raise InvalidLexicon(f"{path.name}:{number}: {fault}")
        classes[row[0]] = tuple(" ".join(word.split()) for word in row[1].split("|"))
    return classes


def _fault(row: list[str], classes: Mapping[str, tuple[str, ...]]) -> str:
    if len(row) != len(_COLUMNS):
        return "needs three cells: a class, its words and a note"
    words = [" ".join(word.split()) for word in row[1].split("|")]
    if not _NAME.fullmatch(row[0]):
        return f"the name {row[0]!r} is not made of small letters"
    if row[0] in classes:
        return f"{row[0]} stands there twice"
    if not all(any(char.isalnum() for char in word) for word in words) or any(char in row[1] for char in "*{}@"):
        return "the second cell needs words separated by |; they may have ~ and spaces"
    twice = sorted({word for word in words if words.count(word) > 1})
    return f"{twice[0]!r} stands there twice" if twice else ""
