"""The index against a reference that compares every bit of every item."""

from datetime import date

import numpy as np
import pytest

from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.chunk_index import MOST_ROWS, ChunkIndex
from image_hash.chunk_plan import make_plan
from image_hash.definition import BankDefinition
from image_hash.lookup import file_hashes
from image_hash.matching import CONFIRMING_PDQ_DISTANCE, CONFIRMING_PLAIN
from image_hash.memory_index import MemoryIndex
from image_hash.query import Queries

CHUNKS_ALWAYS, SCAN_ALWAYS = 0, 10**9


def flipped(value: bytes, count: int, rng: np.random.Generator) -> bytes:
    bits = np.unpackbits(np.frombuffer(value, np.uint8))
    bits[rng.choice(len(bits), count, replace=False)] ^= 1
    return np.packbits(bits).tobytes()


def reference(hashes: list[bytes], radii: list[int], query: bytes) -> list[tuple[int, int]]:
    number = int.from_bytes(query, "big")
    distances = [(number ^ int.from_bytes(value, "big")).bit_count() for value in hashes]
    return [(row, away) for row, away in enumerate(distances) if away <= radii[row]]


def found(index: ChunkIndex, query: bytes) -> list[tuple[int, int]]:
    rows, distances = index.search(query)
    return list(zip(rows.tolist(), distances.tolist(), strict=True))


@pytest.mark.parametrize("scan_up_to", [CHUNKS_ALWAYS, SCAN_ALWAYS], ids=["chunks", "scan"])
@pytest.mark.parametrize(("size", "radius"), [(8, 0), (8, 3), (8, 8), (8, 15), (32, 5), (32, 31), (32, 63)])
def test_exact_at_every_distance(size: int, radius: int, scan_up_to: int) -> None:
    rng = np.random.default_rng(size * 100 + radius)
    rows = rng.integers(0, 256, (3000, size), dtype=np.uint8)
    hashes = [row.tobytes() for row in rows]
    index = ChunkIndex.build(rows, np.full(3000, radius, np.uint8), scan_up_to)
    for distance in range(radius + 2):
        for _ in range(4):
            row = int(rng.integers(3000))
            query = flipped(hashes[row], distance, rng)
            answer = found(index, query)
            assert answer == reference(hashes, [radius] * 3000, query)
            assert ((row, distance) in answer) == (distance <= radius)


@pytest.mark.parametrize("scan_up_to", [CHUNKS_ALWAYS, SCAN_ALWAYS], ids=["chunks", "scan"])
def test_bits_that_stand_together_are_found_as_well(scan_up_to: int) -> None:
    # All differing bits in as few chunks as they fit into, and spread evenly: the edges of the pigeonhole.
    rows = np.random.default_rng(3).integers(0, 256, (500, 32), dtype=np.uint8)
    index = ChunkIndex.build(rows, np.full(500, 31, np.uint8), scan_up_to)
    together = np.zeros(256, np.uint8)
    together[:31] = 1
    spread = np.zeros((16, 16), np.uint8)
    spread[:15, :2] = 1
    spread[15, 0] = 1
    for pattern in (together, spread.ravel()):
        for row in range(0, 500, 50):
            query = np.bitwise_xor(rows[row], np.packbits(pattern)).tobytes()
            assert (row, 31) in found(index, query)


@pytest.mark.parametrize("scan_up_to", [CHUNKS_ALWAYS, SCAN_ALWAYS], ids=["chunks", "scan"])
def test_each_item_has_its_own_radius(scan_up_to: int) -> None:
    rng = np.random.default_rng(9)
    same = rng.integers(0, 256, 32, dtype=np.uint8)
    rows = np.repeat(same[None], 5, axis=0)
    radii = [0, 4, 10, 31, 60]
    index = ChunkIndex.build(rows, np.asarray(radii, np.uint8), scan_up_to)
    for distance in (0, 1, 4, 5, 10, 11, 31, 32, 60, 61):
        query = flipped(same.tobytes(), distance, rng)
        assert found(index, query) == [(row, distance) for row in range(5) if distance <= radii[row]]


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("scan_up_to", [CHUNKS_ALWAYS, SCAN_ALWAYS], ids=["chunks", "scan"])
def test_small_banks(count: int, scan_up_to: int) -> None:
    rows = np.full((count, 8), 0xA5, np.uint8)
    index = ChunkIndex.build(rows, np.full(count, 8, np.uint8), scan_up_to)
    assert found(index, b"\xa5" * 8) == [(row, 0) for row in range(count)]


