"""Files that are small and would be enormous, or without end, if they were decoded."""

import io
import struct
import zlib

from PIL import Image

SIDE = 16_000


def png(width: int = 40_000, height: int = 40_000) -> bytes:
    """A PNG whose header promises 1.6 gigapixels, and whose pixels would be there: zeros, squeezed."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(3 * width + 1) * 50, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def jpeg() -> bytes:
    """A JPEG that is one colour: a quarter of a gigapixel in less than 4 MB."""
    return _saved("JPEG")


def webp() -> bytes:
    """The same as WebP, lossless: a few hundred bytes."""
    return _saved("WEBP", lossless=True, quality=0, method=0)


def animation(frames: int = 200) -> bytes:
    """A WebP of a permitted size with many frames; a reader of the first one reads one."""
    pictures = [Image.new("RGB", (64, 64), (number % 256, 0, 0)) for number in range(frames)]
    return _saved_to("WEBP", pictures[0], save_all=True, append_images=pictures[1:], lossless=True)


def jpeg_scans(times: int = 50_000) -> bytes:
    """A progressive JPEG whose last scan comes again and again: some dozen bytes each, and all pixels to go over."""
    image = _saved_to("JPEG", Image.new("L", (2560, 1440)), progressive=True)
    last = image.rindex(b"\xff\xda")
    return image[:last] + image[last:-2] * times + b"\xff\xd9"


def png_chunks(count: int = 2_000_000, kind: bytes = b"abCd") -> bytes:
    """A PNG of few pixels and many chunks that say nothing."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(bytes(65 * 64)))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(kind, b"a\0b") * count + pixels + _chunk(b"IEND", b"")


def _saved(kind: str, **options: object) -> bytes:
    return _saved_to(kind, Image.new("L" if kind == "JPEG" else "RGB", (SIDE, SIDE), 0), **options)


def _saved_to(kind: str, image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
