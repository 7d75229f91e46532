"""Each tenant's own lists of blocked terms: in memory, or in a folder that several replicas may share.

A term is found as whole words, whatever its case, accents and look-alike letters, as the lexicon's phrases are.
"""

import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from domain.errors import InvalidRequest, NotFound
from keyword_stage.automaton import Automaton, build_automaton
from keyword_stage.fold import fold
from pipeline.pipeline import check_text
from serving.blocklist_files import Blocklist, BlocklistFiles, Item

MAX_ITEMS = 10_000
"""Of a tenant, over all of its lists."""
MAX_LISTS = 100
Lists = Mapping[str, Blocklist]


class Blocklists:
    """The lists of every tenant; may be asked from several threads at once.

    Args:
        folder: Where they are kept; in memory alone if None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._files = BlocklistFiles(folder) if folder else None
        self._memory: dict[str, Lists] = {}
        self._writing = threading.Lock()
        self._automaton_of = lru_cache(maxsize=MAX_LISTS)(_compile)

    def of(self, tenant: str) -> Lists:
        """A tenant's lists by name."""
        return self._files.read(tenant) if self._files else self._memory.get(tenant, {})

    def get(self, tenant: str, name: str) -> Blocklist:
        """One list.

        Raises:
            NotFound: If the tenant has none of that name.
        """
        found = self.of(tenant).get(name)
        if found is None:
            raise NotFound("there is no blocklist of that name")
        return found

    def change(self, tenant: str, edit: Callable[[dict[str, Blocklist]], None]) -> None:
        """Changes a tenant's lists; all of the change is kept or none.

        Raises:
            InvalidRequest: If there would be too many lists or items.
        """
        with self._writing, self._exclusive(tenant):
            lists = dict(self.of(tenant))
            edit(lists)
            if len(lists) > MAX_LISTS:
                raise InvalidRequest(f"a tenant has at most {MAX_LISTS} blocklists")
            if sum(len(kept.items) for kept in lists.values()) > MAX_ITEMS:
                raise InvalidRequest(f"a tenant's blocklists have at most {MAX_ITEMS} items")
            if self._files:
                self._files.write(tenant, lists)
            else:
                self._memory[tenant] = lists

    def find(self, tenant: str, names: Sequence[str], text: str) -> list[tuple[str, Item]]:
        """The items that a text holds, each once, in the order of lists and text.

        Raises:
            NotFound: If the tenant has no list of one of the names.
        """
        if not names:
            return []
        folded = fold(text)
        return [
            (name, item)
            for name in dict.fromkeys(names)
            for item in dict.fromkeys(self._find(self.get(tenant, name), folded))
        ]

    def _find(self, blocklist: Blocklist, folded: str) -> Iterator[Item]:
        if blocklist.items:
            for _, items in self._automaton_of(blocklist).iter(folded):
                yield from items

    @contextmanager
    def _exclusive(self, tenant: str) -> Iterator[None]:
        if self._files is None:
            yield
            return
        with self._files.locked(tenant):
            yield


def check_term(text: str) -> str:
    """Returns a term if it can be found.

    Raises:
        InvalidRequest: If it holds no letter or digit, or one alone beside signs, or is not valid Unicode.
    """
    folded = fold(check_text(text)).strip()
    if not folded:
        raise InvalidRequest("a blocklist item holds no letter or digit")
    if len(folded) == 1 and folded.isalnum() and any(unicodedata.category(char)[0] in "PS" for char in text):
        raise InvalidRequest("signs are not looked for: of a blocklist item one letter or digit would be left")
    return text


def _compile(blocklist: Blocklist) -> Automaton[tuple[Item, ...]]:
    terms: dict[str, tuple[Item, ...]] = {}
    for item in blocklist.items.values():
        folded = fold(item.text)
        terms[folded] = (*terms.get(folded, ()), item)
    return build_automaton(terms)
