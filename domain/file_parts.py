"""Counts what a file is made of, for there are files that are small and of few pixels and yet cost minutes to decode.

Every scan of a progressive JPEG goes over all of its pixels and may take a dozen bytes; every chunk of a PNG and
every segment of a JPEG costs a turn of a loop in Python. Counting ends at the limits, and looks into no pixel.
"""

import re
import struct

from domain.errors import ImageTooLarge

MOST_PARTS = 20_000
"""Chunks of a PNG, segments of a JPEG. libpng writes 4,096 of them for a file of the largest size that is accepted."""
MOST_SCANS = 100
"""Of a JPEG; encoders write a dozen at most."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""What ends the pixels of a scan: all but stuffed bytes, restarts and filling."""
_END, _SCAN = 0xD9, 0xDA
_CHUNK = 12
"""Bytes of a chunk beside its content: length, name, sum."""


def check_parts(image: bytes) -> None:
    """Judges an encoded picture by the number of its parts; one that is damaged passes.

    Raises:
        ImageTooLarge: If there are too many.
    """
    if image.startswith(_PNG):
        _check_chunks(image)
    elif image.startswith(_JPEG):
        _check_segments(image)


def _check_chunks(image: bytes) -> None:
    at, parts = len(_PNG), 0
    while at + _CHUNK <= len(image):
        parts += 1
        if parts > MOST_PARTS:
            raise ImageTooLarge(f"the PNG image has more than {MOST_PARTS} chunks")
        at += _CHUNK + int(struct.unpack_from(">I", image, at)[0])


def _check_segments(image: bytes) -> None:
    at, parts, scans, kind = len(_JPEG), 0, 0, 0
    while kind != _END:
        found = _MARKER.search(image, at)
        start = found.start() if found else len(image)
        parts += 1 if kind == _SCAN else 1 + start - at  # what fills up before a segment is read byte by byte
        if parts > MOST_PARTS:
            raise ImageTooLarge(f"the JPEG image has more than {MOST_PARTS} segments, or as much between them")
        if found is None:
            return
        kind = image[start + 1]
        scans += kind == _SCAN
        if scans > MOST_SCANS:
            raise ImageTooLarge(f"the JPEG image has more than {MOST_SCANS} scans")
        at = found.end() + int.from_bytes(image[found.end() : found.end() + 2], "big")
