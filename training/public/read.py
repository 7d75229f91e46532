"""Reads public sets out of a folder that the user names; nothing is copied or kept."""

import gzip
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from training.public.sets import SETS, PublicSet

_MASK = re.compile(r"@USER\b|\[(?:USER|URL|NAME|NUMBER|RELIGION)\]|<URL>")
"""What a set put in place of names and links: no screen shows it, and it would tell the sets apart."""
_SPACES = re.compile(r" {2,}")
_TEST = "test"
"""A set's own test split is never learnt from, so that it can still be measured on."""


@dataclass(frozen=True, slots=True)
class PublicRows:
    """What was read of one set; `rows` have labels unless the set is background text."""

    set: PublicSet
    rows: tuple[LabelledRow, ...]


def choose_sets(folder: Path, names: Sequence[str] = ()) -> list[PublicSet]:
    """The named sets; without names all that the folder holds, but for those that are read only by name.

    Raises:
        InvalidRequest: For an unknown name, a file that is missing, or a folder without any set.
    """
    known = {public.name: public for public in SETS}
    for name in names:
        if name not in known:
            raise InvalidRequest(f"no public set {name!r}; there are {', '.join(known)}")
        if not _file(folder, name).is_file():
            raise InvalidRequest(f"{folder.name} holds no {_file(folder, name).name}")
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    found = [public for public in SETS if not public.by_name and _file(folder, public.name).is_file()]
    if not found:
        raise InvalidRequest(f"{folder.name} holds none of the public sets ({', '.join(known)})")
    return found


def read_public(folder: Path, public: PublicSet, held_back: bool = False) -> PublicRows:
    """Reads one set: rows with a known label, or all rows of a background set.

    Args:
        folder: Holds the set's file.
        public: The set.
        held_back: Read its own test split, which nothing learns from, instead of the rest.

    Raises:
        InvalidRequest: Naming file, line and fault.
    """
    path = _file(folder, public.name)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return PublicRows(public, tuple(_rows(lines, path.name, public, held_back)))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InvalidRequest(f"{path.name}: {error}") from error


def held_back_comments(folder: Path) -> tuple[LabelledRow, ...]:
    """Everyday comments of GoEmotions that were read and that nothing learns from.

    Raises:
        InvalidRequest: If the folder does not hold the set.
    """
    (comments,) = choose_sets(folder, ("goemotions",))
    return read_public(folder, comments, held_back=True).rows


def _rows(lines: Iterable[str], file: str, public: PublicSet, held_back: bool) -> Iterator[LabelledRow]:
    for number, line in enumerate(lines, 1):
        try:
            data = json.loads(line)
            row = _row(data, public) if (data["split"] == _TEST) is held_back else None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InvalidRequest(f"{file}:{number}: {type(error).__name__}: {error}") from error
        if row and row.text and (public.background or row.labels):
            yield row


def _row(data: Mapping[str, Any], public: PublicSet) -> LabelledRow:
    for name, value in data["labels"].items():
        if name not in STANDARD_CATEGORIES or value not in (0, 1):
            raise ValueError(f"label {name} is {value!r}")
    return LabelledRow(
        id=str(data["id"]),
        text=_SPACES.sub(" ", _MASK.sub(" ", html.unescape(data["text"]))).strip(),
        labels={} if public.background else public.labels(data),
        graded=public.graded,
        split=_TEST if data["split"] == _TEST else "train",
        source=public.name,
    )


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.jsonl.gz"
