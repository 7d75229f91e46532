"""What an exchange took back is not imported, and leaves the bank that has it."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.bank import command
from domain.errors import InvalidBank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.exchange import ListReader
from image_hash.exchange_read import item_id
from image_hash.stored_bank import StoredBank

PDQ, MD5 = "0f" * 32, "2d" * 16
BANK = BankDefinition(name="watch", category="violence", severity=4)


def read(text: str, form: str) -> tuple[list[str], list[str]]:
    """Ids of what is live, and of what is taken back."""
    reader = ListReader(text, form, BANK)
    live = [item.id for item in reader.items()]
    return live, list(reader.withdrawn)


TAKEN_BACK = {
    "update": {"should_delete": True},
    "deleted": {"deleted": 1},
    "a day": {"withdrawn": "2034-02-01"},
    "status": {"status": "NON_MALICIOUS"},
    "state": {"state": "Deleted"},
    "disabled": {"disable_until_ts": 0},
    "disabled, as a fraction": {"disable_until_ts": 0.0},
    "disabled for ever": {"disable_until_ts": "9" * 5000},
    "disabled for now": {"disable_until_ts": int(time.time()) + 9000},
}
LIVE = {
    "said not to be": {"should_delete": False, "deleted": 0, "withdrawn": None, "revoked": "no"},
    "as databases write it": {"deleted": "f", "removed": "N", "revoked": "off", "retracted": 0.0, "withdrawn": []},
    "status": {"status": "MALICIOUS"},
    "unknown": {"status": "UNKNOWN", "state": "active"},
    "enabled": {"disable_until_ts": 1},
    "enabled, as a fraction": {"disable_until_ts": 1.0},
    "no time": {"disable_until_ts": "nan"},
    "enabled again": {"disable_until_ts": 1_700_000_000},
}


@pytest.mark.parametrize("form", ["json", "threatexchange", "csv"])
@pytest.mark.parametrize("mark", [*TAKEN_BACK.values(), *LIVE.values()])
def test_a_row_that_was_taken_back_is_not_live(mark: dict[str, object], form: str) -> None:
    if form == "csv":
        cells = {name: "" if value is None else str(value) for name, value in mark.items()}
        text = f"id,pdq,{','.join(cells)}\na,{PDQ},{','.join(cells.values())}\n"
    else:
        text = json.dumps([{"id": "a", "pdq": PDQ, "indicator": PDQ, "type": "HASH_PDQ"} | mark])
    assert read(text, form) == (([], ["a"]) if mark in TAKEN_BACK.values() else (["a"], []))


def test_what_has_no_id_is_known_by_its_hash() -> None:
    entry = {"indicator": PDQ, "type": "HASH_PDQ", "should_delete": True}
    assert read(json.dumps([entry]), "threatexchange") == ([], [item_id("pdq", PDQ)])
    bare = {"id": "7", "type": "", "should_delete": True}
    assert read(json.dumps([bare]), "threatexchange") == ([], ["7"])


def test_the_later_row_counts() -> None:
    live = {"id": "a", "pdq": PDQ}
    gone = live | {"deleted": True}
    assert read(json.dumps([live, gone]), "json") == (["a"], ["a"])
    assert read(json.dumps([gone, live]), "json") == (["a"], [])
    assert read(json.dumps([live, gone, live]), "json") == (["a", "a"], [])
    reader = ListReader(json.dumps([live, gone, live, live]), "json", BANK, partial=True)
    assert (len(list(reader.items())), reader.faults) == (2, ["line 4: its id stands further up"])


def test_a_row_that_does_not_say_what_it_takes_back_is_a_fault() -> None:
    reader = ListReader(json.dumps([{"deleted": True}, {"deleted": True, "id": "\ud800"}]), "json", BANK)
    with pytest.raises(InvalidBank):
        list(reader.items())
    assert reader.faults == [
        "line 1: it takes an item back and does not say which: it has no id",
        "line 2: it takes an item back whose id has characters that do not print: there is none",
    ]


def test_an_import_removes_what_was_taken_back(tmp_path: Path) -> None:
    bank = StoredBank.create(tmp_path / "watch", BANK)
    bank.add(BankItem(name, 4, "violence", md5=bytes.fromhex(MD5)) for name in ("a", "b", "c"))
    listed = tmp_path / "update.json"
    rows = [
        {"id": "a", "indicator": MD5, "type": "HASH_MD5", "status": "NON_MALICIOUS"},
        {"id": "new", "indicator": MD5, "type": "HASH_MD5"},
        {"id": "c", "indicator": MD5, "type": "HASH_MD5"},
        {"id": "c", "should_delete": True},
        {"id": "never", "indicator": MD5, "type": "HASH_MD5", "should_delete": True},
    ]
    listed.write_text(json.dumps(rows))
    done = CliRunner().invoke(command, ["import", str(bank.folder), str(listed), "--format", "threatexchange"])
    assert done.output == "1 added, 0 replaced, 1 there already, 3 withdrawn (2 of them removed)\n"
    assert sorted(stored.item.id for stored in bank.every()) == ["b", "new"]
    assert bank.count == 2


def test_nothing_is_removed_where_a_row_is_at_fault(tmp_path: Path) -> None:
    bank = StoredBank.create(tmp_path / "watch", BANK)
    bank.add([BankItem("a", 4, "violence", md5=bytes.fromhex(MD5))])
    listed = tmp_path / "update.json"
    listed.write_text(json.dumps([{"id": "a", "deleted": True}, {"id": "b", "pdq": "short"}]))
    done = CliRunner().invoke(command, ["import", str(bank.folder), str(listed), "--format", "json"])
    assert done.exit_code == 1
    assert [stored.item.id for stored in bank.every()] == ["a"]
