"""What both transports answer about pictures: hashes, lookups, comparisons, incidents, banks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from domain.errors import InvalidRequest, NotFound
from domain.image_match import ImageMatch
from image_hash.bank import Bank
from image_hash.bank_item import HASHES, hash_bytes
from image_hash.compare import Comparison, Known, compare_known
from image_hash.grouping import Sighting, group_sightings
from image_hash.hashers import parse_hex
from image_hash.lookup import PictureFinder, file_hashes
from image_hash.query import make_queries, query_of
from image_hash.regions import find_regions
from image_hash.stored_bank import StoredBank
from ocr.decode import decode
from serving.call import Call
from serving.plan import image_cost
from serving.service import ScoringService

T = TypeVar("T")
MOST_GROUPED = 1000
UNSAID_QUALITY = 100
"""Of hashes whose caller does not say it; 0 is said, and matches nothing."""
_HASH_COST = 4096
"""Of hashes without a picture, in pixels: a lookup costs about what hashing so many does."""


@dataclass(frozen=True, slots=True)
class PictureGiven:
    """A picture, or its hashes as hex.

    Attributes:
        image: An encoded picture, or None.
        hashes: By name, what is known of it; empty with a picture.
        quality: PDQ quality that belongs to the hashes.
    """

    image: bytes | None
    hashes: dict[str, str]
    quality: int = UNSAID_QUALITY


@dataclass(frozen=True, slots=True)
class BankTold:
    """A bank as callers see it.

    Attributes:
        name: Stands in every match.
        owner: Who answers for it.
        purpose: What it is for.
        protected: Nothing may lower what it finds.
        negative: It takes matches away.
        items: How many.
        digest: Of its items and definition.
        quarantined: Ids of items that are set aside for the caller's tenant or for everybody.
    """

    name: str
    owner: str
    purpose: str
    protected: bool
    negative: bool
    items: int
    digest: str
    quarantined: tuple[str, ...]


class PictureService:
    """Answers about pictures, in the same queue as captures with a picture."""

    def __init__(self, service: ScoringService) -> None:
        self._service = service

    async def hash(self, image: bytes, call: Call | None = None) -> dict[str, str]:
        """All hashes of a picture file by name, its PDQ quality, and what made them.

        Raises:
            InvalidRequest: It is no picture that decodes.
        """
        return await self._run(lambda: self._hash(image), image_cost(image), call)

    async def lookup(
        self, picture: PictureGiven, regions: bool, call: Call | None = None
    ) -> tuple[tuple[ImageMatch, ...], str]:
        """What the banks know of a picture, and their digest.

        Args:
            picture: What is looked up.
            regions: Also look for pictures on it.
            call: Whose it is.

        Raises:
            InvalidRequest: It is neither a picture nor hashes.
        """
        finder = self._service.pipeline.pictures
        if finder is None:
            checked(picture)
            return (), self._service.pipeline.versions.banks
        tenant = (call or Call()).tenant
        return await self._run(lambda: self._lookup(finder, picture, regions, tenant), _cost(picture), call)

    async def compare(self, one: PictureGiven, other: PictureGiven, call: Call | None = None) -> Comparison:
        """How far two pictures are apart.

        Raises:
            InvalidRequest: One of them is neither a picture nor hashes.
        """
        cost = _cost(one) + _cost(other)
        return await self._run(lambda: compare_known(self._known(one), self._known(other)), cost, call)

    async def group(
        self, count: int, captures: Callable[[], Iterable[tuple[str, Sighting]]], call: Call | None = None
    ) -> list[list[str]]:
        """Ids of captures by incident; the first of each is its card.

        Args:
            count: How many there are.
            captures: Reads them, in the queue's own thread.
            call: Whose it is.

        Raises:
            InvalidRequest: There are too many, or one of them is at fault.
        """
        if count > MOST_GROUPED:
            raise InvalidRequest(f"{count} verdicts; at most {MOST_GROUPED} are grouped at a time")
        return await self._run(lambda: _grouped(captures()), _HASH_COST * max(1, count), call)

    def banks(self, call: Call | None = None) -> list[BankTold]:
        """The banks that are loaded, and what is set aside in them for the caller's tenant."""
        finder, tenant = self._service.pipeline.pictures, (call or Call()).tenant
        return [self._told(bank, tenant) for bank in finder.banks] if finder else []

    def release(self, bank: str, item: str) -> None:
        """Takes an item back that was set aside for any tenant, or for everybody.

        Raises:
            NotFound: If it was not, or there is no quarantine.
        """
        quarantine, finder = self._service.pipeline.quarantine, self._service.pipeline.pictures
        if quarantine is None or finder is None:
            raise NotFound("the service keeps no quarantine")
        if not any(one.name == bank and item in self._aside(one, None) for one in finder.banks):
            raise NotFound("no item of that name is set aside in a bank of that name")
        quarantine.release(bank, item)

    def _told(self, bank: Bank | StoredBank, tenant: str) -> BankTold:
        about = bank.definition
        told = (about.name, about.owner, about.purpose, about.protected, about.negative, bank.count, bank.digest[:16])
        return BankTold(*told, tuple(sorted(self._aside(bank, tenant))))

    def _aside(self, bank: Bank | StoredBank, tenant: str | None) -> set[str]:
        """Ids that are set aside for a tenant, or for any."""
        quarantine = self._service.pipeline.quarantine
        aside = {item for name, item in quarantine.aside(tenant) if name == bank.name} if quarantine else set()
        if isinstance(bank, StoredBank):
            aside |= {stored.item.id for stored in bank.quarantined()}
            aside |= {item for item, whose, _ in bank.aside() if tenant in (None, whose)}
        return aside

    def _hash(self, image: bytes) -> dict[str, str]:
        with self._service.pipeline.decoding:  # decoding is not for several threads at once
            return hash_bytes(image)

    def _known(self, picture: PictureGiven) -> Known:
        hashes = checked(picture)
        return Known(hashes, picture.quality) if picture.image is None else Known.of(self._hash(picture.image))

    def _lookup(
        self, finder: PictureFinder, picture: PictureGiven, regions: bool, tenant: str
    ) -> tuple[tuple[ImageMatch, ...], str]:
        """Matches and the digest of the banks; both ask stored banks, which may be busy, and so no event loop does."""
        found, quarantine = self._search(finder, picture, regions), self._service.pipeline.quarantine
        return quarantine.marked(found, tenant) if quarantine else found, finder.digest[:16]

    def _search(self, finder: PictureFinder, picture: PictureGiven, regions: bool) -> tuple[ImageMatch, ...]:
        hashes = checked(picture)
        if picture.image is None:
            files = (hashes.get("md5", b""), hashes.get("sha256", b""))
            queries = query_of(hashes.get("pdq"), hashes.get("phash"), picture.quality)
            return finder.search(queries, files if any(files) else ())
        with self._service.pipeline.decoding:
            pixels = decode(picture.image)
        queries = make_queries(pixels, find_regions(pixels) if regions else ())
        return finder.search(queries, file_hashes(picture.image))

    async def _run(self, work: Callable[[], T], cost: int, call: Call | None) -> T:
        return await self._service.run_picture(work, cost, call or Call())


def _grouped(captures: Iterable[tuple[str, Sighting]]) -> list[list[str]]:
    read = list(captures)
    return [[read[place][0] for place in group] for group in group_sightings([sighting for _, sighting in read])]


def checked(picture: PictureGiven) -> dict[str, bytes]:
    """The hashes that were given, as bytes.

    Raises:
        InvalidRequest: There is neither a picture nor a hash, both, or a hash or a quality at fault.
    """
    check_quality(picture.quality)
    if (picture.image is None) == (not picture.hashes):
        raise InvalidRequest(f"give either an image or some of {', '.join(HASHES)}")
    try:
        return {name: parse_hex(name, digits, HASHES[name]) for name, digits in picture.hashes.items()}
    except ValueError as error:
        raise InvalidRequest(str(error)) from None


def check_quality(quality: int) -> None:
    """Refuses what is no PDQ quality.

    Raises:
        InvalidRequest: It is not 0 to 100.
    """
    if not 0 <= quality <= 100:
        raise InvalidRequest("quality: from 0 to 100")


def _cost(picture: PictureGiven) -> int:
    return _HASH_COST if picture.image is None else image_cost(picture.image)
