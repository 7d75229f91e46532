"""Two pictures set beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from image_hash.bank_item import HASHES, BankItem, hash_bytes
from image_hash.definition import BankDefinition
from image_hash.hash_index import PERCEPTUAL
from image_hash.matching import is_match
from image_hash.query import query_of


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a picture.

    Attributes:
        hashes: By name.
        quality: PDQ quality that belongs to them, 0..100.
    """

    hashes: Mapping[str, bytes]
    quality: int

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> "Known":
        """All of a picture, from what `hash_bytes` tells."""
        return cls({name: bytes.fromhex(cells[name]) for name in HASHES}, int(cells["quality"]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two pictures are.

    Attributes:
        pdq: Bits of 256; None if one of them has none.
        phash: Bits of 64; None if one of them has none.
        same_file: Whether an MD5 or SHA-256 of the files is the same.
        match: Whether a bank that holds the one would find the other by its hashes, under the default distances.
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
    return compare_known(*(Known.of(hash_bytes(data)) for data in (one, other)))


def compare_known(one: Known, other: Known) -> Comparison:
    """Compares two pictures by what is known of them."""
    have, given = one.hashes, other.hashes
    apart = {name: bits_apart(have[name], given[name]) for name in HASHES if name in have and name in given}
    same_file = 0 in (apart.get("md5"), apart.get("sha256"))
    item = BankItem("", 0, "", have.get("pdq"), have.get("phash"), quality=one.quality)
    asked = query_of(given.get("pdq"), given.get("phash"), other.quality)
    near = any(
        name in apart and is_match(name, apart[name], item, BankDefinition(), asked, 0, date.min) for name in PERCEPTUAL
    )
    return Comparison(apart.get("pdq"), apart.get("phash"), same_file, same_file or near)


def bits_apart(one: bytes, other: bytes) -> int:
    """Bits in which two hashes of one length differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
