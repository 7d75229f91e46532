"""Parts a request into pieces of work, and says what each costs before any of it is done."""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import imagesize

from domain.capture import MAX_IMAGE_PIXELS, Capture
from domain.errors import ImageTooLarge, SecondglanceError
from ocr.decode import check_bytes
from pipeline.pipeline import check_text

BYTES_A_TEXT = 1024
"""What a text costs besides its bytes."""
LEAST_PIXELS = 64 * 1024
"""As which a picture counts at least: a small one takes about as long as so many pixels of a screen, and a file that is
none takes milliseconds too. Counted as a pixel it would teach the queue that a pixel takes milliseconds."""
_SIGNATURES = (b"\x89PNG", b"\xff\xd8", b"RIFF")
"""The other formats that the header's reader knows are none of ours, and some of them are XML."""
MOST_READS = 2048
"""Of a picture's header, which the event loop looks through; a JPEG's takes three for each of some dozen parts."""
CHUNK = 32 * 1024
"""Units of text from which on a piece is full: a thread takes up several short texts of a batch at a time."""

SHORT = 4 * 1024
"""Units of text up to which a piece is looked at without waiting for a thread."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one thread takes up at a time.

    Attributes:
        image: Whether it is a picture; a piece is one picture or some texts.
        captures: Each with its place in the request.
        cost: Pixels of a picture, or bytes of the texts.
    """

    image: bool
    captures: tuple[tuple[int, Capture], ...]
    cost: int

    @property
    def only(self) -> list[Capture]:
        """The captures without their places."""
        return [capture for _, capture in self.captures]

    @property
    def short(self) -> bool:
        """Whether a first look at it takes some milliseconds at most."""
        return not self.image and self.cost <= SHORT

    @property
    def several(self) -> bool:
        """Whether it is several texts, none of them long."""
        return len(self.captures) > 1 and self.cost < 2 * CHUNK

    @property
    def places(self) -> list[int]:
        """Places in the request."""
        return [place for place, _ in self.captures]


@dataclass(frozen=True, slots=True)
class Plan:
    """A request in pieces.

    Attributes:
        pieces: In order.
        refused: By place, what cannot be scored at all.
    """

    pieces: tuple[Piece, ...]
    refused: dict[int, SecondglanceError]


def make_plan(captures: Sequence[Capture | SecondglanceError]) -> Plan:
    """Parts captures into pieces; an error that stands in place of a capture is kept as it is."""
    pieces: list[Piece] = []
    refused: dict[int, SecondglanceError] = {}
    texts: list[tuple[int, Capture]] = []
    cost = 0
    for place, capture in enumerate(captures):
        if isinstance(capture, SecondglanceError):
            refused[place] = capture
        elif capture.image is not None:
            try:
                pieces.append(Piece(True, ((place, capture),), image_cost(capture.image)))
            except SecondglanceError as error:
                refused[place] = error
        else:
            try:
                cost += text_cost(check_text(capture.text or ""))
            except SecondglanceError as error:
                refused[place] = error
                continue
            texts.append((place, capture))
            if cost >= CHUNK:
                pieces.append(Piece(False, tuple(texts), cost))
                texts, cost = [], 0
    if texts:
        pieces.append(Piece(False, tuple(texts), cost))
    return Plan(tuple(pieces), refused)


def text_cost(text: str) -> int:
    """Bytes of a text in UTF-8, and what every text costs."""
    return BYTES_A_TEXT + len(text.encode("utf-8"))


class _Header(io.BytesIO):
    """A file of which only so much is read as a header takes: one of a million parts says nothing of its size."""

    left = MOST_READS

    def read(self, size: int | None = -1) -> bytes:
        """As any file does.

        Raises:
            ValueError: Once it was read from too often.
        """
        self.left -= 1
        if self.left < 0:
            raise ValueError("the header has too many parts")
        return super().read(size)


def image_cost(image: bytes) -> int:
    """Pixels of a picture by its header, undecoded; the least where it says nothing: decoding will refuse it.

    Raises:
        InvalidImage: If it is empty.
        ImageTooLarge: If it has too many bytes or pixels.
    """
    check_bytes(image)
    if not image.startswith(_SIGNATURES):
        return LEAST_PIXELS
    try:
        width, height = imagesize.get(_Header(image), exif_rotation=False)
    except (ValueError, struct.error):
        return LEAST_PIXELS
    if width * height > MAX_IMAGE_PIXELS:
        raise ImageTooLarge(f"the image is {width} x {height} pixels; the limit is {MAX_IMAGE_PIXELS} pixels")
    return max(LEAST_PIXELS, int(width * height))
