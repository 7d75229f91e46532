"""Graded phrases, read from CSV files that a safeguarding lead can edit.

A file has a header and one phrase a line. Columns:

    phrase      words and spaces; `~` after a word also takes its inflections, `*` at the very end
                takes every word that begins so
    grade       1..5, see docs/rubric.md
    category    may be left out where the file is named after its category
    ambiguous   yes or no: is it often innocent?
    note        why it is there
    protected   yes: nothing may mute, lower or show it; then `id` names it
    id          of a protected phrase, unique in its file
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from domain.errors import InvalidLexicon
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.fold import fold
from keyword_stage.inflect import inflections

DEFAULT_FOLDER = Path(__file__).parent / "lexicons"
COLUMNS = frozenset({"phrase", "grade", "category", "ambiguous", "note", "protected", "id"})
MAX_FORMS = 400
_TRUE = frozenset({"yes", "true", "1"})
_FALSE = frozenset({"no", "false", "0", ""})


@dataclass(frozen=True, slots=True)
class Phrase:
    """One graded phrase.

    Attributes:
        id: The phrase as written, or `list:item` if protected.
        category: Standard or declared.
        grade: 1..5.
        forms: Folded spellings to look for, each with its surrounding spaces; a prefix phrase
            lacks the trailing one.
        prefix: Whether it also takes longer words.
        ambiguous: Whether it is often innocent.
        protected: Whether nothing may mute, lower or show it.
        source: File and line, for messages.
        note: Why it is there.
    """

    id: str
    category: str
    grade: int
    forms: frozenset[str]
    prefix: bool
    ambiguous: bool
    protected: bool
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases in force.

    Attributes:
        phrases: In file order.
        digest: sha256 (first 16 hex digits) of what can fire, whatever the file layout.
    """

    phrases: tuple[Phrase, ...]
    digest: str


def read_lexicon(paths: Sequence[Path] = (), categories: Iterable[str] = ()) -> Lexicon:
    """Reads lexicon files.

    Args:
        paths: CSV files, or folders of them; the project's own lexicon if empty.
        categories: Categories that a school declares besides the standard ones.

    Raises:
        InvalidLexicon: With every fault found, each with file and line.
    """
    known = {*STANDARD_CATEGORIES, *categories}
    faults: list[str] = []
    phrases: dict[tuple[str, str], Phrase] = {}
    for path in _files(paths or (DEFAULT_FOLDER,)):
        for phrase in _read_file(path, known, faults):
            other = phrases.setdefault((phrase.category, phrase.id), phrase)
            if other is not phrase:
                faults.append(f"{phrase.source}: {_shown(phrase)} stands already in {other.source}")
    if faults:
        more = f"\n... and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InvalidLexicon("\n".join(faults[:20]) + more)
    if not phrases:
        raise InvalidLexicon("no phrases: " + ", ".join(str(path) for path in paths))
    return Lexicon(tuple(phrases.values()), _digest(phrases.values()))


def _shown(phrase: Phrase) -> str:
    return f"item {phrase.id!r}" if phrase.protected else f"{phrase.id!r} ({phrase.category})"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.csv"))
        else:
            yield path


def _read_file(path: Path, known: set[str], faults: list[str]) -> Iterator[Phrase]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        faults.append(f"{path.name}: cannot be read ({error.strerror})")
        return
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: not UTF-8 (byte {error.start}); save it as CSV UTF-8")
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = set(reader.fieldnames or ())
    if not {"phrase", "grade"} <= columns:
        faults.append(f"{path.name}:1: needs a header with at least the columns phrase and grade")
        return
    if columns - COLUMNS:
        unknown = ", ".join(repr(name) for name in sorted(columns - COLUMNS))
        faults.append(f"{path.name}:1: unknown column {unknown}; known are {', '.join(sorted(COLUMNS))}")
        return
    for row in reader:
        source = f"{path.name}:{reader.line_num}"
        try:
            yield _read_row(row, path.stem, source, known)
        except InvalidLexicon as error:
            faults.append(f"{source}: {error}")


def _read_row(row: dict[str | None, str | None], stem: str, source: str, known: set[str]) -> Phrase:
    if None in row:
        raise InvalidLexicon("more cells than columns; a phrase or note with a comma needs quotes")
    cell = {str(name): (value or "").strip() for name, value in row.items()}
    category = cell.get("category") or stem
    if category not in known:
        raise InvalidLexicon(
            f"category {category!r} is neither standard nor declared (standard: {', '.join(STANDARD_CATEGORIES)})"
        )
    if cell["grade"] not in {"1", "2", "3", "4", "5"}:
        raise InvalidLexicon(f"grade {cell['grade']!r} is not 1, 2, 3, 4 or 5")
    protected = _flag(cell.get("protected", ""), "protected")
    ambiguous = _flag(cell.get("ambiguous", ""), "ambiguous")
    written = cell["phrase"]
    if protected:
        if not cell.get("id"):
            raise InvalidLexicon("a protected phrase needs an id")
        identity = f"{stem}:{cell['id']}"
    else:
        identity = written
    return Phrase(
        id=identity,
        category=category,
        grade=int(cell["grade"]),
        forms=phrase_forms(written),
        prefix=written.endswith("*"),
        ambiguous=ambiguous,
        protected=protected,
        source=source,
        note=cell.get("note", ""),
    )


def _flag(value: str, name: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise InvalidLexicon(f"{name} must be yes or no, not {value!r}")


def phrase_forms(written: str) -> frozenset[str]:
    """All folded spellings of a phrase as written in a lexicon.

    Returns:
        Each padded with a space in front, and behind unless it is a prefix phrase.

    Raises:
        InvalidLexicon: If nothing is left after folding, or the marks are misplaced.
    """
    prefix = written.endswith("*")
    body = written[:-1] if prefix else written
    if "*" in body:
        raise InvalidLexicon("* may stand only at the very end of a phrase")
    choices: list[list[str]] = []
    for word in body.split():
        if "~" in word[:-1]:
            raise InvalidLexicon("~ may stand only at the end of a word")
        if word.endswith("~"):
            choices.append(sorted({fold(form).strip() for form in inflections(word[:-1].lower())}))
        else:
            choices.append([fold(word).strip()])
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_FORMS:
        raise InvalidLexicon(f"{count} inflected forms; use fewer ~ marks (at most {MAX_FORMS} forms)")
    folded = {" ".join(word for word in words if word) for words in product(*choices)}
    if not all(any(char.isalnum() or ord(char) > 0x2000 for char in form) for form in folded) or not folded:
        raise InvalidLexicon("empty phrase: no letter, digit or emoji in it")
    return frozenset(f" {form}" if prefix else f" {form} " for form in folded)


def _digest(phrases: Iterable[Phrase]) -> str:
    lines = sorted(f"{p.id}\t{p.category}\t{p.grade}\t{p.protected}\t{'|'.join(sorted(p.forms))}" for p in phrases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
