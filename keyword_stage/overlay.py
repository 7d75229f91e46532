"""What a trust, a school or a group changes in the central lexicon: one CSV file each, in one folder.

    trusts/north.csv          for a trust of the policy file
    schools/oak.csv           for a school (context.site)
    groups/Year 7.csv         for a group (context.group) of any school
    schools/oak/Year 7.csv    for a group of one school

The columns are those of a lexicon file, without `protected` and `id`, and `change`:

    add        (or empty) a phrase of their own
    mute       the phrase with this id no longer fires, in all categories unless `category` names one
    regrade    it has this grade instead

A name with signs that no file name may hold is percent-encoded (`Year 7%2F8.csv`).
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from domain.errors import InvalidLexicon
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.lexicon import COLUMNS, Lexicon, Phrase, digest_of, read_row
from keyword_stage.tables import csv_files, read_cells, read_text, table_rows

OVERLAY_COLUMNS = COLUMNS - {"protected", "id"} | {"change"}
MUTED = 0
"""The grade of a muted phrase."""

_EVERY = ""
_T = TypeVar("_T")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom an overlay is; None for any. Names are held in NFC, whatever form a file system or a client has."""

    trust: str | None = None
    school: str | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        for name in ("trust", "school", "group"):
            if value := getattr(self, name):
                object.__setattr__(self, name, unicodedata.normalize("NFC", value))


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """The changes of one layer.

    Phrases are kept as the text of their file: 2,000 schools would fill the memory with read ones.

    Attributes:
        name: File and folder, for messages.
        text: The whole file.
        grades: New grade by phrase id and category; category empty for all, `MUTED` for none.
        size: How many phrases it adds.
        digest: sha256 (first 16 hex digits) of what it changes, whatever the layout.
    """

    name: str
    text: str
    grades: Mapping[tuple[str, str], int]
    size: int
    digest: str

    def grade(self, phrase: Phrase, grade: int) -> int:
        """The grade of a phrase after this layer. Nothing here can reach a protected one."""
        if phrase.protected:
            return grade
        keys = ((name, category) for category in (phrase.category, _EVERY) for name in phrase.called)
        return next((self.grades[key] for key in keys if key in self.grades), grade)

    def additions(self, categories: Iterable[str]) -> Lexicon:
        """Its own phrases, read again from its text."""
        phrases, _ = _read_text(self.text, self.name, {*STANDARD_CATEGORIES, *categories}, [])
        return Lexicon(tuple(phrases), self.digest)


def read_overlays(folder: Path, lexicon: Lexicon, categories: Iterable[str] = ()) -> dict[Scope, Overlay]:
    """Reads a folder of overlays.

    Args:
        folder: With `trusts`, `schools` and `groups`, each of which may be missing.
        lexicon: The central one; a change to one of its protected phrases is refused.
        categories: Categories that are declared besides the standard ones.

    Raises:
        InvalidLexicon: With every fault found, each with file and line.
    """
    known = {*STANDARD_CATEGORIES, *categories}
    protected = {phrase.id for phrase in lexicon.phrases if phrase.protected}
    faults: list[str] = []
    found: dict[Scope, Overlay] = {}
    if not folder.is_dir():
        raise InvalidLexicon(f"{folder.name}: no folder of overlays")
    for path in csv_files(folder):
        name = path.relative_to(folder).as_posix()
        scope = _scope(path.relative_to(folder))
        if scope is None:
            faults.append(f"{name}: not in trusts, schools, schools/<school> or groups")
        elif scope in found:
            faults.append(f"{name}: the same as {found[scope].name}, but for case or the form of its accents")
        else:
            try:
                found[scope] = _read_overlay(read_text(path, name), name, known, protected, faults)
            except InvalidLexicon as error:
                faults.append(str(error))
    if faults:
        more = f"\n... and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        raise InvalidLexicon("\n".join(faults[:_MOST_SHOWN]) + more)
    return found


def _scope(path: Path) -> Scope | None:
    match [unquote(part) for part in path.with_suffix("").parts]:
        case ["trusts", trust]:
            return Scope(trust=trust)
        case ["schools", school]:
            return Scope(school=school)
        case ["schools", school, group]:
            return Scope(school=school, group=group.casefold())
        case ["groups", group]:
            return Scope(group=group.casefold())
    return None


def _read_overlay(text: str, name: str, known: set[str], protected: Collection[str], faults: list[str]) -> Overlay:
    phrases, grades = _read_text(text, name, known, faults)
    faults.extend(
        f"{name}: {identity!r} is protected; no overlay mutes or grades it"
        for identity, _ in grades
        if identity in protected
    )
    changes = "\n".join(f"{identity}\t{category}\t{grade}" for (identity, category), grade in sorted(grades.items()))
    digest = hashlib.sha256(f"{digest_of(phrases)}\n{changes}".encode()).hexdigest()[:16]
    return Overlay(name, text, grades, len(phrases), digest)


def _read_text(
    text: str, name: str, known: set[str], faults: list[str]
) -> tuple[list[Phrase], dict[tuple[str, str], int]]:
    phrases: dict[tuple[str, str], Phrase] = {}
    grades: dict[tuple[str, str], int] = {}
    for source, row in table_rows(text, name, OVERLAY_COLUMNS, faults):
        try:
            cell = read_cells(row)
            if cell.get("change") in ("add", "", None):
                phrase = read_row(row, "", source, known)
                _add(phrases, (phrase.id, phrase.category), phrase)
            else:
                _add(grades, (cell["phrase"], cell.get("category", _EVERY)), _read_change(cell, known))
        except InvalidLexicon as error:
            faults.append(f"{source}: {error}")
    return list(phrases.values()), grades


def _add(taken: dict[tuple[str, str], _T], key: tuple[str, str], value: _T) -> None:
    if key in taken:
        raise InvalidLexicon(f"{key[0]!r} stands there twice")
    taken[key] = value


def _read_change(cell: Mapping[str, str], known: Collection[str]) -> int:
    """The grade that a muted or regraded phrase gets."""
    category = cell.get("category", _EVERY)
    if not cell["phrase"]:
        raise InvalidLexicon(f"{cell['change']} needs a phrase")
    if category not in (*known, _EVERY):
        raise InvalidLexicon(f"category {category!r} is neither standard nor declared")
    if cell["change"] == "mute" and not cell["grade"]:
        return MUTED
    if cell["change"] == "regrade" and cell["grade"] in {"1", "2", "3", "4", "5"}:
        return int(cell["grade"])
    if cell["change"] in ("mute", "regrade"):
        raise InvalidLexicon(f"{cell['change']} takes {'no grade' if cell['change'] == 'mute' else 'a grade, 1 to 5'}")
    raise InvalidLexicon(f"change {cell['change']!r} is not add, mute or regrade")
