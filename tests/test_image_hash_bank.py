"""Reading banks: what is taken from a CSV, and the file, line and fault of what is not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from domain.errors import InvalidBank
from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.hashers import hash_picture
from image_hash.stored_bank import StoredBank

PDQ = "0123456789abcdef" * 4
PHASH = "0123456789abcdef"
HEADER = "id,severity,category,pdq,phash"
NOISE = np.random.default_rng(5).integers(0, 256, (90, 120, 3), dtype=np.uint8)


def write(folder: Path, *lines: str, name: str = "demo.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_items_and_name(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "phash,id,note,severity,category,pdq,protected,distance",
        f",a-1,a note,5,violence,{PDQ.upper()},TRUE,12",
        "",
        f"{PHASH},a-2,,0,self_harm,,,",
    )
    bank = Bank.read(path)
    assert bank.name == "demo"
    assert bank.items == (
        BankItem("a-1", 5, "violence", pdq=bytes.fromhex(PDQ), protected=True, distance=12),
        BankItem("a-2", 0, "self_harm", phash=bytes.fromhex(PHASH)),
    )


def test_a_byte_order_mark_and_crlf_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\na,1,drugs,{PDQ},\r\n".encode())
    assert [item.id for item in Bank.read(path).items] == ["a"]


def test_a_declared_category_is_known(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, f"a,1,vaping,{PDQ},")
    assert Bank.read(path, categories=["vaping"]).items[0].category == "vaping"


FAULTS = {
    "bad hex": (f"b,1,drugs,{'x' * 64},", "pdq has characters that are not hex digits"),
    "wrong length": (f"b,1,drugs,{PHASH},", "pdq has 16 characters, 64 hex digits are needed"),
    "bad phash": (f"b,1,drugs,,{PDQ}", "phash has 64 characters, 16 hex digits are needed"),
    "severity too high": (f"b,6,drugs,{PDQ},", "severity '6' is not a whole number from 0 to 5"),
    "severity negative": (f"b,-1,drugs,{PDQ},", "severity '-1' is not a whole number"),
    "severity missing": (f"b,,drugs,{PDQ},", "severity '' is not a whole number"),
    "severity a superscript": (f"b,²,drugs,{PDQ},", "severity '²' is not a whole number"),
    "category": (f"b,1,vaping,{PDQ},", "category 'vaping' is unknown"),
    "duplicate": (f"a,1,drugs,{PDQ},", "id 'a' is there already"),
    "no id": (f" ,1,drugs,{PDQ},", "id is empty"),
    "nothing to match": ("b,1,drugs,,", "it has neither pdq, nor phash, nor md5, nor sha256, nor file"),
    "cells": (f"b,1,drugs,{PDQ}", "it has 4 cells, the header 5"),
    "quote": (f'b,1,"dru"gs,{PDQ},', "not CSV"),
}


@pytest.mark.parametrize(("row", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, row: str, fault: str) -> None:
    path = write(tmp_path, HEADER, f"a,1,drugs,{PDQ},", "", row)
    with pytest.raises(InvalidBank) as caught:
        Bank.read(path)
    assert str(caught.value).startswith(f"{path}: line 4: {fault}")


OPTIONS = {
    "protected": ("protected", "yes", "protected 'yes' is neither true nor false"),
    "distance": ("distance", "64", "distance '64' is not a whole number from 0 to 63"),
}


@pytest.mark.parametrize(("column", "cell", "fault"), OPTIONS.values(), ids=OPTIONS.keys())
def test_a_faulty_option_is_named(tmp_path: Path, column: str, cell: str, fault: str) -> None:
    path = write(tmp_path, f"id,severity,category,pdq,{column}", f"a,1,drugs,{PDQ},{cell}")
    with pytest.raises(InvalidBank, match=f"line 2: {fault}"):
        Bank.read(path)


def test_a_phash_alone_may_not_be_stretched_as_far(tmp_path: Path) -> None:
    path = write(tmp_path, "id,severity,category,phash,distance", f"a,1,drugs,{PHASH},16")
    with pytest.raises(InvalidBank, match="from 0 to 15"):
        Bank.read(path)


def test_a_line_that_a_cell_broke_still_counts(tmp_path: Path) -> None:
    # U+2028 ends a line for str.splitlines, but neither for CSV nor for an editor.
    path = write(tmp_path, f"{HEADER},note", f'a,1,drugs,{PDQ},,"two\u2028', 'lines"', "b,9,drugs,,,")
    with pytest.raises(InvalidBank, match="line 4: "):
        Bank.read(path)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("id,pdq", "missing columns: severity, category"),
        ("id,severity,category", "one of these columns is needed: pdq, phash, md5, sha256, file"),
        ("id,severity,category,pdq,pdq", "columns that are there twice: pdq"),
    ],
)
def test_a_faulty_header_is_named(tmp_path: Path, header: str, fault: str) -> None:
    with pytest.raises(InvalidBank, match=f"line 1: {fault}"):
        Bank.read(write(tmp_path, header, "a,1,drugs"))


def test_an_empty_file_and_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InvalidBank, match="line 1: the header is missing"):
        Bank.read(tmp_path / "empty.csv")
    with pytest.raises(InvalidBank, match="cannot be read: No such file"):
        Bank.read(tmp_path / "none.csv")


def test_the_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\na,1,drugs,{PDQ},\ncaf".encode() + b"\xe9,1,drugs,,\n")
    with pytest.raises(InvalidBank, match="line 3: not UTF-8"):
        Bank.read(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_file_is_hashed(tmp_path: Path, suffix: str) -> None:
    picture = Image.fromarray(NOISE)
    (tmp_path / "pictures").mkdir()
    picture.save(tmp_path / "pictures" / f"one.{suffix}")
    path = write(tmp_path, "id,severity,category,file", f"a,3,violence,pictures/one.{suffix}")
    (item,) = Bank.read(path).items
    with Image.open(tmp_path / "pictures" / f"one.{suffix}") as saved:
        hashes = hash_picture(np.asarray(saved.convert("RGB")))
    assert (item.pdq, item.phash) == (hashes.pdq, hashes.phash)


def test_a_file_is_hashed_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.fromarray(NOISE).save(tmp_path / "turned.png", exif=exif)
    clear = np.dstack([NOISE, np.zeros(NOISE.shape[:2], np.uint8)])
    clear[:40, :, 3] = 255
    Image.fromarray(clear).save(tmp_path / "clear.png")
    path = write(tmp_path, "id,severity,category,file", "a,3,violence,turned.png", "b,3,violence,clear.png")
    turned, on_white = Bank.read(path).items
    white = np.where(clear[:, :, 3:] == 255, NOISE, np.uint8(255))
    assert turned.pdq == hash_picture(np.ascontiguousarray(np.rot90(NOISE, 3))).pdq
    assert on_white.pdq == hash_picture(white).pdq


FILES = {
    "missing": ("none.png", "is missing"),
    "a folder": ("inside", "is missing"),
    "above": ("../outside.png", "is outside the folder of the bank"),
    "absolute": ("{outside}", "is outside the folder of the bank"),
    "by a link": ("link.png", "is outside the folder of the bank"),
    "not a picture": ("text.png", "not a PNG, JPEG or WebP picture that decodes"),
    "another format": ("drawing.gif", "not a PNG, JPEG or WebP picture that decodes"),
    "cut short": ("short.png", "not a PNG, JPEG or WebP picture that decodes"),
    "too large": ("large.png", "the picture is over 40000000 pixels"),
    "far too large": ("larger.png", "the picture is over 40000000 pixels"),
}


@pytest.mark.parametrize(("name", "fault"), FILES.values(), ids=FILES.keys())
def test_a_file_that_cannot_be_hashed(tmp_path: Path, name: str, fault: str) -> None:
    outside, home = tmp_path / "outside.png", tmp_path / "home"
    (home / "inside").mkdir(parents=True)
    Image.fromarray(NOISE).save(outside)
    (home / "link.png").symlink_to(outside)
    (home / "text.png").write_text("not a picture")
    Image.fromarray(NOISE).save(home / "drawing.gif")
    (home / "short.png").write_bytes(outside.read_bytes()[:400])
    if name.startswith("large"):
        Image.new("1", (8000, 5001) if name == "large.png" else (16000, 12000)).save(home / name)
    row = f"a,3,violence,{name.format(outside=outside)}"
    path = write(home, "id,severity,category,file", row)
    with pytest.raises(InvalidBank, match=f"home/demo.csv: line 2: file .*{fault}"):
        Bank.read(path)


def test_hashes_beside_a_file_are_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER},file", f"a,1,drugs,{PDQ},,one.png")
    with pytest.raises(InvalidBank, match="both hashes and a file"):
        Bank.read(path)


def test_the_digest_is_of_what_the_items_say(tmp_path: Path) -> None:
    one = Bank.read(write(tmp_path, HEADER, f"a,1,drugs,{PDQ},", f"b,2,drugs,,{PHASH}", name="one.csv"))
    same = write(tmp_path, "category,id,severity,phash,pdq", f"drugs,b,2,{PHASH},", f"drugs,a,1,,{PDQ.upper()}")
    other = write(tmp_path, HEADER, f"a,1,drugs,{PDQ},", f"b,3,drugs,,{PHASH}", name="other.csv")
    assert len(one.digest) == 64
    assert Bank.read(same).digest == one.digest
    assert Bank.read(other).digest != one.digest


@pytest.mark.parametrize("column", ["quality", "source", "tags"])
def test_what_a_match_says_or_hangs_on_is_in_the_digest(tmp_path: Path, column: str) -> None:
    banks = [
        Bank.read(write(tmp_path, f"{HEADER},{column}", f"a,1,drugs,{PDQ},{PHASH},{cell}", name=f"{cell}.csv"))
        for cell in ("60", "80")
    ]
    stored = [StoredBank.create(tmp_path / bank.name, BankDefinition()) for bank in banks]
    for one, bank in zip(stored, banks, strict=True):
        one.add(bank.items)
    assert banks[0].digest != banks[1].digest
    assert stored[0].digest != stored[1].digest
