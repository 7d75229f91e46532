"""The JSON of the calls about pictures."""

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InvalidRequest
from domain.frame import FrameHash
from image_hash.bank_item import HASHES
from image_hash.grouping import Sighting, make_sighting
from image_hash.hashers import parse_hex
from serving.pictures import MOST_GROUPED, PictureGiven
from serving.schemas import Label, decode_base64


class PictureIn(BaseModel):
    """A picture in base64, or hashes of one in hex."""

    model_config = ConfigDict(extra="forbid")

    image: str | None = Field(None, description="PNG, JPEG or WebP in base64.")
    pdq: str | None = None
    quality: int = Field(100, ge=0, le=100, description="PDQ quality.")
    phash: str | None = None
    md5: str | None = None
    sha256: str | None = None

    def to_picture(self) -> PictureGiven:
        """As the service takes it."""
        image = None if self.image is None else decode_base64(self.image)
        given = {name: getattr(self, name) for name in HASHES}
        return PictureGiven(image, {name: text for name, text in given.items() if text is not None}, self.quality)


class HashIn(BaseModel):
    """A picture to hash."""

    model_config = ConfigDict(extra="forbid")

    image: str = Field(description="PNG, JPEG or WebP in base64.")


class LookupIn(PictureIn):
    """A picture to look up."""

    regions: bool = Field(False, description="Also look for pictures on it, as on a capture.")


class CompareIn(BaseModel):
    """Two pictures."""

    model_config = ConfigDict(extra="forbid")

    one: PictureIn
    other: PictureIn


class _FrameIn(BaseModel):
    pdq: str
    quality: int = Field(ge=0, le=100)


class _FindingIn(BaseModel):
    fingerprint: Label


class _MatchIn(BaseModel):
    bank: Label
    item: Label


class VerdictIn(BaseModel):
    """A verdict as it was answered; what is not needed is passed over."""

    id: Label
    frame: _FrameIn | None = None
    findings: list[_FindingIn] = []
    image_matches: list[_MatchIn] = []

    def to_sighting(self) -> Sighting:
        """What the capture showed."""
        frame = read_frame(self.frame.pdq, self.frame.quality) if self.frame else None
        fingerprints = (finding.fingerprint for finding in self.findings)
        return make_sighting(frame, fingerprints, ((match.bank, match.item) for match in self.image_matches))


class GroupIn(BaseModel):
    """Verdicts of which some may belong to one incident."""

    model_config = ConfigDict(extra="forbid")

    verdicts: list[VerdictIn] = Field(max_length=MOST_GROUPED)


def read_frame(pdq: str, quality: int) -> FrameHash:
    """A frame's hash from hex.

    Raises:
        InvalidRequest: It is something else.
    """
    try:
        return FrameHash(parse_hex("pdq", pdq, HASHES["pdq"]), quality)
    except ValueError as error:
        raise InvalidRequest(f"frame: {error}") from None
