"""What the rest of Secondglance knows about reading a picture."""

from dataclasses import dataclass
from typing import Protocol

from domain.page import Page

Owner = tuple[str, ...]
"""Whose screen it is: all that tells one device from any other of any tenant."""


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
    """Reads pictures; nothing of one call shows in the next, but for the time it takes."""

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """Reads one encoded picture.

        Args:
            image: The picture.
            owner: Whose screen it is. What was read off screens of the same owner need not be read again; the
                reading is the same as without. None: nothing is remembered.

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
