"""The JSON of the calls about pictures."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, Field

from domain.errors import InvalidRequest
from domain.frame import FrameHash
from image_hash.bank_item import HASHES
from image_hash.grouping import Sighting, make_sighting
from image_hash.hashers import parse_hex
from serving.pictures import MOST_GROUPED, UNSAID_QUALITY, PictureGiven, check_quality
from serving.schemas import Base64, Given, Label, decode_base64


class PictureIn(Given):
    """A picture in base64, or hashes of one in hex."""

    image: Base64 | None = None
    pdq: str | None = None
    quality: int = Field(UNSAID_QUALITY, ge=0, le=100, description="PDQ quality.")
    phash: str | None = None
    md5: str | None = None
    sha256: str | None = None

    def to_picture(self) -> PictureGiven:
        """As the service takes it."""
        image = None if self.image is None else decode_base64(self.image)
        given = {name: getattr(self, name) for name in HASHES}
        return PictureGiven(image, {name: text for name, text in given.items() if text is not None}, self.quality)


class HashIn(Given):
    """A picture to hash."""

    image: Base64


class LookupIn(PictureIn):
    """A picture to look up."""

    regions: bool = Field(False, description="Also look for pictures on it, as on a capture.")


class CompareIn(Given):
    """Two pictures."""

    one: PictureIn
    other: PictureIn


class _Answered(BaseModel):
    model_config = ConfigDict(strict=True)


class _FrameIn(_Answered):
    pdq: str
    quality: int = Field(ge=0, le=100)


class _FindingIn(_Answered):
    fingerprint: Label


class _MatchIn(_Answered):
    bank: Label
    item: Label


class VerdictIn(_Answered):
    """A verdict as it was answered; what is not needed is passed over."""

    id: Label
    frame: _FrameIn | None = None
    findings: Annotated[list[_FindingIn], FailFast()] = []
    more_findings: int = Field(0, ge=0)
    image_matches: Annotated[list[_MatchIn], FailFast()] = []

    def to_sighting(self) -> Sighting:
        """What the capture showed."""
        frame = read_frame(self.frame.pdq, self.frame.quality) if self.frame else None
        fingerprints = (finding.fingerprint for finding in self.findings)
        items = ((match.bank, match.item) for match in self.image_matches)
        return make_sighting(frame, fingerprints, items, self.more_findings)


class GroupIn(Given):
    """Verdicts of which some may belong to one incident."""

    verdicts: Annotated[list[VerdictIn], FailFast()] = Field(max_length=MOST_GROUPED)


def read_frame(pdq: str, quality: int) -> FrameHash:
    """A frame's hash from hex.

    Raises:
        InvalidRequest: It is something else.
    """
    check_quality(quality)
    try:
        return FrameHash(parse_hex("pdq", pdq, HASHES["pdq"]), quality)
    except ValueError as error:
        raise InvalidRequest(f"frame: {error}") from None
