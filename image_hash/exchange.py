"""Lists from outside brought into a stored bank: all of them, or none with every fault named, or what is sound."""

from collections.abc import Collection, Iterator

from domain.errors import InvalidBank
from domain.severity import STANDARD_CATEGORIES
from image_hash.bank_item import BankItem, item_of_row
from image_hash.definition import BankDefinition
from image_hash.exchange_read import FORMATS, Row
from image_hash.withdrawal import Withdrawn

MOST_FAULTS = 1000
"""After so many bad rows the rest is not read: it is no list of this format."""


class ListReader:
    """A list that is read once, row by row.

    Attributes:
        faults: Rows that cannot be used, each with its line and what is wrong; filled while reading.
        withdrawn: Ids of items that the list takes back, in its order; filled while reading.
    """

    def __init__(
        self,
        text: str,
        form: str,
        bank: BankDefinition,
        given: Row | None = None,
        categories: Collection[str] = (),
        partial: bool = False,
    ) -> None:
        """Prepares to read.

        Args:
            text: The whole file.
            form: One of `FORMATS`.
            bank: Says severity and category of rows that name none.
            given: Cells of rows that have none of their own, such as `source`, `tags` or `expires`.
            categories: Categories that are declared beside the standard ones.
            partial: Whether the sound rows are wanted although others are at fault.
        """
        self._text, self._form, self._bank, self._given = text.removeprefix("\ufeff"), form, bank, given or {}
        self._known = frozenset(STANDARD_CATEGORIES).union(categories)
        self._partial = partial
        self.faults: list[str] = []
        self.withdrawn: dict[str, None] = {}

    def items(self) -> Iterator[BankItem]:
        """The items that can be used.

        Raises:
            InvalidBank: The file as a whole is at fault, or (at the end) rows are and no partial list is wanted.
        """
        seen: set[str] = set()
        for line, read in _rows(self._text, self._form, self.faults):
            try:
                if isinstance(read, Withdrawn):
                    self._take_back(read)
                    seen.discard(read.id)
                    continue
                item = self._item(read)
                if item.id in seen:
                    raise ValueError("its id stands further up")
            except ValueError as error:
                self.faults.append(f"line {line}: {error}")
                if len(self.faults) < MOST_FAULTS:
                    continue
                self.faults.append(f"{MOST_FAULTS} faults and more; the rest was not read")
                break
            seen.add(item.id)
            self.withdrawn.pop(item.id, None)  # it was taken back further up, and came again
            yield item
        if self.faults and not self._partial:
            raise InvalidBank(f"{len(self.faults)} faults; nothing was imported")

    def _take_back(self, row: Withdrawn) -> None:
        if not row.id:
            raise ValueError("it takes an item back and does not say which: it has no id")
        if not row.id.isprintable():
            raise ValueError("it takes an item back whose id has characters that do not print: there is none")
        self.withdrawn[row.id] = None

    def _item(self, read: Row | str) -> BankItem:
        if isinstance(read, str):
            raise ValueError(read)
        if read.get("file"):
            raise ValueError("it names a file; `secondglance bank add` hashes pictures")
        cells = {**self._given, **{name: cell for name, cell in read.items() if cell}}
        return item_of_row(cells, None, self._known, self._bank)


def _rows(text: str, form: str, faults: list[str]) -> Iterator[tuple[int, Row | Withdrawn | str]]:
    """The rows; a fault at which the file cannot be read on is told as well."""
    started = False
    try:
        for row in FORMATS[form](text):
            started = True
            yield row
    except InvalidBank as error:
        if not started:
            raise
        faults.append(f"{error}; the rest was not read")
