"""Where it is kept what a service set aside: in the stored banks themselves, so that a lead can take it back there."""

from collections.abc import Iterable

from image_hash.bank import Bank
from image_hash.stored_bank import StoredBank


class Shelf:
    """The stored banks among those that are searched; a CSV file can keep nothing."""

    def __init__(self, banks: Iterable[Bank | StoredBank] = ()) -> None:
        self._banks = {bank.name: bank for bank in banks if isinstance(bank, StoredBank)}

    def keep(self, bank: str, item: str, tenant: str) -> bool:
        """Keeps that an item is set aside for a tenant; False if that is not to be kept (now)."""
        stored = self._banks.get(bank)
        return stored is not None and stored.set_aside(item, tenant)

    def holds(self, bank: str, item: str, tenant: str) -> bool:
        """Whether an item is kept as set aside for a tenant, as of now."""
        stored = self._banks.get(bank)
        return stored is not None and stored.is_aside(item, tenant)

    def release(self, bank: str, item: str) -> None:
        """Takes an item back, for everybody."""
        stored = self._banks.get(bank)
        if stored is not None:
            stored.set_quarantined(item, False)
