"""Stored banks: all or nothing, the index and its fresh tail, swaps under a reader, and what is refused."""

import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidBank
from image_hash import item_index, stored_bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.lookup import PictureFinder
from image_hash.open_bank import read_bank
from image_hash.query import Queries
from image_hash.stored_bank import StoredBank

TODAY = date(2035, 7, 31)
RNG = np.random.default_rng(8)
ROWS = RNG.integers(0, 256, (3000, 32), dtype=np.uint8)
SHORT = RNG.integers(0, 256, (3000, 8), dtype=np.uint8)


def item(number: int, **more: object) -> BankItem:
    pdq, phash = ROWS[number].tobytes(), SHORT[number].tobytes()
    return BankItem(f"i{number}", 4, "violence", pdq, phash, **more)  # type: ignore[arg-type]


def asked(number: int, flips: int = 0) -> Queries:
    pdq = np.unpackbits(ROWS[number])
    pdq[RNG.choice(256, flips, replace=False)] ^= 1
    return Queries(
        ((0, 0, 9, 9),),
        np.packbits(pdq)[None],
        ~SHORT[number][None],
        np.array([100]),
        np.array([True]),
        np.array([False]),
    )


def found(bank: StoredBank, queries: Queries) -> list[tuple[str, int]]:
    return [(match.item.id, match.distance) for match in bank.search(queries, TODAY)]


@pytest.fixture
def bank(tmp_path: Path) -> StoredBank:
    return StoredBank.create(tmp_path / "watch", BankDefinition(owner="A. Lead", purpose="a test"))


def test_items_come_back_as_they_were(bank: StoredBank) -> None:
    whole = item(0, distance=12, md5=b"m" * 16, sha256=b"s" * 32, quality=88, source="a police list")
    whole = BankItem(
        **{name: getattr(whole, name) for name in BankItem.__slots__}
        | {"tags": ("one", "two"), "expires": TODAY, "made_with": "pdqhash 0", "protected": True}
    )
    changes = bank.add([whole, item(1)])
    assert (changes.added, changes.replaced, changes.same) == (2, 0, 0)
    assert [stored.item for stored in bank.every()] == [whole, item(1)]
    again = read_bank(bank.folder)
    assert isinstance(again, StoredBank)
    assert (again.name, again.count, again.definition.owner) == ("watch", 2, "A. Lead")


def test_fresh_items_are_found_before_and_after_the_index_is_built(bank: StoredBank) -> None:
    bank.add(item(number) for number in range(2000))
    assert found(bank, asked(7, 31)) == [("i7", 31)]
    assert found(bank, asked(7, 32)) == []
    assert bank.tail_length == 2 * 2000
    bank.build_index()
    assert bank.tail_length == 0
    assert found(bank, asked(7, 31)) == [("i7", 31)]
    bank.add([item(2500)])
    assert bank.tail_length == 2
    assert found(bank, asked(2500, 3)) == [("i2500", 3)]
    assert found(bank, asked(1999, 3)) == [("i1999", 3)]


def test_every_distance_is_found_in_the_mapped_index(bank: StoredBank) -> None:
    bank.add(item(number) for number in range(3000))
    bank.build_index()
    for distance in range(32):
        assert found(bank, asked(distance * 90, distance)) == [(f"i{distance * 90}", distance)]


def test_what_is_removed_or_replaced_is_found_no_longer(bank: StoredBank) -> None:
    bank.add([item(0), item(1)])
    bank.build_index()
    assert bank.remove("i0")
    assert not bank.remove("i0")
    changed = BankItem("i1", 2, "drugs", ROWS[5].tobytes())
    assert bank.add([changed]).replaced == 1
    assert found(bank, asked(0)) == found(bank, asked(1)) == []
    assert found(bank, asked(5)) == [("i1", 0)]
    assert bank.count == 1


def test_a_fault_in_the_middle_of_an_import_leaves_nothing(bank: StoredBank) -> None:
    def broken() -> object:
        yield item(0)
        raise ValueError("line 2")

    bank.add([item(9)])
    before = bank.digest
    with pytest.raises(ValueError, match="line 2"):
        bank.add(broken())  # type: ignore[arg-type]
    assert (bank.count, bank.digest) == (1, before)
    assert found(bank, asked(0)) == []


def test_the_digest_is_of_the_items_and_the_definition_not_of_the_way_there(tmp_path: Path) -> None:
    one, other = (StoredBank.create(tmp_path / name / "watch", BankDefinition()) for name in "ab")
    one.add([item(0), item(1)])
    other.add([item(1), item(2)])
    assert one.digest != other.digest
    other.remove("i2")
    other.add([item(0)])
    assert one.digest == other.digest
    told = StoredBank.create(tmp_path / "c" / "watch", BankDefinition(distance=20))
    told.add([item(0), item(1)])
    assert told.digest != one.digest


def test_a_reader_keeps_finding_while_another_process_swaps_the_index(bank: StoredBank) -> None:
    bank.add(item(number) for number in range(1500))
    bank.build_index()
    missed: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            missed.extend(n for n in range(0, 1500, 100) if found(bank, asked(n, 2)) != [(f"i{n}", 2)])

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    other = StoredBank(bank.folder)
    for number in range(1500, 1520):
        other.add([item(number)])
        other.build_index()
    done.set()
    for reader in readers:
        reader.join()
    assert missed == []
    assert found(bank, asked(1519)) == [("i1519", 0)]
    assert sorted(path.name for path in (bank.folder / "index").iterdir()) == ["21", "CURRENT", "lock"]


