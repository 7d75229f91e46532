"""What a bank says of distances holds for the hash that it was meant for, and no index outlives what it was made of."""

import logging
import shutil
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from cli.bank import command
from domain.errors import InvalidBank
from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.lookup import PictureFinder
from image_hash.query import Queries, query_of
from image_hash.stored_bank import StoredBank

TODAY = date(2035, 7, 31)
LOT = np.random.default_rng(8)
HASHES = [LOT.bytes(32) for _ in range(1500)]
SHORT = LOT.bytes(8)


def item(number: int, **more: object) -> BankItem:
    return BankItem(f"i{number}", 4, "violence", pdq=HASHES[number], **more)  # type: ignore[arg-type]


def near(value: bytes, bits: int) -> Queries:
    """A PDQ hash that many bits from another."""
    flipped = np.unpackbits(np.frombuffer(value, np.uint8))
    flipped[:bits] ^= 1
    return query_of(np.packbits(flipped).tobytes(), None, 100)


def found(bank: StoredBank, queries: Queries) -> list[str]:
    return [match.item.id for match in bank.search(queries, TODAY)]


def define(bank: StoredBank, **fields: object) -> StoredBank:
    """The bank, opened anew after somebody wrote another definition."""
    (bank.folder / "bank.yaml").write_text(yaml.safe_dump(fields))
    return StoredBank(bank.folder)


@pytest.fixture
def bank(tmp_path: Path) -> StoredBank:
    made = StoredBank.create(tmp_path / "watch", BankDefinition(distance=20))
    made.add(item(number) for number in range(1500))
    made.build_index()
    return made


def test_a_distance_for_pdq_lets_no_stranger_in_by_phash() -> None:
    """Two random hashes of 64 bits are 32 apart: within 31 nearly every second picture would be found."""
    known = BankItem("a", 4, "bullying", phash=SHORT)
    finder = PictureFinder([Bank.of("b", [known], BankDefinition(name="b", distance=31))])
    strangers = [finder.search(query_of(None, LOT.bytes(8), 100)) for _ in range(500)]
    assert sum(map(bool, strangers)) <= 2
    assert finder.search(query_of(None, SHORT, 100))


ROW = f"id,severity,category,phash,distance\na,4,drugs,{SHORT.hex()},"


def test_a_bank_whose_distance_does_not_fit_an_item_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(f"{ROW}\n")
    (tmp_path / "b.yaml").write_text("distance: 31\n")
    fault = r"b\.csv: line 2: distance 31 of the bank is over 15, the most for pHash without PDQ: it needs its own"
    with pytest.raises(InvalidBank, match=fault):
        Bank.read(tmp_path / "b.csv")
    (tmp_path / "b.csv").write_text(f"{ROW}6\n")
    assert Bank.read(tmp_path / "b.csv").items[0].distance == 6
    (tmp_path / "b.csv").write_text(f"{ROW}\n")
    for said in ("distance: 15", "distance: 31\nalgorithm: pdq"):
        (tmp_path / "b.yaml").write_text(said)
        assert Bank.read(tmp_path / "b.csv").count == 1


def test_a_stored_bank_is_refused_once_its_distance_no_longer_fits(bank: StoredBank) -> None:
    bank.add([BankItem("short", 4, "violence", phash=SHORT)])
    with pytest.raises(InvalidBank, match="distance 20 is over 15, the most for items with pHash and no PDQ"):
        StoredBank(bank.folder)
    assert define(bank, distance=12).count == 1501
    assert define(bank, distance=31, algorithm="pdq").count == 1501


def test_a_wider_distance_finds_more_although_the_index_is_older(
    bank: StoredBank, caplog: pytest.LogCaptureFixture
) -> None:
    assert found(bank, near(HASHES[7], 25)) == []
    wider = define(bank, distance=30)
    with caplog.at_level(logging.WARNING, "secondglance"):
        assert found(wider, near(HASHES[7], 25)) == ["i7"]
    assert "index 1 was built under another definition or of other items, and is not used" in caplog.text
    assert wider.tail_length == 1500
    wider.build_index()
    assert (found(wider, near(HASHES[7], 25)), wider.tail_length) == (["i7"], 0)
    assert found(define(bank, distance=10), near(HASHES[7], 15)) == []


