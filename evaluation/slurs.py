"""Fills `{slur:kind}` placeholders in memory, so that no row in git spells a slur out."""

import csv
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.errors import InvalidRequest
from evaluation.rewrite import rewrite
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import DEFAULT_FOLDER

_PLACEHOLDER = re.compile(r"\{slur:([a-z]+)\}")
SLURS = DEFAULT_FOLDER / "en" / "discrimination.csv"


def read_slurs(path: Path = SLURS) -> dict[str, list[str]]:
    """Slurs by kind, from the notes of the discrimination lexicon (`slur:race`, ...).

    Only single words that are never innocent.
    """
    slurs: dict[str, list[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            phrase = row["phrase"]
            plain = phrase.isalpha() and row["ambiguous"] == "no"
            for kind in re.findall(r"slur:([a-z]+)", row.get("note") or "") if plain else ():
                slurs.setdefault(kind, []).append(phrase)
    return slurs


def fill_slurs(row: LabelledRow, slurs: dict[str, list[str]], rng: random.Random) -> LabelledRow:
    """The row with each placeholder filled; spans and trigger move along.

    Raises:
        InvalidRequest: For a kind that the lexicon does not hold.
    """
    if "{slur:" not in row.text:
        return row
    found = list(_PLACEHOLDER.finditer(row.text))
    if any(match.group(1) not in slurs for match in found):
        raise InvalidRequest(f"row {row.id} has a placeholder of a kind that the lexicon does not hold")
    return rewrite(row, [(*match.span(), rng.choice(slurs[match.group(1)])) for match in found])


def fill_rows(rows: Iterable[LabelledRow]) -> Iterator[LabelledRow]:
    """Rows with their placeholders filled; a row is always filled alike."""
    slurs = read_slurs()
    for row in rows:
        yield fill_slurs(row, slurs, random.Random(row.id))
