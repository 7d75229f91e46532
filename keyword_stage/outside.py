"""Lists from other products, and for them: plain CSV or TSV, and CSV as Senso writes it.

    senso   keyword (or phrase), category, severity
    csv     phrase (or keyword), grade (or severity), category, and where a phrase needs them name, solicitation,
            language and ambiguous
    tsv     the same, separated by tabs

Columns may stand in any order and in any case; others are left out, but a row with a rule, or of a cue, is refused. A
severity is 1 to 5, or low (2), medium (3), high (4), urgent or critical (5). A category may be written as people do:
`Self-harm`.
"""

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from domain.errors import InvalidLexicon
from keyword_stage.lexicon import ENGLISH, Lexicon, Phrase, is_marked, read_row
from keyword_stage.rules import RULE_COLUMNS
from keyword_stage.tables import Row, read_cells, read_rows

FORMATS = ("senso", "csv", "tsv")
_NAMES = {"keyword": "phrase", "severity": "grade"}
_WORDS = {"low": "2", "medium": "3", "high": "4", "urgent": "5", "critical": "5"}
_SENSO = ("keyword", "category", "severity")
_OWN = ("phrase", "grade", "category", "name", "solicitation", "language", "ambiguous")
_SPARE = frozenset({"name", "solicitation", "language", "ambiguous"})
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
    if not phrases and not faults:
        faults.append("line 1: nothing stands below the header")
    return Imported(tuple(phrases.values()), tuple(faults))


def _header_fault(header: list[str]) -> str:
    if {"phrase", "grade"} <= {*header} and len({*header}) == len(header):
        return ""
    return "needs a header with phrase or keyword and grade or severity, each once"


def _read(row: Row, known: set[str], category: str | None) -> Phrase:
    cell = read_cells(row)
    phrase = _no_formula(cell["phrase"])
    if not phrase:
        raise InvalidLexicon("no phrase")
    kept = [*filter(cell.get, RULE_COLUMNS), *(["cue"] if is_marked(row, "cue") else [])]
    if kept:
        raise InvalidLexicon(f"a phrase with {' and '.join(kept)} is not imported, which would leave that out")
    grade = _WORDS.get(cell["grade"].casefold(), cell["grade"])
    made: dict[str, str | None] = {name: cell.get(name, "") for name in ("name", "solicitation")}
    made |= {"phrase": phrase, "grade": grade, "language": cell.get("language", "").casefold()}
    made["category"] = _category(cell.get("category") or category or "", known)
    made["ambiguous"] = cell.get("ambiguous") or ("yes" if _ambiguous(grade) else "no")
    if "protected" in row:  # then no fault shows a cell of a row that may be
        made |= {name: row.get(name) for name in ("protected", "id")}
    return read_row(made, "", "", known)


def _category(written: str, known: Collection[str]) -> str:
    plain = "_".join(written.casefold().replace("-", " ").split())
    return plain if plain in known and written not in known else written


def exportable(lexicon: Lexicon) -> tuple[Phrase, ...]:
    """Phrases that may leave: no protected one, and none that is more without its rules, or as a cue."""
    return tuple(phrase for phrase in lexicon.phrases if not (phrase.protected or phrase.rules.names or phrase.cue))


def export_list(phrases: Iterable[Phrase], form: str) -> str:
    """Phrases without rules in one of `FORMATS`; `csv` is a lexicon file as well."""
    rows = [_cells(phrase) for phrase in phrases]
    needed = [name for name in _OWN if name not in _SPARE or any(row[name] for row in rows)]
    header = _SENSO if form == "senso" else needed
    out = io.StringIO()
    writer = csv.DictWriter(out, header, extrasaction="ignore", delimiter=_delimiter(form), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def beyond_senso(phrases: Iterable[Phrase]) -> int:
    """How many phrases have a name, language or mark, for which `senso` has no room."""
    return sum(
        phrase.id != phrase.written
        or phrase.solicitation
        or phrase.language != ENGLISH
        or phrase.ambiguous != _ambiguous(str(phrase.grade))
        for phrase in phrases
    )


def _cells(phrase: Phrase) -> dict[str, object]:
    written = _no_formula(phrase.written)
    return {
        **dict.fromkeys(("phrase", "keyword"), written),
        **dict.fromkeys(("grade", "severity"), phrase.grade),
        "category": phrase.category,
        "name": "" if phrase.id == phrase.written else phrase.id,
        "solicitation": "yes" if phrase.solicitation else "",
        "language": "" if phrase.language == ENGLISH else phrase.language,
        "ambiguous": "yes" if phrase.ambiguous else "no" if _ambiguous(str(phrase.grade)) else "",
    }


def _ambiguous(grade: str) -> bool:
    """Whether a phrase is taken for one that is often innocent if no cell says it: what only counts beside others."""
    return grade == "1"


def _no_formula(written: str) -> str:
    """A phrase without signs that a spreadsheet takes for the start of a formula; folded it is the same."""
    return written.lstrip("=+- \t")


def _column(name: str) -> str:
    plain = name.strip().casefold()
    return _NAMES.get(plain, plain)


def _delimiter(form: str) -> str:
    return "\t" if form == "tsv" else ","
