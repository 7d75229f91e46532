"""A bank by its path: a CSV file, or the folder of a stored one."""

from collections.abc import Collection
from pathlib import Path

from image_hash.bank import Bank
from image_hash.stored_bank import StoredBank


def read_bank(path: Path, categories: Collection[str] = ()) -> Bank | StoredBank:
    """Opens a bank.

    Args:
        path: A CSV file or a folder.
        categories: Categories that are declared beside the standard ones.

    Raises:
        InvalidBank: With the file and the fault.
    """
    return StoredBank(path, categories) if path.is_dir() else Bank.read(path, categories)