def test_a_wide_item_is_found_and_slows_no_other(bank: StoredBank) -> None:
    bank.add([*(item(number) for number in range(1500)), item(2000, distance=60)])
    bank.build_index()
    assert found(bank, asked(2000, 60)) == [("i2000", 60)]
    assert found(bank, asked(3, 40)) == []
    assert [int(part.index.radii.max()) for part in bank._fresh().parts if part.algorithm == "pdq"] == [31, 60]


def test_an_import_that_outgrows_the_tail_builds_the_index(bank: StoredBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_bank, "LONGEST_TAIL", 10)
    bank.add(item(number) for number in range(5))
    assert bank.tail_length == 10
    bank.add([item(6)])
    assert bank.tail_length == 0


def test_large_banks_are_cut_into_several_indexes(bank: StoredBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_index, "MOST_ROWS", 1000)
    bank.add(item(number) for number in range(2500))
    bank.build_index()
    assert len([part for part in bank._fresh().parts if part.algorithm == "pdq"]) == 3
    for number in (0, 999, 1000, 2499):
        assert found(bank, asked(number, 31)) == [(f"i{number}", 31)]


def test_a_stored_bank_and_a_csv_are_searched_together(bank: StoredBank, tmp_path: Path) -> None:
    bank.add([item(0)])
    csv = tmp_path / "other.csv"
    csv.write_text(f"id,severity,category,pdq\nx,1,drugs,{ROWS[0].tobytes().hex()}\n", encoding="utf-8")
    finder = PictureFinder([bank, read_bank(csv)])
    assert {(match.bank, match.item) for match in finder.search(asked(0, 4))} == {("watch", "i0"), ("other", "x")}
    before = finder.digest
    bank.add([item(1)])
    assert finder.digest != before


def test_quarantine_is_kept_with_the_item(bank: StoredBank) -> None:
    bank.add([item(0), item(1, protected=True)])
    assert bank.set_quarantined("i0", True)
    assert not bank.set_quarantined("i1", True)
    assert not bank.set_quarantined("none", True)
    assert {stored.item.id for stored in StoredBank(bank.folder).quarantined()} == {"i0"}
    finder = PictureFinder([bank])
    assert [match.quarantined for match in finder.search(asked(0))] == [True]
    assert [match.quarantined for match in finder.search(asked(1))] == [False]  # protected: nothing may lower it
    assert bank.set_quarantined("i0", False)
    assert [match.quarantined for match in finder.search(asked(0))] == [False]


def test_an_item_of_a_negative_bank_that_is_set_aside_takes_no_match_away(bank: StoredBank, tmp_path: Path) -> None:
    logos = StoredBank.create(tmp_path / "logos", BankDefinition(negative=True))
    logos.add([item(0)])
    bank.add([item(0)])
    finder = PictureFinder([bank, logos])
    for aside, found_then in ((True, ["watch"]), (False, [])):
        assert logos.set_quarantined("i0", aside)
        assert [match.bank for match in finder.search(asked(0))] == found_then


DAMAGED = {
    "no definition": ("bank.yaml", None, "no bank, as it has no bank.yaml"),
    "no items": ("items.sqlite", None, "there is no such file"),
    "not SQLite": ("items.sqlite", b"nothing of the kind" * 99, "not the items of a bank"),
    "another SQLite": ("items.sqlite", b"", "not the items of a bank, or of another version"),
    "not YAML": ("bank.yaml", b"a: [", "cannot be read as YAML"),
    "a repeated field": ("bank.yaml", b"protected: true\nprotected: false", "line 2: 'protected' stands there already"),
    "unknown field": ("bank.yaml", b"colour: red", "colour Extra inputs are not permitted"),
    "a protected bank switched off": (
        "bank.yaml",
        b"protected: true\nenabled: false",
        "a protected bank cannot be switched off",
    ),
    "protected and negative": ("bank.yaml", b"protected: true\nnegative: true", "a negative bank cannot be protected"),
    "unknown category": ("bank.yaml", b"category: vaping", "category 'vaping' is unknown"),
    "an index of nothing": ("index/1/manifest.json", b"[]", "not an index"),
    "a short index": ("index/1/0.rows", b"", "not an index"),
    "an index of something else": ("index/1/0.radii", None, "not an index"),
}


@pytest.mark.parametrize(("name", "data", "fault"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_is_named(bank: StoredBank, name: str, data: bytes | None, fault: str) -> None:
    bank.add(item(number) for number in range(1500))
    bank.build_index()
    bank.close()
    for beside in bank.folder.glob("items.sqlite-*"):
        beside.unlink()
    path = bank.folder / name
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(InvalidBank, match=fault):
        found(StoredBank(bank.folder), asked(0))


def test_a_folder_that_is_there_is_not_written_over(bank: StoredBank) -> None:
    with pytest.raises(InvalidBank, match="cannot be made: File exists"):
        StoredBank.create(bank.folder, BankDefinition())
