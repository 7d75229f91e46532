"""The file of a stored bank: damaged, held by another change, or in a folder that may only be read."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.bank import command
from domain.errors import InvalidBank, Unavailable
from image_hash import stored_bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.query import query_of
from image_hash.stored_bank import StoredBank
from tests.read_only import ReadOnly

TODAY = date(2035, 7, 31)
KNOWN, FRESH = b"\x0f" * 32, b"\xa5" * 32


def item(name: str, pdq: bytes) -> BankItem:
    return BankItem(name, 4, "violence", pdq=pdq)


def found(bank: StoredBank) -> list[str]:
    return [match.item.id for pdq in (KNOWN, FRESH) for match in bank.search(query_of(pdq, None, 100), TODAY)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bank = StoredBank.create(tmp_path / "watch", BankDefinition())
    bank.add([item("known", KNOWN)])
    bank.close()
    return bank.folder


def test_pages_that_are_damaged_are_named(folder: Path) -> None:
    path = folder / "items.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    bank = StoredBank(folder)
    uses = [lambda: found(bank), lambda: bank.count, bank.build_index, lambda: bank.remove("known")]
    for use in (*uses, lambda: list(bank.every()), lambda: bank.digest, bank.quarantined):
        with pytest.raises(InvalidBank, match=r"items\.sqlite: database disk image is malformed"):
            use()
    assert not bank.set_aside("known", "north")
    told = CliRunner().invoke(command, ["stats", str(folder)])
    assert isinstance(told.exception, InvalidBank)


def test_a_change_that_waited_too_long_for_another_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_bank, "_WAIT_S", 0.05)
    bank, other = StoredBank(folder), sqlite3.connect(folder / "items.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for change in (lambda: bank.add([item("fresh", FRESH)]), lambda: bank.set_quarantined("known", False)):
        with pytest.raises(Unavailable, match=r"items\.sqlite: another change is not done yet; try again later"):
            change()
    assert found(bank) == ["known"]
    other.execute("ROLLBACK")
    assert bank.remove("known")


@pytest.fixture
def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadOnly]:
    made = ReadOnly(folder)
    monkeypatch.setattr(sqlite3, "connect", made)
    yield made


def test_a_folder_that_may_only_be_read_shows_what_others_change(read_only: ReadOnly) -> None:
    bank = StoredBank(read_only.folder)
    assert found(bank) == ["known"]
    read_only.inside = False
    writer = StoredBank(read_only.folder)
    writer.add([item("fresh", FRESH)])
    read_only.inside = True
    assert found(bank) == ["known", "fresh"]  # as the change stands beside the file
    assert bank.count == 2


def test_a_change_that_was_done_and_closed_is_seen_there_as_well(read_only: ReadOnly) -> None:
    bank = StoredBank(read_only.folder)
    assert found(bank) == ["known"]
    for name, changed in (("fresh", ["known", "fresh"]), ("known", ["fresh"])):
        read_only.inside = False
        writer = StoredBank(read_only.folder)
        writer.remove(name) if name == "known" else writer.add([item(name, FRESH)])
        writer.close()
        read_only.inside = True
        assert not (read_only.folder / "items.sqlite-wal").exists()
        assert found(bank) == changed


def test_a_bank_opened_while_another_writes_it_is_whole_there(read_only: ReadOnly) -> None:
    read_only.inside = False
    writer = StoredBank(read_only.folder)
    writer.add([item("fresh", FRESH)])
    read_only.inside = True
    assert found(StoredBank(read_only.folder)) == ["known", "fresh"]