def test_an_algorithm_that_comes_later_is_searched(tmp_path: Path) -> None:
    bank = StoredBank.create(tmp_path / "watch", BankDefinition(algorithm="phash"))
    bank.add(item(number, phash=LOT.bytes(8)) for number in range(40))
    bank.build_index()
    assert found(bank, near(HASHES[7], 3)) == []
    assert found(define(bank), near(HASHES[7], 3)) == ["i7"]


def test_an_index_that_another_definition_swaps_in_is_not_used_by_who_serves(bank: StoredBank) -> None:
    assert found(bank, near(HASHES[7], 15)) == ["i7"]
    define(bank, distance=5).build_index()
    bank.add([BankItem("fresh", 4, "violence", pdq=bytes(range(32)))])
    assert found(bank, near(HASHES[7], 15)) == ["i7"]
    assert found(bank, query_of(bytes(range(32)), None, 100)) == ["fresh"]
    assert bank.tail_length == 1  # the index that it had mapped is in use still


def test_an_index_of_items_that_were_replaced_by_older_ones_is_not_used(bank: StoredBank, tmp_path: Path) -> None:
    """A copy from before: its next number goes to another picture than the index has under it."""
    bank.close()
    shutil.copytree(bank.folder, tmp_path / "copy")
    bank = StoredBank(bank.folder)
    bank.add([BankItem("lost", 4, "violence", pdq=b"\x0f" * 32)])
    bank.build_index()
    bank.close()
    shutil.copy(tmp_path / "copy" / "items.sqlite", bank.folder / "items.sqlite")
    restored = StoredBank(bank.folder)
    restored.add([BankItem("other", 5, "drugs", pdq=b"\xa5" * 32)])
    assert found(restored, query_of(b"\x0f" * 32, None, 100)) == []
    assert found(restored, query_of(b"\xa5" * 32, None, 100)) == ["other"]


def test_an_index_that_names_nothing_is_not_used(bank: StoredBank) -> None:
    manifest = bank.folder / "index" / "1" / "manifest.json"
    manifest.write_text("\n".join(line for line in manifest.read_text().splitlines() if '"made_of"' not in line))
    again = StoredBank(bank.folder)
    assert (again.tail_length, found(again, near(HASHES[7], 15))) == (1500, ["i7"])


def test_many_builds_leave_the_last_in_use(bank: StoredBank) -> None:
    for _ in range(12):
        bank.build_index()
    again = StoredBank(bank.folder)
    assert (again.tail_length, found(again, near(HASHES[7], 15))) == (0, ["i7"])


def test_a_bank_that_becomes_protected_protects_what_it_held_before(bank: StoredBank) -> None:
    stamped = define(bank, protected=True)
    (match,) = stamped.search(near(HASHES[7], 3), TODAY)
    assert match.item.protected
    out = CliRunner().invoke(command, ["export", str(bank.folder)])
    assert out.exit_code == 0
    assert HASHES[7].hex() not in out.output
    assert "1500 protected items were left out" in out.output


@pytest.mark.parametrize("algorithm", ["md5", "sha256", None])
def test_an_item_with_both_digests_of_its_file_is_found_by_the_one_that_counts(
    algorithm: Literal["md5", "sha256"] | None, tmp_path: Path
) -> None:
    bank = StoredBank.create(tmp_path / "watch", BankDefinition(algorithm=algorithm))
    md5, sha256 = LOT.bytes(16), LOT.bytes(32)
    bank.add([BankItem("both", 4, "violence", md5=md5, sha256=sha256)])
    found_by = [match.algorithm for match in bank.search_file((md5, sha256), TODAY)]
    assert found_by == ([algorithm] if algorithm else ["md5", "sha256"])
