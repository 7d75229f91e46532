"""The index against a reference that compares every bit of every item."""

import numpy as np
import pytest

from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.chunk_index import ChunkIndex
from image_hash.hashers import PictureHashes
from image_hash.index import HashIndex

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
    index = ChunkIndex(rows, np.full(3000, radius, np.uint8), scan_up_to)
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
    index = ChunkIndex(rows, np.full(500, 31, np.uint8), scan_up_to)
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
    index = ChunkIndex(rows, np.asarray(radii, np.uint8), scan_up_to)
    for distance in (0, 1, 4, 5, 10, 11, 31, 32, 60, 61):
        query = flipped(same.tobytes(), distance, rng)
        assert found(index, query) == [(row, distance) for row in range(5) if distance <= radii[row]]


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("scan_up_to", [CHUNKS_ALWAYS, SCAN_ALWAYS], ids=["chunks", "scan"])
def test_small_banks(count: int, scan_up_to: int) -> None:
    rows = np.full((count, 8), 0xA5, np.uint8)
    index = ChunkIndex(rows, np.full(count, 8, np.uint8), scan_up_to)
    assert found(index, b"\xa5" * 8) == [(row, 0) for row in range(count)]


def bank_of(*items: BankItem) -> HashIndex:
    return HashIndex.build([Bank.of("demo", items)])


PDQ, PHASH = bytes(range(32)), bytes(range(8))
RNG = np.random.default_rng(11)


def hashes(pdq: int, phash: int, quality: int = 100) -> PictureHashes:
    """Hashes so many bits away from PDQ and PHASH."""
    return PictureHashes(flipped(PHASH, phash, RNG), flipped(PDQ, pdq, RNG), quality)


BOTH = BankItem("both", 4, "violence", pdq=PDQ, phash=PHASH)
TIGHT = BankItem("tight", 4, "violence", pdq=PDQ, phash=PHASH, distance=3)
WIDE = BankItem("wide", 4, "violence", pdq=PDQ, phash=PHASH, distance=40)
ONLY = BankItem("only", 4, "violence", phash=PHASH, distance=12)

CASES = {
    "both are near, the nearest first": (BOTH, hashes(12, 2), [("phash", 2), ("pdq", 12)]),
    "the default radii": (BOTH, hashes(31, 8), [("phash", 8), ("pdq", 31)]),
    "past the default radii": (BOTH, hashes(32, 9), []),
    "enough quality": (BOTH, hashes(0, 20, quality=50), [("pdq", 0)]),
    "PDQ needs quality": (BOTH, hashes(0, 20, quality=49), []),
    "a flat picture is all but equal": (BOTH, hashes(0, 2, quality=49), [("phash", 2)]),
    "flat pictures are alike by chance": (BOTH, hashes(0, 3, quality=49), []),
    "all blanks are equal": (BOTH, hashes(0, 0, quality=0), []),
    "an override tightens both": (TIGHT, hashes(4, 4), []),
    "and lets in what is within it": (TIGHT, hashes(3, 3), [("pdq", 3), ("phash", 3)]),
    "an override widens PDQ, not pHash": (WIDE, hashes(40, 9), [("pdq", 40)]),
    "or pHash where there is nothing else": (ONLY, hashes(0, 12), [("phash", 12)]),
}


@pytest.mark.parametrize(("item", "query", "expected"), CASES.values(), ids=CASES.keys())
def test_what_counts_as_a_match(item: BankItem, query: PictureHashes, expected: list[tuple[str, int]]) -> None:
    matches = bank_of(item).search(query)
    assert [(match.algorithm, match.distance) for match in matches] == expected
    assert all(match.bank == "demo" and match.item is item for match in matches)


def test_items_of_all_banks_are_found() -> None:
    banks = [Bank.of(name, [BankItem("same id", 1, "drugs", pdq=PDQ)]) for name in ("one", "two")]
    assert [match.bank for match in HashIndex.build(banks).search(hashes(1, 30))] == ["one", "two"]


def test_an_index_of_nothing_finds_nothing() -> None:
    assert HashIndex.build([]).search(hashes(0, 0)) == ()
