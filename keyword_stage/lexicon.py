"""Graded phrases, read from CSV files that a safeguarding lead can edit.

A file has a header and one phrase a line. Columns:

    phrase      words and marks, see `keyword_stage/spelling.py`
    grade       1..5, see docs/rubric.md
    category    may be left out where the file is named after its category
    ambiguous   yes or no: is it often innocent?
    note        why it is there
    language    ISO 639-1 code; may be left out in a folder named after it, and for English
    protected   yes: nothing may mute, lower or show it; then `id` names it
    id          of a protected phrase, unique in its file
    name        what verdicts call it if its text is hard to read: a few plain words, unique in its category
    unless, with, expires       rules, see `keyword_stage/rules.py`
    cue         yes: an everyday word that only asks for a second look, see `keyword_stage/cues.py`
    solicitation    yes: it asks for, offers or threatens with sexual pictures or acts; no model lowers its grade
    exempt      the check of `lexicon lint` that it need not pass (common or grade), a colon and why
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import InvalidLexicon
from domain.heap import uncollected
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.rules import RULE_COLUMNS, Rules, read_rules
from keyword_stage.spelling import Spelling, read_spelling
from keyword_stage.tables import ITEM, Row, csv_files, read_cells, read_text, table_rows

DEFAULT_FOLDER = Path(__file__).parent / "lexicons"
COLUMNS = frozenset(
    {
        "phrase",
        "grade",
        "category",
        "ambiguous",
        "note",
        "language",
        "protected",
        "id",
        "cue",
        "name",
        "exempt",
        "solicitation",
        *RULE_COLUMNS,
    }
)
ENGLISH = "en"
EXEMPTIONS = ("common", "grade")
"""Checks of `lexicon lint` that a phrase may be exempt from: a word alone, and what its words say."""
EXPLICIT = 4
"""Grade from which an unambiguous phrase in the first person is an explicit statement."""
FIRST_PERSON = frozenset({"i", "i'm", "im", "i've", "ive", "i'd", "i'll", "me", "my", "mine", "myself"})

MOST_NAME = 60
"""Characters of a name, and those up to which a phrase needs none."""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´＇", "'"))
_WORD = re.compile(r"(?<![@\w])[^\W\d_]+(?:'[^\W\d_]+)*(?P<open>\*?)")
_NAME = re.compile(r"[^\W_][\w ,.'’?/-]*")
_LANGUAGE = re.compile("[a-z]{2}")
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)
"""Cells that a message repeats: from the first quote on, as a cell may hold others."""
_TRUE = frozenset({"yes", "true", "1"})
_FALSE = frozenset({"no", "false", "0", ""})


@dataclass(frozen=True, slots=True)
class Phrase:
    """One graded phrase.

    Attributes:
        id: What verdicts and overlays call it: its name if it has one, else as written; `list:item` if protected.
        category: Standard or declared.
        grade: 1..5.
        spelling: What it looks for.
        ambiguous: Whether it is often innocent.
        protected: Whether nothing may mute, lower or show it.
        source: File and line, for messages.
        note: Why it is there.
        language: ISO 639-1 code: as its row says, else the folder under `lexicons/` that holds its file, else `en`.
        rules: When it does not count.
        cue: Whether it only asks for a second look.
        written: As the file has it; empty if protected.
        solicitation: Whether it asks for, offers or threatens with sexual pictures or acts, so that no model lowers
            its grade.
        exempt: The check that it need not pass, a colon and why; empty if none.
    """

    id: str
    category: str
    grade: int
    spelling: Spelling = field(repr=False)  # of a protected phrase no message shows it
    ambiguous: bool
    protected: bool
    source: str
    note: str = field(default="", repr=False)
    language: str = ENGLISH
    rules: Rules = field(default_factory=Rules)
    cue: bool = False
    written: str = ""
    solicitation: bool = False
    exempt: str = ""

    def is_exempt(self, check: str) -> bool:
        """Whether it need not pass a check of `lexicon lint`."""
        return self.exempt.startswith(f"{check}:")

    @property
    def called(self) -> tuple[str, ...]:
        """What overlays may call it: its id, and what is written if a name stands for that."""
        return tuple(dict.fromkeys(filter(None, (self.id, self.written))))

    @property
    def explicit(self) -> bool:
        """Whether it is an unambiguous, serious statement in the first person ("kill~ myself", "if i tell anyone")."""
        return self.grade >= EXPLICIT and not self.ambiguous and _is_first_person(self.written or self.id)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases in force.

    Attributes:
        phrases: In file order.
        digest: sha256 (first 16 hex digits) of what can fire, whatever the file layout.
    """

    phrases: tuple[Phrase, ...]
    digest: str


