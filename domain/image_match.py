"""A known picture that was found on a capture."""

from dataclasses import dataclass

from domain.page import Box


@dataclass(frozen=True, slots=True)
class ImageMatch:
    """A bank item within its distance of the frame or of a picture on it.

    Attributes:
        bank: Name of the bank.
        item: Id of the item in it.
        algorithm: `pdq`, `phash`, or `md5` or `sha256` of the file itself.
        distance: Hamming distance in bits.
        quality: PDQ quality of the query, 0..100; 100 where the algorithm has none.
        severity: 0..5 as the bank says.
        category: As the bank says.
        box: The region of the capture that matched, in pixels.
        protected: From a bank that nothing may lower.
        mirrored: Found with left and right changed over.
        source: Where the bank has the item from.
        tags: As the bank says.
        quarantined: The item matched far too often and was set aside: the match is told, and raises nothing.
    """

    bank: str
    item: str
    algorithm: str
    distance: int
    quality: int
    severity: int
    category: str
    box: Box
    protected: bool = False
    mirrored: bool = False
    quarantined: bool = False
    source: str = ""
    tags: tuple[str, ...] = ()