def test_many_queries_are_answered_as_each_alone() -> None:
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 256, (2000, 32), dtype=np.uint8)
    index = ChunkIndex.build(rows, np.full(2000, 31, np.uint8), CHUNKS_ALWAYS)
    near = [np.frombuffer(flipped(rows[row].tobytes(), row % 40, rng), np.uint8) for row in range(100)]
    answers = index.search_many(np.stack(near))
    alone = [(query, *one) for query in range(100) for one in found(index, near[query].tobytes())]
    assert list(zip(*(column.tolist() for column in answers), strict=True)) == alone
    assert len(alone) >= 80


@pytest.mark.parametrize(("bits", "radius"), [(64, 0), (64, 10), (64, 15), (256, 0), (256, 31), (256, 63)])
@pytest.mark.parametrize("rows", [2, 100_000, 5_000_000, 16_000_000])
def test_a_plan_never_has_room_for_a_hash_that_is_within_the_radius_and_in_no_chunk(rows, bits, radius) -> None:
    plan = make_plan(rows, bits, radius)
    tolerance = [int(plan.left[plan.places == place].max()) for place in range(plan.count)]
    assert sum(most + 1 for most in tolerance) == radius + 1
    assert plan.count * plan.width <= bits
    assert plan.width - plan.key <= 8


def test_an_index_has_no_more_rows_than_fit_into_its_tables() -> None:
    too_many = np.broadcast_to(np.zeros(8, np.uint8), (MOST_ROWS + 1, 8))
    with pytest.raises(ValueError, match="16777217 hashes in one index"):
        ChunkIndex.build(too_many, np.zeros(0, np.uint8))


TODAY = date(2035, 7, 31)


def bank_of(*items: BankItem, **definition: object) -> MemoryIndex:
    told = BankDefinition(name="demo", **definition)
    return MemoryIndex.build([Bank.of("demo", items, told)])


PDQ, PHASH = bytes(range(32)), bytes(range(8))
RNG = np.random.default_rng(11)


def hashes(pdq: int, phash: int, quality: int = 100) -> Queries:
    """Hashes so many bits away from PDQ and PHASH."""
    return Queries(
        boxes=((0, 0, 9, 9),),
        pdq=np.frombuffer(flipped(PDQ, pdq, RNG), np.uint8)[None],
        phash=np.frombuffer(flipped(PHASH, phash, RNG), np.uint8)[None],
        quality=np.array([quality]),
        close=np.array([True]),
        mirrored=np.array([False]),
    )


BOTH = BankItem("both", 4, "violence", pdq=PDQ, phash=PHASH)
TIGHT = BankItem("tight", 4, "violence", pdq=PDQ, phash=PHASH, distance=3)
WIDE = BankItem("wide", 4, "violence", pdq=PDQ, phash=PHASH, distance=40)
LONE = BankItem("lone", 4, "violence", phash=PHASH)
ONLY = BankItem("only", 4, "violence", phash=PHASH, distance=12)
PLAIN = BankItem("plain", 4, "violence", pdq=PDQ, phash=PHASH, quality=69)
FLAT = BankItem("flat", 4, "violence", phash=PHASH, quality=49)
LAST_DAY = BankItem("last day", 4, "violence", pdq=PDQ, expires=TODAY)
GONE = BankItem("gone", 4, "violence", pdq=PDQ, expires=date(2035, 7, 30))