@uncollected()
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
    for path in _files(paths or (DEFAULT_FOLDER,), faults):
        for phrase in _read_file(path, known, faults):
            other = phrases.setdefault((phrase.category, phrase.id), phrase)
            if other is not phrase:
                faults.append(f"{phrase.source}: {_shown(phrase)} stands already in {other.source}")
    if faults:
        more = f"\n... and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InvalidLexicon("\n".join(faults[:20]) + more)
    if not phrases:
        raise InvalidLexicon("no phrases: " + ", ".join(str(path) for path in paths))
    return Lexicon(tuple(phrases.values()), digest_of(phrases.values()))


def _is_first_person(written: str) -> bool:
    """Whether somebody speaks of themselves, in one way of several at least, however that is typed ("I’m", "ME!").

    What a word only begins with does not count ("im*"), but for "myself*".
    """
    plain = unicodedata.normalize("NFKC", written.translate(_APOSTROPHES)).casefold()
    words = {word[0] for word in _WORD.finditer(plain) if not word["open"] or word[0] == "myself*"}
    return not FIRST_PERSON.isdisjoint(word.rstrip("*") for word in words)


def _shown(phrase: Phrase) -> str:
    return f"item {phrase.id!r}" if phrase.protected else f"{phrase.id!r} ({phrase.category})"


