"""Severities of public comments that carry none, as the project's own readers gave them by `docs/rubric.md`.

A file holds one line for each comment that was read: its id and its severities, `bullying=2 violence=3`, none where
it is harmless in all nine categories. It holds no text: that stays in the folder that the user names.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from domain.severity import STANDARD_CATEGORIES

_FOLDER = Path(__file__).parent / "read"


def severities_as_read(name: str, identity: str) -> Mapping[str, int]:
    """Severity in each of the nine categories; empty if the comment was not read.

    Args:
        name: Of the set.
        identity: Of the comment in it.
    """
    return _readings(name).get(identity, {})


@cache
def _readings(name: str) -> dict[str, dict[str, int]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: _severities(row["severities"]) for row in csv.DictReader(file)}


def _severities(cell: str) -> dict[str, int]:
    given = dict(part.split("=") for part in cell.split())
    unknown = set(given) - set(STANDARD_CATEGORIES)
    if unknown:
        raise ValueError(f"no category is named {sorted(unknown)[0]!r}")
    return {category: int(given.get(category, 0)) for category in STANDARD_CATEGORIES}
