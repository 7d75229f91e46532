"""Lists from other products, and for them: plain CSV or TSV, and CSV as Senso writes it.

    senso   keyword (or phrase), category, severity
    csv     phrase (or keyword), grade (or severity), category, and name and solicitation where a phrase has one
    tsv     the same, separated by tabs

Columns may stand in any order and in any case; others are left out. A severity is 1 to 5, or low (2), medium (3),
high (4), urgent or critical (5). A category may be written as people do: `Self-harm`.
"""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.errors import InvalidLexicon
from keyword_stage.lexicon import Lexicon, Phrase, is_marked, read_row
from keyword_stage.tables import Row, read_rows

FORMATS = ("senso", "csv", "tsv")
_NAMES = {"keyword": "phrase", "severity": "grade"}
_WORDS = {"low": "2", "medium": "3", "high": "4", "urgent": "5", "critical": "5"}
_WRITTEN = {"senso": ("keyword", "category", "severity")}
_OWN = ("phrase", "grade", "category", "name", "solicitation")
_SPARE = frozenset({"name", "solicitation"})
"""Columns that are left out where nothing stands in them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list held.

    Attributes:
        phrases: The rows that can be used.
        faults: The others, each with its line and what is wrong.
    """

    phrases: tuple[Phrase, ...]
    faults: tuple[str, ...]


def import_list(text: str, form: str, known: Collection[str], category: str | None = None) -> Imported:
    """Reads a list from outside.

    Args:
        text: The whole file.
        form: One of `FORMATS`.
        known: Categories that there are.
        category: Of rows that name none.
    """
    phrases: dict[tuple[str, str], Phrase] = {}
    faults: list[str] = []
    for number, row, fault in read_rows(text, _header_fault, _delimiter(form), _column):
        try:
            if fault:
                raise InvalidLexicon(fault)
            if is_marked(row):
                raise InvalidLexicon("a protected phrase is not imported, which would show it; seal its list")
            phrase = _read(row, set(known), category)
            if phrases.setdefault((phrase.id, phrase.category), phrase) is not phrase:
                raise InvalidLexicon("the same phrase stands further up")
        except InvalidLexicon as error:
            faults.append(f"line {number}: {error}")
    return Imported(tuple(phrases.values()), tuple(faults))


def _header_fault(header: list[str]) -> str:
    if {"phrase", "grade"} <= {*header} and len({*header}) == len(header):
        return ""
    return "needs a header with phrase or keyword and grade or severity, each once"


def _read(row: Row, known: set[str], category: str | None) -> Phrase:
    cell = {name: (row.get(name) or "").strip() for name in _OWN}
    cell["phrase"] = _no_formula(cell["phrase"])
    if not cell["phrase"]:
        raise InvalidLexicon("no phrase")
    named = "_".join(cell["category"].casefold().replace("-", " ").split()) or category or ""
    grade = _WORDS.get(cell["grade"].casefold(), cell["grade"])
    ambiguous = "yes" if grade == "1" else "no"  # what is worth noting only beside others
    made: Row = {"phrase": cell["phrase"], "grade": grade, "category": named, "ambiguous": ambiguous}
    made = {**made, "name": cell["name"], "solicitation": cell["solicitation"]}
    return read_row(made, "", "", known)


def write_lexicon(phrases: Iterable[Phrase]) -> str:
    """Phrases without rules as a lexicon file."""
    rows = [(_no_formula(p.written), p.grade, p.category, _flag(p.ambiguous), _name(p), _mark(p)) for p in phrases]
    return _needed(("phrase", "grade", "category", "ambiguous", "name", "solicitation"), rows, ",")


def exportable(lexicon: Lexicon) -> tuple[Phrase, ...]:
    """Phrases that may leave: no protected one, and none that is more without its rules, or as a cue."""
    return tuple(phrase for phrase in lexicon.phrases if not (phrase.protected or phrase.rules.names or phrase.cue))


def export_list(phrases: Iterable[Phrase], form: str) -> str:
    """Phrases in one of `FORMATS`."""
    if form == "senso":
        return _table(_WRITTEN[form], ((_no_formula(p.written), p.category, p.grade) for p in phrases), ",")
    rows = [(_no_formula(p.written), p.grade, p.category, _name(p), _mark(p)) for p in phrases]
    return _needed(_OWN, rows, _delimiter(form))


def _no_formula(written: str) -> str:
    """A phrase without signs that a spreadsheet takes for the start of a formula; folded it is the same."""
    return written.lstrip("=+- \t")


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _name(phrase: Phrase) -> str:
    return "" if phrase.id == phrase.written else phrase.id


def _mark(phrase: Phrase) -> str:
    return "yes" if phrase.solicitation else ""


def _column(name: str) -> str:
    plain = name.strip().casefold()
    return _NAMES.get(plain, plain)


def _delimiter(form: str) -> str:
    return "\t" if form == "tsv" else ","


def _needed(header: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str) -> str:
    """A table without the spare columns in which nothing stands."""
    kept = [at for at, name in enumerate(header) if name not in _SPARE or any(row[at] for row in rows)]
    return _table([header[at] for at in kept], ([row[at] for at in kept] for row in rows), delimiter)


def _table(header: Iterable[str], rows: Iterable[Iterable[object]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
