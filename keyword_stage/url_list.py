"""Lists of addresses: kept as hashes alone, looked up for the capture's own address and for those on the page.

The open form is a CSV with the columns `id`, `url`, `grade` and `category`; `url` is an address, or `sha256:` and the
hash of one in its one form (`keyword_stage/addresses.py`). A host takes all hosts below it, a path all paths below it,
whatever the query.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidLexicon
from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage.addresses import lookups, normalise
from keyword_stage.tables import list_rows, read_text
from keyword_stage.written_addresses import find_addresses

COLUMNS = frozenset({"id", "url", "grade", "category"})
_HASH = re.compile(r"sha256:([0-9a-fA-F]{64})")
_PLACE = re.compile(r"[^.]*\.|[^/?:]*:[^/?:]*:")
"""What a form has at least: a dot, or the two colons of an IPv6 address."""


@dataclass(frozen=True, slots=True)
class UrlEntry:
    """One address of a list.

    Attributes:
        id: `list:item`.
        hashed: sha256 of its one form, keyed if it is protected.
        category: Standard or declared.
        grade: 1..5.
        protected: Whether nothing may mute, lower or show it.
    """

    id: str
    hashed: str
    category: str
    grade: int
    protected: bool


class UrlFinder:
    """Finds listed addresses; never changes and holds no address.

    Args:
        entries: Of all lists.
        key: What protected entries were hashed with.
    """

    def __init__(self, entries: Iterable[UrlEntry] = (), key: str | None = None) -> None:
        self._entries: dict[str, list[UrlEntry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.hashed, []).append(entry)
        self._keys = (None, key) if key else (None,)
        self.size = sum(map(len, self._entries.values()))
        lines = sorted(f"{e.id}\t{e.hashed}\t{e.category}\t{e.grade}" for own in self._entries.values() for e in own)
        self.digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def find(self, page: Page, address: str | None) -> tuple[KeywordHit, ...]:
        """Finds the capture's own address, which has no place on the page (0 to 0), and those on the page."""
        if not self._entries:
            return ()
        hits = [_hit(entry, 0, 0, "") for entry in self._matching(address or "")]
        found_to: dict[str, int] = {}
        for place in find_addresses(page.text):
            for end in place.ends:
                written = page.text[place.start : end]
                for entry in self._matching(written):
                    if found_to.get(entry.id, 0) <= place.start:
                        found_to[entry.id] = end
                        hits.append(_hit(entry, place.start, end, written))
        return tuple(hits)

    def _matching(self, address: str) -> Iterator[UrlEntry]:
        found: dict[str, UrlEntry] = {}
        for form in lookups(address):
            for key in self._keys:
                found.update((entry.id, entry) for entry in self._entries.get(hash_form(form, key), ()))
        yield from found.values()


def hash_form(form: str, key: str | None = None) -> str:
    """Hash of the one form of an address; an HMAC with a key."""
    if key:
        return hmac.new(key.encode(), form.encode(), hashlib.sha256).hexdigest()
    return hashlib.sha256(form.encode()).hexdigest()


def read_url_lists(paths: Iterable[Path], known: Collection[str]) -> list[UrlEntry]:
    """Reads open lists; each is named by its file's stem.

    Raises:
        InvalidLexicon: With file, line and fault.
    """
    return [entry for path in paths for entry in read_entries(read_text(path), path.stem, known)]


def read_entries(text: str, name: str, known: Collection[str], key: str | None = None) -> list[UrlEntry]:
    """Reads the open form of a list. Messages name line and column, never a cell.

    Args:
        text: The CSV.
        name: The list's name.
        known: Categories that there are.
        key: Of a protected list.

    Raises:
        InvalidLexicon: With the first fault.
    """
    entries: list[UrlEntry] = []
    for source, cell in list_rows(text, name, COLUMNS, known):
        hashed = _hash(cell["url"], key)
        if hashed is None:
            raise InvalidLexicon(f"{source}: the url is no address")
        entry = UrlEntry(f"{name}:{cell['id']}", hashed, cell["category"], int(cell["grade"]), key is not None)
        entries.append(entry)
    return entries


def _hash(written: str, key: str | None) -> str | None:
    given = _HASH.fullmatch(written)
    if given and key is None:
        return given[1].lower()
    form = normalise(written)
    return hash_form(form, key) if form and _PLACE.match(form) else None


def _hit(entry: UrlEntry, start: int, end: int, written: str) -> KeywordHit:
    matched = "" if entry.protected else written
    return KeywordHit(entry.id, entry.category, entry.grade, start, end, matched, (), entry.protected)
