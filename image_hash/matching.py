"""When an item counts as found: its distances, the quality of the picture, its last day."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from image_hash.bank_item import MIN_QUALITY, BankItem
from image_hash.definition import MAX_PHASH_DISTANCE, Algorithm, BankDefinition
from image_hash.query import Queries

PDQ_DISTANCE = 31
PHASH_DISTANCE = 8
CONFIRMED_PHASH_DISTANCE = 10
"""Largest pHash distance of an item whose PDQ confirms it."""

CONFIRMING_PDQ_DISTANCE = 50
"""Largest PDQ distance that confirms a pHash within 8 bits; others are 100 off."""

PLAIN_QUALITY = 70
CONFIRMING_PLAIN = 40
"""The same where picture or item has a PDQ quality below that: smooth scenes of one make come within 48 bits."""

_NEARER_FOR_EACH_BIT = 7
"""How much less it is for each bit of pHash beyond those."""

FLAT_PHASH_DISTANCE = 2
"""Largest pHash distance of a flat picture that no PDQ confirms: smooth gradients are within 8 bits by chance."""


@dataclass(frozen=True, slots=True)
class IndexMatch:
    """A bank item within its radius of a query.

    Attributes:
        query: Number of the query.
        bank: The bank's definition.
        item: The item.
        algorithm: Which of its hashes was near.
        distance: In bits.
        quarantined: Whether the item was set aside for matching too often.
    """

    query: int
    bank: BankDefinition
    item: BankItem
    algorithm: Algorithm
    distance: int
    quarantined: bool = False


def radius_of(algorithm: Algorithm, distance: int | None, has_pdq: bool, bank: BankDefinition) -> int:
    """Largest distance at which an item matches.

    Args:
        algorithm: `pdq` or `phash`.
        distance: The item's own radius, if it has one: for PDQ if it has PDQ, else for pHash.
        has_pdq: Whether it has PDQ; its pHash must then be confirmed by it, and is never looser than the default.
            Without, a distance that is meant for PDQ goes no further than `MAX_PHASH_DISTANCE`.
        bank: Its bank.
    """
    own = bank.distance if distance is None else distance
    if algorithm == "pdq":
        return PDQ_DISTANCE if own is None else own
    default = CONFIRMED_PHASH_DISTANCE if has_pdq else PHASH_DISTANCE
    if own is None:
        return default
    return min(own, default if has_pdq else MAX_PHASH_DISTANCE)


def index_basis(bank: BankDefinition) -> list[object]:
    """What decides which hashes an index of a bank holds, and within which radii."""
    usual = [PDQ_DISTANCE, PHASH_DISTANCE, CONFIRMED_PHASH_DISTANCE, MAX_PHASH_DISTANCE, MIN_QUALITY]
    return [bank.algorithm, bank.distance, *usual]


def hash_of(algorithm: Algorithm, item: BankItem, bank: BankDefinition) -> bytes | None:
    """The item's hash of an algorithm, if it has one by which its bank matches."""
    if bank.algorithm not in (None, algorithm):
        return None
    if algorithm == "pdq" and item.quality is not None and item.quality < MIN_QUALITY:
        return None  # too flat to be found by; it confirms the item's pHash nevertheless
    value: bytes | None = getattr(item, algorithm)
    return value


def is_match(
    algorithm: Algorithm, distance: int, item: BankItem, bank: BankDefinition, queries: Queries, query: int, today: date
) -> bool:
    """Whether an item at that distance of a query counts.

    A blank (quality 0) matches nothing, as all blanks have the same pHash.
    """
    quality = int(queries.quality[query])
    if item.expires is not None and today > item.expires:
        return False
    if quality == 0 or hash_of(algorithm, item, bank) is None or distance > _radius(algorithm, item, bank):
        return False
    if algorithm == "pdq":
        return quality >= MIN_QUALITY
    least = min(quality, 100 if item.quality is None else item.quality)
    if item.pdq is not None and "pdq" in queries.algorithms:
        most = CONFIRMING_PDQ_DISTANCE if least >= PLAIN_QUALITY else CONFIRMING_PLAIN
        apart = _bits_apart(item.pdq, queries.pdq[query])
        return apart <= most - _NEARER_FOR_EACH_BIT * max(0, distance - PHASH_DISTANCE)
    if least < MIN_QUALITY:
        return distance <= FLAT_PHASH_DISTANCE
    return item.pdq is None or distance <= PHASH_DISTANCE


def _radius(algorithm: Algorithm, item: BankItem, bank: BankDefinition) -> int:
    return radius_of(algorithm, item.distance, item.pdq is not None, bank)


def _bits_apart(one: bytes, other: npt.NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(np.frombuffer(one, np.uint8) ^ other).sum())
