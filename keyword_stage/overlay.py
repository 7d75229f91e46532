"""What a trust, a school or a group changes in the central lexicon: one CSV file each, in one folder.

    trusts/north.csv          for a trust of the policy file
    schools/oak.csv           for a school (context.site)
    groups/Year 7.csv         for a group (context.group) of any school
    schools/oak/Year 7.csv    for a group of one school

The columns are those of a lexicon file, without `protected` and `id`, and `change`:

    add        (or empty) a phrase of their own
    mute       the phrase with this id no longer fires, in all categories unless `category` names one
    regrade    it has this grade instead

A `mute` or `regrade` may have `expires`, the last day on which it applies, and a `note`. No other cell would say
anything there, and none is taken.

A name with signs that no file name may hold is percent-encoded (`Year 7%2F8.csv`).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from domain.errors import InvalidLexicon
from domain.names import composed
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.lexicon import COLUMNS, Lexicon, Phrase, digest_of, read_row
from keyword_stage.rules import read_expiry
from keyword_stage.tables import csv_files, read_cells, read_text, table_rows

OVERLAY_COLUMNS = COLUMNS - {"protected", "id"} | {"change"}
MUTED = 0
"""The grade of a muted phrase."""

_TAKEN = frozenset({"change", "phrase", "category", "expires", "note"})
_CELLS = {"mute": _TAKEN, "regrade": _TAKEN | {"grade"}}
"""What says anything in the row of a change."""
_EVERY = ""
_T = TypeVar("_T")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom an overlay is; None for any."""

    trust: str | None = None
    school: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a phrase that is muted or graded anew.

    Attributes:
        grade: Its new grade, 1..5, or `MUTED`.
        expires: Last day on which it has that; `date.max` if it has no end.
        source: File and line, for messages.
    """

    grade: int
    expires: date = date.max
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """The changes of one layer.

    Phrases are kept as the text of their file: 2,000 schools would fill the memory with read ones.

    Attributes:
        name: File and folder, for messages.
        text: The whole file.
        changes: By phrase id and category; category empty for all.
        size: How many phrases it adds.
        digest: sha256 (first 16 hex digits) of what it changes, whatever the layout.
    """

    name: str
    text: str
    changes: Mapping[tuple[str, str], Change]
    size: int
    digest: str

    def grade(self, phrase: Phrase, grade: int, today: date) -> int:
        """The grade of a phrase after this layer, given the one before it. Nothing here can reach a protected one."""
        if phrase.protected:
            return grade
        keys = ((name, category) for category in (phrase.category, _EVERY) for name in phrase.called)
        changes = (self.changes[key] for key in keys if key in self.changes)
        return next((change.grade for change in changes if change.expires >= today), grade)

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
    for path in csv_files(folder, faults):
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
    match [composed(unquote(part)) for part in path.with_suffix("").parts]:
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
    phrases, changes = _read_text(text, name, known, faults)
    own = {(called, phrase.category) for phrase in phrases for called in phrase.called}
    own |= {(called, _EVERY) for called, _ in own}
    for (identity, category), change in changes.items():
        if identity in protected:
            faults.append(f"{change.source}: {identity!r} is protected; no overlay mutes or grades it")
        if (identity, category) in own:
            faults.append(
                f"{change.source}: {identity!r} is added in this file; mend that row, or name another category"
            )
    ordered = sorted(changes.items())
    applied = "\n".join(f"{identity}\t{category}\t{_applies(change)}" for (identity, category), change in ordered)
    digest = hashlib.sha256(f"{digest_of(phrases)}\n{applied}".encode()).hexdigest()[:16]
    return Overlay(name, text, changes, len(phrases), digest)


def _applies(change: Change) -> str:
    return str(change.grade) if change.expires == date.max else f"{change.grade}\t{change.expires}"


def _read_text(
    text: str, name: str, known: set[str], faults: list[str]
) -> tuple[list[Phrase], dict[tuple[str, str], Change]]:
    phrases: dict[tuple[str, str], Phrase] = {}
    changes: dict[tuple[str, str], Change] = {}
    for source, row in table_rows(text, name, OVERLAY_COLUMNS, faults):
        try:
            cell = read_cells(row)
            if cell.get("change") in ("add", "", None):
                phrase = read_row(row, "", source, known)
                _add(phrases, (phrase.id, phrase.category), phrase)
            else:
                _add(changes, (cell["phrase"], cell.get("category", _EVERY)), _read_change(cell, source, known))
        except InvalidLexicon as error:
            faults.append(f"{source}: {error}")
    return list(phrases.values()), changes


def _add(taken: dict[tuple[str, str], _T], key: tuple[str, str], value: _T) -> None:
    if key in taken:
        raise InvalidLexicon(f"{key[0]!r} stands there twice")
    taken[key] = value


def _read_change(cell: Mapping[str, str], source: str, known: Collection[str]) -> Change:
    name, category = cell["change"], cell.get("category", _EVERY)
    if name not in _CELLS:
        raise InvalidLexicon(f"change {name!r} is not add, mute or regrade")
    surplus = sorted(column for column, value in cell.items() if value and column not in _CELLS[name])
    if surplus:
        raise InvalidLexicon(f"{name} takes no {', no '.join(surplus)}")
    if not cell["phrase"]:
        raise InvalidLexicon(f"{name} needs a phrase")
    if category not in (*known, _EVERY):
        raise InvalidLexicon(f"category {category!r} is neither standard nor declared")
    if name == "regrade" and cell["grade"] not in {"1", "2", "3", "4", "5"}:
        raise InvalidLexicon("regrade takes a grade, 1 to 5")
    return Change(int(cell["grade"] or MUTED), read_expiry(cell.get("expires", "")) or date.max, source)
