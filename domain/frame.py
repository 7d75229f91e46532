"""What a whole capture looks like, in a few bytes: captures of one moment are near each other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameHash:
    """PDQ of a whole capture.

    Attributes:
        pdq: 32 bytes.
        quality: 0..100; below 50 the capture is too flat to be compared.
    """

    pdq: bytes
    quality: int