CASES = {
    "both are near, the nearest first": (BOTH, hashes(12, 2), [("phash", 2), ("pdq", 12)]),
    "the default radii": (BOTH, hashes(31, 10), [("phash", 10), ("pdq", 31)]),
    "past the default radii": (BOTH, hashes(32, 11), []),
    "a pHash that PDQ confirms": (BOTH, hashes(CONFIRMING_PDQ_DISTANCE, 8), [("phash", 8)]),
    "a pHash farther away needs a nearer PDQ": (BOTH, hashes(36, 10), [("phash", 10)]),
    "and not one a bit farther": (BOTH, hashes(37, 10), []),
    "a plain picture needs a nearer PDQ": (BOTH, hashes(CONFIRMING_PLAIN, 8, quality=69), [("phash", 8)]),
    "and none farther": (BOTH, hashes(CONFIRMING_PLAIN + 1, 8, quality=69), []),
    "a plain item likewise": (PLAIN, hashes(CONFIRMING_PLAIN + 1, 8), []),
    "a flat item is all but equal as well": (FLAT, hashes(200, 2), [("phash", 2)]),
    "and no farther": (FLAT, hashes(200, 3), []),
    "a pHash that PDQ contradicts": (BOTH, hashes(CONFIRMING_PDQ_DISTANCE + 1, 0), []),
    "a pHash without PDQ needs no confirming": (LONE, hashes(200, 8), [("phash", 8)]),
    "and reaches no further": (LONE, hashes(0, 9), []),
    "enough quality": (BOTH, hashes(0, 20, quality=50), [("pdq", 0)]),
    "PDQ needs quality": (BOTH, hashes(0, 20, quality=49), []),
    "a flat picture is all but equal": (LONE, hashes(0, 2, quality=49), [("phash", 2)]),
    "flat pictures are alike by chance": (LONE, hashes(0, 3, quality=49), []),
    "unless PDQ confirms it": (BOTH, hashes(30, 6, quality=49), [("phash", 6)]),
    "all blanks are equal": (BOTH, hashes(0, 0, quality=0), []),
    "an override tightens both": (TIGHT, hashes(4, 4), []),
    "and lets in what is within it": (TIGHT, hashes(3, 3), [("pdq", 3), ("phash", 3)]),
    "an override widens PDQ, not pHash": (WIDE, hashes(40, 11), [("pdq", 40)]),
    "or pHash where there is nothing else": (ONLY, hashes(0, 12), [("phash", 12)]),
    "on its last day it is found": (LAST_DAY, hashes(0, 0), [("pdq", 0)]),
    "after it no longer": (GONE, hashes(0, 0), []),
}


@pytest.mark.parametrize(("item", "query", "expected"), CASES.values(), ids=CASES.keys())
def test_what_counts_as_a_match(item: BankItem, query: Queries, expected: list[tuple[str, int]]) -> None:
    matches = sorted(bank_of(item).search(query, TODAY), key=lambda match: match.distance)
    assert [(match.algorithm, match.distance) for match in matches] == expected
    assert all(match.bank.name == "demo" and match.item is item for match in matches)


def test_a_bank_may_match_by_one_algorithm_within_a_distance_of_its_own() -> None:
    assert [m.algorithm for m in bank_of(BOTH, algorithm="pdq").search(hashes(0, 0), TODAY)] == ["pdq"]
    assert [m.algorithm for m in bank_of(BOTH, algorithm="phash").search(hashes(0, 0), TODAY)] == ["phash"]
    assert list(bank_of(BOTH, distance=20).search(hashes(21, 20), TODAY)) == []
    assert [m.distance for m in bank_of(WIDE, distance=20).search(hashes(40, 20), TODAY)] == [40]


def test_items_of_all_banks_are_found() -> None:
    banks = [
        Bank.of(name, [BankItem("same id", 1, "drugs", pdq=PDQ)], BankDefinition(name=name)) for name in ("one", "two")
    ]
    assert [match.bank.name for match in MemoryIndex.build(banks).search(hashes(1, 30), TODAY)] == ["one", "two"]


def test_a_file_is_found_by_either_digest() -> None:
    md5, sha256 = file_hashes(b"a file")
    index = bank_of(BankItem("m", 1, "drugs", md5=md5), BankItem("s", 1, "drugs", sha256=sha256), GONE)
    found = [(match.item.id, match.algorithm) for match in index.search_file((md5, sha256), TODAY)]
    assert found == [("m", "md5"), ("s", "sha256")]
    assert list(index.search_file(file_hashes(b"another"), TODAY)) == []


def test_an_index_of_nothing_finds_nothing() -> None:
    assert list(MemoryIndex.build([]).search(hashes(0, 0), TODAY)) == []
