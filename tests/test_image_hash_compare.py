"""Whether two pictures match is answered as a bank would answer it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.compare import Known, compare_known
from image_hash.memory_index import MemoryIndex
from image_hash.query import query_of

LOT = np.random.default_rng(6)
PDQ, PHASH = LOT.bytes(32), LOT.bytes(8)


def flipped(value: bytes, count: int) -> bytes:
    bits = np.unpackbits(np.frombuffer(value, np.uint8))
    bits[:count] ^= 1
    return np.packbits(bits).tobytes()


CASES = {
    "near": (31, 20, 100, 100, True),
    "not near": (32, 20, 100, 100, False),
    "confirmed": (50, 8, 100, 100, True),
    "confirmed farther off": (36, 10, 100, 100, True),
    "not confirmed": (51, 8, 100, 100, False),
    "plain": (41, 8, 100, 69, False),
    "flat": (0, 20, 49, 100, False),
    "two blanks": (0, 0, 0, 0, False),
}


@pytest.mark.parametrize(("pdq", "phash", "quality", "other", "match"), CASES.values(), ids=CASES.keys())
def test_distances_and_qualities_count_as_in_a_bank(
    pdq: int, phash: int, quality: int, other: int, match: bool
) -> None:
    one = Known({"pdq": PDQ, "phash": PHASH}, quality)
    found = compare_known(one, Known({"pdq": flipped(PDQ, pdq), "phash": flipped(PHASH, phash)}, other))
    assert (found.pdq, found.phash, found.match) == (pdq, phash, match)


def test_the_same_file_is_a_match_whatever_it_shows() -> None:
    blank = Known({"pdq": PDQ, "md5": b"m" * 16}, 0)
    assert compare_known(blank, blank).match
    assert not compare_known(Known({"pdq": PDQ}, 100), Known({"phash": PHASH}, 100)).match


SOME = st.sets(st.sampled_from(["pdq", "phash"]), min_size=1)
QUALITY = st.sampled_from([0, 1, 49, 50, 69, 70, 100])


@given(SOME, SOME, st.integers(0, 60), st.integers(0, 14), QUALITY, QUALITY)
def test_a_match_is_what_the_index_finds(
    one: set[str], other: set[str], pdq: int, phash: int, quality: int, second: int
) -> None:
    known = {name: value for name, value in (("pdq", PDQ), ("phash", PHASH)) if name in one}
    near = {"pdq": flipped(PDQ, pdq), "phash": flipped(PHASH, phash)}
    asked = {name: value for name, value in near.items() if name in other}
    item = BankItem("a", 4, "violence", quality=quality, **known)  # type: ignore[arg-type]
    index = MemoryIndex.build([Bank.of("demo", [item])])
    found = list(index.search(query_of(asked.get("pdq"), asked.get("phash"), second), date(2035, 7, 31)))
    assert compare_known(Known(known, quality), Known(asked, second)).match == bool(found)