def _files(paths: Iterable[Path], faults: list[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from csv_files(path, faults)
        else:
            yield path


def _read_file(path: Path, known: set[str], faults: list[str]) -> Iterator[Phrase]:
    place = path.resolve().parent
    is_language = place.parent.name == DEFAULT_FOLDER.name and _LANGUAGE.fullmatch(place.name)
    language = place.name if is_language else ""
    name = f"{language}/{path.name}" if language else path.name
    try:
        text = read_text(path, name)
    except InvalidLexicon as error:
        faults.append(str(error))
        return
    for source, row in table_rows(text, name, COLUMNS, faults):
        try:
            yield read_row(row, path.stem, source, known, language or ENGLISH)
        except InvalidLexicon as error:
            faults.append(f"{source}: {error}")


def read_row(row: Row, stem: str, source: str, known: set[str], language: str = ENGLISH) -> Phrase:
    """Reads one row.

    Args:
        row: Its cells by column.
        stem: The list's name: the category where no cell says it, and the first part of a protected phrase's id.
        source: File and line.
        known: Categories that there are.
        language: Where no cell says it.

    Raises:
        InvalidLexicon: Naming the fault; of a row that may be protected without any of its cells.
    """
    try:
        return _read_row(row, stem, source, known, language)
    except InvalidLexicon as error:
        slipped = (row.get("id") or "").strip() or row.get("protected", "") is None  # cells are shifted, or cut off
        if not (is_marked(row) or slipped):
            raise
        raise InvalidLexicon(_QUOTED.sub("(not shown)", str(error))) from None


def is_marked(row: Row, column: str = "protected") -> bool:
    """Whether a row says yes in a column, or anything but no."""
    return (row.get(column) or "").strip().lower() not in _FALSE


def _read_row(row: Row, stem: str, source: str, known: set[str], language: str) -> Phrase:
    cell = read_cells(row)
    category = cell.get("category") or stem
    if category not in known:
        raise InvalidLexicon(
            f"category {category!r} is neither standard nor declared (standard: {', '.join(STANDARD_CATEGORIES)})"
        )
    if cell["grade"] not in {"1", "2", "3", "4", "5"}:
        raise InvalidLexicon(f"grade {cell['grade']!r} is not 1, 2, 3, 4 or 5")
    language = cell.get("language") or language
    if not _LANGUAGE.fullmatch(language):
        raise InvalidLexicon(f"language {language!r} is not a code such as en or pl")
    protected = _flag(cell.get("protected", ""), "protected")
    ambiguous = _flag(cell.get("ambiguous", ""), "ambiguous")
    written = cell["phrase"]
    if protected:
        if not ITEM.fullmatch(cell.get("id", "")):
            raise InvalidLexicon(
                "a protected phrase needs an id of 1 to 64 letters, digits, dots, dashes or underscores"
            )
        if cell.get("name"):
            raise InvalidLexicon("a protected phrase takes no name; its id names it")
        if any(cell.get(name) for name in RULE_COLUMNS):
            raise InvalidLexicon(f"a protected phrase takes no rule ({', '.join(RULE_COLUMNS)})")
        identity = f"{stem}:{cell['id']}"
    else:
        identity = _name(cell.get("name", "")) or written
    spelling = read_spelling(written)
    cue = _flag(cell.get("cue", ""), "cue")
    if cue:
        _check_cue(cell, spelling)
    return Phrase(
        id=identity,
        category=category,
        grade=int(cell["grade"]),
        spelling=spelling,
        ambiguous=ambiguous,
        protected=protected,
        source=source,
        note=cell.get("note", ""),
        language=language,
        rules=read_rules(cell, spelling, known),
        cue=cue,
        written="" if protected else written,
        solicitation=_flag(cell.get("solicitation", ""), "solicitation"),
        exempt=_exemption(cell.get("exempt", "")),
    )


def _check_cue(cell: Mapping[str, str], spelling: Spelling) -> None:
    """Refuses a cue that could say something by itself."""
    if cell["grade"] != "1":
        raise InvalidLexicon(f"a cue has grade 1, not {cell['grade']}")
    if any(cell.get(name) for name in ("protected", "solicitation", *RULE_COLUMNS)):
        raise InvalidLexicon("a cue takes no rule, is not protected and no solicitation")
    if spelling.mode not in ("exact", "inflected") or any(" " in form.strip() for form in spelling.parts[0]):
        raise InvalidLexicon("a cue is one word, with ~ at most")


def _name(name: str) -> str:
    if name and (len(name) > MOST_NAME or not _NAME.fullmatch(name)):
        raise InvalidLexicon(f"a name is at most {MOST_NAME} letters, digits, spaces and simple punctuation")
    return name


def _exemption(text: str) -> str:
    check, _, reason = text.partition(":")
    if text and (check not in EXEMPTIONS or not reason.strip()):
        raise InvalidLexicon(f"exempt needs {' or '.join(EXEMPTIONS)}, a colon and a reason, not {text!r}")
    return text


def _flag(value: str, name: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise InvalidLexicon(f"{name} must be yes or no, not {value!r}")


def digest_of(phrases: Iterable[Phrase]) -> str:
    """Sixteen hex digits of what can fire and in which language, whatever the order."""
    lines = sorted(f"{p.id}\t{p.category}\t{p.grade}\t{p.protected}\t{p.language}\t{_fires(p)}" for p in phrases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _fires(phrase: Phrase) -> str:
    parts = ["|".join(sorted(forms)) for forms in phrase.spelling.parts]
    gaps = [f"{{{low}-{high}}}" for low, high in phrase.spelling.gaps]
    rules = (
        ("\texplicit" if phrase.explicit else "")
        + ("\tcue" if phrase.cue else "")
        + ("\tsolicitation" if phrase.solicitation else "")
        + (f"\t{phrase.rules.canonical()}" if phrase.rules.names else "")
    )
    return parts[0] + "".join(gap + part for gap, part in zip(gaps, parts[1:], strict=True)) + rules
