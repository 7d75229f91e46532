"""What a stored bank keeps of items that were set aside, and what becomes of it when it cannot."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.bank import command
from domain.image_match import ImageMatch
from image_hash import stored_bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.item_index import parts_of
from image_hash.lookup import PictureFinder
from image_hash.quarantine import Quarantine
from image_hash.query import query_of
from image_hash.shelf import Shelf
from image_hash.stored_bank import StoredBank
from tests.read_only import ReadOnly

PDQ = bytes(range(32))
KNOWN = BankItem("a", 5, "violence", pdq=PDQ)


@pytest.fixture
def bank(tmp_path: Path) -> StoredBank:
    made = StoredBank.create(tmp_path / "watch", BankDefinition())
    made.add([KNOWN])
    return made


def seen(folder: Path) -> tuple[ImageMatch, ...]:
    return PictureFinder([StoredBank(folder)]).search(query_of(PDQ, None, 100))


def flooded(bank: StoredBank, tenant: str) -> Quarantine:
    """A service on whose tenant's devices the item matched too often."""
    quarantine = Quarantine(2, Shelf([bank]))
    for device in "123":
        quarantine.watch(seen(bank.folder), device, tenant)
    return quarantine


def test_a_bank_keeps_it_for_the_tenant_and_over_a_restart(bank: StoredBank) -> None:
    flooded(bank, "north")
    again = Quarantine(2, Shelf([StoredBank(bank.folder)]))
    for tenant, aside in (("north", True), ("south", False)):
        (match,) = again.watch(seen(bank.folder), "9", tenant)
        assert match.quarantined == aside
    assert bank.quarantined() == []
    ((item, tenant, since),) = bank.aside()
    assert (item, tenant, since[:2]) == ("a", "north", "20")
    assert "a since 20" in CliRunner().invoke(command, ["quarantine", str(bank.folder)]).output


def test_what_is_released_on_the_command_line_raises_again_in_a_service_that_runs(bank: StoredBank) -> None:
    running = flooded(bank, "north")
    assert running.marked(seen(bank.folder), "north")[0].quarantined
    assert CliRunner().invoke(command, ["release", str(bank.folder), "a"]).output == "1 released\n"
    assert not running.watch(seen(bank.folder), "4", "north")[0].quarantined
    assert bank.aside() == []


def test_what_a_lead_sets_aside_holds_for_everybody(bank: StoredBank) -> None:
    CliRunner().invoke(command, ["quarantine", str(bank.folder), "a"])
    quarantine = Quarantine(2, Shelf([bank]))
    assert all(quarantine.watch(seen(bank.folder), "1", tenant)[0].quarantined for tenant in ("north", "south"))
    quarantine.release("watch", "a")
    assert not quarantine.watch(seen(bank.folder), "1", "north")[0].quarantined


def test_another_picture_under_the_same_id_is_not_set_aside(bank: StoredBank) -> None:
    flooded(bank, "north")
    bank.add([BankItem("a", 5, "violence", pdq=PDQ, quality=99)])
    assert bank.aside() == []
    flooded(bank, "north")
    assert bank.remove("a")
    assert bank.aside() == []


def test_a_bank_that_an_import_holds_fails_no_capture(bank: StoredBank) -> None:
    """Its file is locked: the item is set aside in memory, and nobody waits for the import's end."""
    held = sqlite3.connect(bank.folder / "items.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    quarantine = flooded(bank, "north")
    held.execute("ROLLBACK")
    held.close()
    assert bank.aside() == []
    assert quarantine.aside("north") == [("watch", "a")]
    assert quarantine.watch(seen(bank.folder), "9", "north")[0].quarantined
    assert not quarantine.watch(seen(bank.folder), "9", "south")[0].quarantined


def test_a_bank_that_is_only_read_fails_no_capture(bank: StoredBank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.close()
    monkeypatch.setattr(sqlite3, "connect", ReadOnly(bank.folder))  # as on a volume that is mounted to read
    quarantine = flooded(StoredBank(bank.folder), "north")
    assert quarantine.aside("north") == [("watch", "a")]


def test_a_bank_from_before_is_read_and_written(bank: StoredBank) -> None:
    assert (bank.aside(), bank.is_aside("a", "north")) == ([], False)
    assert not bank.set_aside("no such item", "north")
    assert bank.set_aside("a", "north")
    assert bank.set_aside("a", "north"), "a second time is no fault"
    assert len(bank.aside()) == 1


def test_what_is_set_aside_has_no_index_made_anew(bank: StoredBank, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, made = bank.digest, []
    monkeypatch.setattr(stored_bank, "parts_of", lambda *given: made.append(given) or parts_of(*given))
    assert bank.set_aside("a", "north")
    assert (bank.digest, made) == (digest, [])
    assert bank.remove("a")
    bank.add([KNOWN])
    assert (bank.digest, len(made)) == (digest, 1)
    assert [match.item for match in PictureFinder([bank]).search(query_of(PDQ, None, 100))] == ["a"]


def test_a_bank_that_was_moved_away_ends_no_capture(bank: StoredBank, tmp_path: Path) -> None:
    matches, quarantine = seen(bank.folder), Quarantine(0, Shelf([bank]))
    bank.folder.rename(tmp_path / "elsewhere")
    assert quarantine.watch(matches, "1", "north")[0].quarantined
