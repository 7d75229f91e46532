"""Lists from outside: what is taken, what is refused with its line, what leaves, and nothing half-imported."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.bank import command
from domain.errors import InvalidBank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.exchange import MOST_FAULTS, ListReader
from image_hash.exchange_read import FORMATS, item_id
from image_hash.exchange_write import FORMATS as WRITTEN
from image_hash.stored_bank import StoredBank

PDQ, PHASH, MD5, SHA = "0f" * 32, "1e" * 8, "2d" * 16, "3c" * 32
BANK = BankDefinition(name="watch", category="violence", severity=4)


def read(text: str, form: str, partial: bool = False, **given: str) -> tuple[list[BankItem], list[str]]:
    reader = ListReader(text, form, BANK, given, partial=partial)
    return list(reader.items()), reader.faults


TAKEN = {
    "a list of PDQ with quality": ("list", f"# made up\n{PDQ},88\n\n{PDQ[::-1]} 50\n", [("pdq", 88), ("pdq", 50)]),
    "a list of several": ("list", f"{PHASH}\n{MD5}\n{PDQ}", [("phash", None), ("md5", None), ("pdq", None)]),
    "SHA-256": ("sha256", f"{SHA}\n{PHASH}", [("sha256", None), ("phash", None)]),
    "CSV": ("csv", f"id,md5,quality\na,{MD5},\nb,{MD5},7", [("md5", None), ("md5", 7)]),
    "JSON": ("json", json.dumps([{"id": "a", "pdq": PDQ, "quality": 60, "tags": ["x", "y"]}]), [("pdq", 60)]),
    "JSON with items": ("json", json.dumps({"items": [{"id": 7, "phash": PHASH}]}), [("phash", None)]),
    "JSON lines": (
        "json",
        f'{{"id": "a", "md5": "{MD5}"}}\n{{"id": "b", "pdq": "{PDQ}"}}',
        [("md5", None), ("pdq", None)],
    ),
    "descriptors": (
        "threatexchange",
        json.dumps({"data": [{"id": "1", "indicator": PDQ, "type": "HASH_PDQ", "severity": "SEVERE"}], "paging": {}}),
        [("pdq", None)],
    ),
    "updates": ("threatexchange", json.dumps([{"raw_indicator": MD5, "type": "HASH_MD5"}]), [("md5", None)]),
    "contents of a bank": (
        "threatexchange",
        json.dumps({"id": 3, "signals": {"pdq": PDQ, "clip": "x"}}),
        [("pdq", None)],
    ),
}


@pytest.mark.parametrize(("form", "text", "expected"), TAKEN.values(), ids=TAKEN.keys())
def test_what_is_taken(form: str, text: str, expected: list[tuple[str, int | None]]) -> None:
    items, faults = read(text, form)
    assert faults == []
    names = [next(name for name in ("pdq", "phash", "md5", "sha256") if getattr(item, name)) for item in items]
    assert [(name, item.quality) for name, item in zip(names, items, strict=True)] == expected
    assert {(item.category, item.severity) for item in items} == {("violence", 4)}


def test_tags_source_and_expiry_of_a_descriptor() -> None:
    entry = {
        "id": "77",
        "indicator": PDQ,
        "type": "HASH_PDQ",
        "tags": {"data": [{"text": "set one"}, {"text": "b"}]},
        "owner": {"name": "An exchange"},
        "expired_on": "2035-07-31T00:00:00+0000",
        "severity": 5,
    }
    ((item,), _) = read(json.dumps([entry]), "threatexchange")
    assert (item.tags, item.source, item.severity) == (("set_one", "b"), "An exchange", 5)
    assert str(item.expires) == "2035-07-31"


def test_rows_get_what_the_import_says_where_they_say_nothing() -> None:
    items, _ = read(f"id,pdq,source\na,{PDQ},own\nb,{PDQ},", "csv", source="a list", tags="t u", expires="2036-01-01")
    assert [item.source for item in items] == ["own", "a list"]
    assert {item.tags for item in items} == {("t", "u")}


def test_an_id_that_was_made_up_is_the_same_again_and_does_not_give_the_hash_away() -> None:
    ((one,), _), ((other,), _) = read(PDQ, "list"), read(PDQ.upper(), "list")
    assert one.id == other.id == item_id("pdq", PDQ)
    assert PDQ[:8] not in one.id


REFUSED = {
    "too short": ("list", "abc", "line 1: a hash of 3 characters; 16, 32 or 64 hex digits are needed"),
    "no hex": ("list", "x" * 64, "line 1: pdq has characters that are not hex digits"),
    "too flat": ("list", f"{PDQ},49", "line 1: quality 49 is below 50"),
    "twice": ("list", f"{PDQ}\n{PDQ}", "line 2: its id stands further up"),
    "no quality": ("list", f"{PDQ},good", "line 1: after the hash stands something else than a quality"),
    "a file": ("csv", "id,pdq,file\na,,x.png", "line 2: it names a file"),
    "cells": ("csv", f"id,pdq\na,{PDQ}\nb", "line 3: it has 1 cells, the header 2; the rest was not read"),
    "category": ("csv", f"id,pdq,category\na,{PDQ},vaping", "line 2: category 'vaping' is unknown"),
    "type": ("threatexchange", '[{"type": "URI", "indicator": "x"}]', "line 1: type 'uri' is none of"),
    "no hash": ("threatexchange", '[{"signals": {"clip": "x"}}]', "line 1: it has no hash"),
    "two lines": (
        "json",
        json.dumps([{"id": "a\nb", "pdq": PDQ}]),
        "line 1: id has characters that",
    ),
    "no text": (
        "json",
        json.dumps([{"id": "\ud800", "pdq": PDQ}]),
        "line 1: id has characters that",
    ),
    "no Unicode": (
        "json",
        json.dumps([{"id": "a", "pdq": PDQ, "source": "\ud800"}]),
        "line 1: source is not valid Unicode",
    ),
    "tags": ("json", json.dumps([{"id": "a", "pdq": PDQ, "tags": ["\udfff"]}]), "line 1: tags is not valid Unicode"),
    "expiry": ("json", json.dumps([{"id": "a", "pdq": PDQ, "expires": "soon"}]), "line 1: expires 'soon' is not a day"),
}


@pytest.mark.parametrize(("form", "text", "fault"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_named_with_its_line(form: str, text: str, fault: str) -> None:
    reader = ListReader(text, form, BANK)
    with pytest.raises(InvalidBank, match="faults; nothing was imported"):
        list(reader.items())
    assert [one for one in reader.faults if fault in one], reader.faults


WHOLE = {
    "no JSON": ("json", "nothing", "not JSON"),
    "a number": ("json", "7", "neither a list of objects"),
    "a list of numbers": ("json", "[7]", "entry 1 is no object"),
    "no header": ("csv", "", "the header is missing"),
    "no id": ("csv", f"pdq\n{PDQ}", "missing columns: id"),
    "nested": ("json", "[" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize(("form", "text", "fault"), WHOLE.values(), ids=WHOLE.keys())
def test_a_file_that_is_none_of_its_kind(form: str, text: str, fault: str) -> None:
    with pytest.raises(InvalidBank, match=fault):
        read(text, form)


def test_reading_stops_where_nothing_is_sound() -> None:
    reader = ListReader("bad\n" * (MOST_FAULTS + 500), "list", BANK, partial=True)
    assert list(reader.items()) == []
    assert len(reader.faults) == MOST_FAULTS + 1


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "watch"
    done = run(
        "create", str(folder), "--owner", "A. Lead", "--purpose", "a test", "--category", "violence", "--severity", "4"
    )
    assert done.exit_code == 0, done.output
    return folder


def run(*arguments: str) -> "object":
    return CliRunner().invoke(command, arguments)


def test_all_or_nothing_or_what_is_sound(bank: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"{PDQ}\nbad\n{MD5}\n", encoding="utf-8")
    refused = run("import", str(bank), str(listed), "--format", "list")
    assert refused.exit_code == 1
    assert "nothing was imported" in refused.stdout
    assert "list.txt: line 2: a hash of 3 characters" in refused.stderr
    assert StoredBank(bank).count == 0
    partly = run("import", str(bank), str(listed), "--format", "list", "--partial", "--source", "an exchange")
    assert partly.exit_code == 1
    assert "2 added, 0 replaced, 0 there already" in partly.stdout
    assert {stored.item.source for stored in StoredBank(bank).every()} == {"an exchange"}
    listed.write_text(f"{PDQ}\n{SHA}\n", encoding="utf-8")
    again = run("import", str(bank), str(listed), "--format", "list", "--source", "an exchange")
    assert (again.exit_code, again.stdout) == (0, "1 added, 0 replaced, 1 there already\n")


@pytest.mark.parametrize("form", ["csv", "json", "threatexchange"])
def test_what_is_exported_can_be_imported_again(bank: Path, tmp_path: Path, form: str) -> None:
    rows = (
        f"id,pdq,severity,category,tags,expires,source\na,{PDQ},3,drugs,x y,2036-01-01,s\nb,{PDQ[::-1]},4,violence,,,\n"
    )
    (tmp_path / "in.csv").write_text(rows, encoding="utf-8")
    assert run("import", str(bank), str(tmp_path / "in.csv"), "--format", "csv").exit_code == 0
    out = run("export", str(bank), "--format", form)
    (tmp_path / "out").write_text(out.stdout, encoding="utf-8")
    other = StoredBank.create(tmp_path / "other", BANK)
    assert run("import", str(other.folder), str(tmp_path / "out"), "--format", form).exit_code == 0
    assert [one.item for one in other.every()] == [one.item for one in StoredBank(bank).every()]


@pytest.mark.parametrize("form", ["csv", "json", "threatexchange"])
def test_an_item_of_several_hashes_comes_back_as_one(bank: Path, tmp_path: Path, form: str) -> None:
    pictures = Path(__file__).parents[1] / "demo" / "pictures"
    assert run("add", str(bank), *map(str, sorted(pictures.glob("*.png"))), "--expires", "2036-01-01").exit_code == 0
    (tmp_path / "out").write_text(run("export", str(bank), "--format", form).stdout, encoding="utf-8")
    other = StoredBank.create(tmp_path / "other", BANK)
    told = run("import", str(other.folder), str(tmp_path / "out"), "--format", form)
    assert told.output == "3 added, 0 replaced, 0 there already\n"
    kept = [replace(stored.item, made_with="") for stored in StoredBank(bank).every()]
    assert [replace(stored.item, made_with="") for stored in other.every()] == kept
    assert all(item.pdq and item.phash and item.md5 and item.sha256 and item.quality for item in kept)


def test_descriptors_of_one_id_are_one_item_only_if_they_differ_in_kind() -> None:
    def told(*kinds: str) -> str:
        given = {"PDQ": PDQ, "MD5": MD5, "SHA256": SHA}
        return "\n".join(json.dumps({"id": "a", "indicator": given[k], "type": f"HASH_{k}"}) for k in kinds)

    ((one,), _) = read(told("PDQ", "MD5", "SHA256"), "threatexchange")
    assert (one.id, one.pdq, one.md5, one.sha256) == ("a", *map(bytes.fromhex, (PDQ, MD5, SHA)))
    items, faults = read(told("PDQ", "MD5", "PDQ"), "threatexchange", partial=True)
    assert (len(items), faults) == (1, ["line 3: its id stands further up"])
    items, faults = read(f"{told('PDQ', 'MD5')}\nno JSON", "threatexchange", partial=True)
    assert ([item.md5.hex() for item in items], len(faults)) == ([MD5], 1)


def test_contents_without_an_id_have_the_same_one_whatever_the_order_of_their_hashes() -> None:
    ids = {
        read(json.dumps({"signals": signals}), "threatexchange")[0][0].id
        for signals in ({"pdq": PDQ, "video_md5": MD5}, {"video_md5": MD5, "pdq": PDQ})
    }
    assert ids == {item_id("pdq", PDQ)}


def test_a_list_that_leaves_holds_no_pdq_that_a_list_is_refused_for(bank: Path, tmp_path: Path) -> None:
    rows = f"id,pdq,phash,quality\na,{PDQ},{PHASH},49\nb,{PDQ[::-1]},,50\n"
    (tmp_path / "in.csv").write_text(rows, encoding="utf-8")
    assert run("import", str(bank), str(tmp_path / "in.csv"), "--format", "csv").exit_code == 0
    out = run("export", str(bank), "--format", "list").stdout
    assert out == f"{PHASH}\n{PDQ[::-1]},50\n"
    assert len(read(out, "list")[0]) == 2


def test_lists_of_hashes_leave_and_protected_items_do_not(bank: Path, tmp_path: Path) -> None:
    rows = f"id,pdq,md5,sha256,protected\na,{PDQ},,,\nb,,{MD5},,\nc,,,{SHA},\nd,{PDQ[::-1]},,,true\n"
    (tmp_path / "in.csv").write_text(rows, encoding="utf-8")
    run("import", str(bank), str(tmp_path / "in.csv"), "--format", "csv")
    out = run("export", str(bank), "--format", "list")
    assert (out.stdout, out.stderr) == (f"{PDQ}\n{MD5}\n", "1 protected items were left out\n")
    assert run("export", str(bank), "--format", "sha256").stdout == f"{SHA}\n"


def test_every_format_can_be_read_and_written() -> None:
    assert FORMATS.keys() == WRITTEN.keys()


def test_items_are_set_aside_released_removed_and_counted(bank: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id,pdq\na,{PDQ}\nb,{PDQ[::-1]}\n", encoding="utf-8")
    run("import", str(bank), str(tmp_path / "in.csv"), "--format", "csv")
    assert run("quarantine", str(bank), "a").stdout == "1 set aside\n"
    assert run("quarantine", str(bank)).stdout.startswith("a since 20")
    assert "2 items" in run("stats", str(bank)).stdout
    assert "1 quarantined" in run("stats", str(bank)).stdout
    assert run("release", str(bank), "a", "zzz").exit_code == 1
    assert run("quarantine", str(bank)).stdout == ""
    assert run("build", str(bank)).stdout == "generation 1\n"
    assert run("remove", str(bank), "b").stdout == "1 removed\n"
    assert "1 items" in run("stats", str(bank)).stdout


def test_pictures_are_hashed_into_a_bank_and_found_by_it(bank: Path) -> None:
    picture = Path(__file__).parents[1] / "demo" / "pictures" / "known-07.png"
    assert run("add", str(bank), str(picture), "--tag", "demo").stdout == "1 added, 0 replaced, 0 there already\n"
    (stored,) = StoredBank(bank).every()
    assert stored.item.id == "known-07"
    assert stored.item.made_with.startswith("pdqhash ")
    assert not list(bank.rglob("*.png"))
    found = run("lookup", str(picture), "--bank", str(bank)).stdout
    assert "watch:known-07 pdq distance 0" in found
    assert run("add", str(bank), __file__).exit_code != 0
    assert StoredBank(bank).count == 1
    printed = json.loads(run("hash", str(picture)).stdout)
    assert printed["sha256"] == stored.item.sha256.hex()
    assert "they match" in run("compare", str(picture), str(picture)).stdout


FIELDS = st.sampled_from(["id", "pdq", "data", "type", "signals", "tags", "expires", "quality", "md5"])
NOISE = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789abcdef,\n\t #", max_size=300),
    st.text(alphabet='id,pdq\n"0f{}[]:', max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(PDQ),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["id", "pdq", "data", "type", "signals", "tags", "expires", "quality", "md5"]), inner
            )
        ),
        max_leaves=12,
    ).map(json.dumps),
)


@settings(max_examples=400, deadline=None)
@given(NOISE, st.sampled_from(sorted(FORMATS)), st.booleans())
def test_whatever_a_file_holds_it_is_read_or_refused(text: str, form: str, partial: bool) -> None:
    reader = ListReader(text, form, BANK, partial=partial)
    try:
        items = list(reader.items())
    except InvalidBank as error:
        assert str(error)
        return
    assert partial or not reader.faults
    assert len({item.id for item in items}) == len(items)
