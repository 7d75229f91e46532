"""Two pictures set beside each other."""

from dataclasses import dataclass

from image_hash.bank_item import MIN_QUALITY
from image_hash.hashers import PictureHashes, hash_picture
from image_hash.matching import CONFIRMED_PHASH_DISTANCE, CONFIRMING_PDQ_DISTANCE, PDQ_DISTANCE
from image_hash.picture_file import decode_picture


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two pictures are.

    Attributes:
        pdq: Bits of 256; None if one of them is too flat for PDQ.
        phash: Bits of 64.
        same_file: Whether the files are the same, byte by byte.
        match: Whether one would be found by the other's hashes under the default distances.
    """

    pdq: int | None
    phash: int
    same_file: bool
    match: bool


def compare_pictures(one: bytes, other: bytes) -> Comparison:
    """Compares two picture files.

    Raises:
        InvalidRequest: One of them is no picture that decodes.
    """
    first, second = (hash_picture(decode_picture(data)) for data in (one, other))
    return compare_hashes(first, second, one == other)


def compare_hashes(one: PictureHashes, other: PictureHashes, same_file: bool = False) -> Comparison:
    """Compares the hashes of two pictures."""
    flat = min(one.pdq_quality, other.pdq_quality) < MIN_QUALITY
    pdq = None if flat else bits_apart(one.pdq, other.pdq)
    phash = bits_apart(one.phash, other.phash)
    near = pdq is not None and (
        pdq <= PDQ_DISTANCE or (phash <= CONFIRMED_PHASH_DISTANCE and pdq <= CONFIRMING_PDQ_DISTANCE)
    )
    return Comparison(pdq, phash, same_file, same_file or near)


def bits_apart(one: bytes, other: bytes) -> int:
    """Bits in which two hashes of one length differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
