"""What the rest of Secondglance knows about reading a picture."""

from dataclasses import dataclass
from typing import Protocol

from domain.page import Page


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read off one picture, and what it cost.

    Attributes:
        page: Its lines in reading order.
        size: Width and height in pixels, upright.
        decode_ns: Time to decode it.
        ocr_ns: Time to detect, recognise and order its text.
    """

    page: Page
    size: tuple[int, int]
    decode_ns: int
    ocr_ns: int


class OcrEngine(Protocol):
    """Reads pictures; nothing of one call is left for the next."""

    def read(self, image: bytes) -> Reading:
        """Reads one encoded picture.

        Raises:
            InvalidImage: If it is not a PNG, JPEG or WebP that decodes.
            ImageTooLarge: If it is over the limit of bytes or pixels.
            OcrFailed: If the engine crashed or hung on it.
        """
        ...

    def warm_up(self) -> None:
        """Builds what the first picture would otherwise wait for."""
        ...

    def close(self) -> None:
        """Gives back processes, memory and temporary files; a second call does nothing."""
        ...
