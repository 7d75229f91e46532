"""When a phrase that was found does not count: the optional columns of a lexicon file.

    unless      5: process | task     dropped if one of these stands within 5 words on either side; 0: only if
                                      it shares a word with the phrase itself, such as `0: kill~ time`
    with        meet | lift           counts only if one of these stands elsewhere on the same page,
                category:drugs        or another phrase of that category,
                any                   or any other phrase
    expires     2027-07-31            the last day on which it fires

Rules are data and cost the same for any text. A protected phrase takes none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.errors import InvalidLexicon
from keyword_stage.spelling import Spelling, phrase_forms

RULE_COLUMNS = ("unless", "with", "expires")
MAX_DISTANCE = 10
ANY = "any"
CATEGORY = "category:"


@dataclass(frozen=True, slots=True)
class Unless:
    """Words that say that a phrase is meant otherwise.

    Attributes:
        within: How many words away, on either side, they count; 0 for those that share a word with it.
        forms: Their folded spellings.
    """

    within: int
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one phrase; none by default.

    Attributes:
        unless: What drops it.
        company: What must stand on the same page, one of: folded spellings (they begin with a space),
            `category:<name>`, `any`. Empty: it may stand alone.
        expires: Last day on which it fires.
    """

    unless: Unless | None = None
    company: frozenset[str] = frozenset()
    expires: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are in use."""
        used = (self.unless, self.company, self.expires)
        return tuple(name for name, value in zip(RULE_COLUMNS, used, strict=True) if value)

    @property
    def context(self) -> frozenset[str]:
        """Folded spellings that must be looked for besides the phrase."""
        spelled = frozenset(key for key in self.company if key.startswith(" "))
        return spelled | self.unless.forms if self.unless else spelled

    @property
    def guarded(self) -> bool:
        """Whether the words around it decide if it fires."""
        return bool(self.unless or self.company)

    def is_expired(self, today: date) -> bool:
        """Whether it no longer fires."""
        return self.expires is not None and self.expires < today

    def canonical(self) -> str:
        """The same text for the same rules, however they were written."""
        unless = f"{self.unless.within}:{'|'.join(sorted(self.unless.forms))}" if self.unless else ""
        return f"{unless}\t{'|'.join(sorted(self.company))}\t{self.expires or ''}"


def read_rules(cell: Mapping[str, str], spelling: Spelling, categories: Collection[str]) -> Rules:
    """Reads the rule columns of one row.

    Args:
        cell: Stripped cells by column; missing ones count as empty.
        spelling: Of the phrase that they guard.
        categories: Those that `with` may name.

    Raises:
        InvalidLexicon: If a rule is malformed, or could never let the phrase through.
    """
    return Rules(
        _read_unless(cell.get("unless", ""), spelling),
        frozenset(_read_company(cell.get("with", ""), categories)),
        read_expiry(cell.get("expires", "")),
    )


def _read_unless(text: str, spelling: Spelling) -> Unless | None:
    if not text:
        return None
    distance, colon, words = text.partition(":")
    if not colon or not (distance.strip().isascii() and distance.strip().isdigit()):
        raise InvalidLexicon("unless needs a number of words and phrases, such as 5: process | task")
    if int(distance) > MAX_DISTANCE:
        raise InvalidLexicon(f"unless looks at most {MAX_DISTANCE} words far, not {int(distance)}")
    forms: set[str] = set()
    for item in _items(words, "unless"):
        mine = _forms(item, "unless")
        if any(form in own for form in mine for part in spelling.parts for own in part):
            raise InvalidLexicon(f"unless {item!r} is part of the phrase itself, which would never fire")
        forms |= mine
    return Unless(int(distance), frozenset(forms))


def _read_company(text: str, categories: Collection[str]) -> Iterator[str]:
    items = _items(text, "with") if text else []
    if ANY in items and len(items) > 1:
        raise InvalidLexicon("with any takes everything; name nothing beside it")
    for item in items:
        name = item.removeprefix(CATEGORY).strip()
        if item == ANY:
            yield ANY
        elif not item.startswith(CATEGORY):
            yield from _forms(item, "with")
        elif name in categories:
            yield CATEGORY + name
        else:
            raise InvalidLexicon(f"with names the category {name!r}, which is neither standard nor declared")


def _items(text: str, column: str) -> list[str]:
    items = [item.strip() for item in text.split("|")]
    if not all(items):
        raise InvalidLexicon(f"{column} holds an empty phrase; separate phrases by one |")
    return items


def _forms(item: str, column: str) -> frozenset[str]:
    if any(char in item for char in ":{}"):
        raise InvalidLexicon(f"{column} holds {item!r}, which is no rule; phrases there have no colon and no gap")
    try:
        return phrase_forms(item)
    except InvalidLexicon as error:
        raise InvalidLexicon(f"{column}: {error}") from error


def read_expiry(text: str) -> date | None:
    """Reads the last day of something; None if it has none.

    Raises:
        InvalidLexicon: If the cell is not a date.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InvalidLexicon(f"expires {text!r} is not a date such as 2027-07-31")
    return day
