"""Two pictures set beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from image_hash.bank_item import HASHES, hash_bytes
from image_hash.matching import CONFIRMING_PDQ_DISTANCE, PDQ_DISTANCE, PHASH_DISTANCE


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two pictures are.

    Attributes:
        pdq: Bits of 256; None if one of them has none, as flat pictures have.
        phash: Bits of 64; None if one of them has none.
        same_file: Whether an MD5 or SHA-256 of the files is the same.
        match: Whether one would be found by the other's hashes under the default distances.
    """

    pdq: int | None
    phash: int | None
    same_file: bool
    match: bool


def compare_pictures(one: bytes, other: bytes) -> Comparison:
    """Compares two picture files.

    Raises:
        InvalidRequest: One of them is no picture that decodes.
    """
    told = (hash_bytes(data) for data in (one, other))
    first, second = ({name: bytes.fromhex(some[name]) for name in HASHES if some[name]} for some in told)
    return compare_digests(first, second)


def compare_digests(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> Comparison:
    """Compares two pictures by what hashes of them are known, by name."""
    apart = {name: bits_apart(one[name], other[name]) for name in HASHES if name in one and name in other}
    pdq, phash = apart.get("pdq"), apart.get("phash")
    same_file = 0 in (apart.get("md5"), apart.get("sha256"))
    if pdq is None:
        near = phash is not None and phash <= PHASH_DISTANCE
    else:
        confirmed = phash is not None and phash <= PHASH_DISTANCE and pdq <= CONFIRMING_PDQ_DISTANCE
        near = pdq <= PDQ_DISTANCE or confirmed
    return Comparison(pdq, phash, same_file, same_file or near)


def bits_apart(one: bytes, other: bytes) -> int:
    """Bits in which two hashes of one length differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
