"""An index on disk that is damaged: it is named, a build makes it anew, and an import heals it."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cli.bank import command
from domain.errors import InvalidBank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.query import query_of
from image_hash.stored_bank import StoredBank

LOT = np.random.default_rng(4)
HASHES = [LOT.bytes(32) for _ in range(1100)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bank = StoredBank.create(tmp_path / "watch", BankDefinition(category="violence", severity=4))
    bank.add(BankItem(f"i{number}", 4, "violence", pdq=value) for number, value in enumerate(HASHES))
    bank.build_index()
    bank.close()
    return bank.folder


def found(folder: Path) -> list[str]:
    bank = StoredBank(folder)
    return [match.item.id for match in bank.search(query_of(HASHES[7], None, 100), date(2035, 7, 31))]


@pytest.mark.parametrize("written", [b"", b"seven", b"\xff\xfe", b"7", b"../index"])
def test_a_name_of_the_index_that_is_none_is_told_and_a_build_makes_it_anew(folder: Path, written: bytes) -> None:
    (folder / "index" / "CURRENT").write_bytes(written)
    with pytest.raises(InvalidBank, match="not an index"):
        found(folder)
    assert int(StoredBank(folder).build_index()) > 1
    assert found(folder) == ["i7"]


def test_an_import_beside_a_damaged_index_is_done_and_told(folder: Path, tmp_path: Path) -> None:
    (folder / "index" / "1" / "manifest.json").write_bytes(b"[]")
    listed = tmp_path / "list.txt"
    listed.write_text(f"{'2d' * 16}\nbad\n")
    told = CliRunner().invoke(command, ["import", str(folder), str(listed), "--format", "list", "--partial"])
    assert "1 added, 0 replaced, 0 there already" in told.stdout
    assert "list.txt: line 2: a hash of 3 characters" in told.stderr
    assert StoredBank(folder).count == 1101
    assert (found(folder), StoredBank(folder).tail_length) == (["i7"], 0)
