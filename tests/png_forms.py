"""Writes PNG in every form that the format has: Pillow reads them all and writes few of them."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int64]
"""Height x width x channels, each from 0 to the most that the depth allows."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type: grey, colours, palette, grey with alpha, colours with alpha."""
FORMS = [
    *((0, depth) for depth in (1, 2, 4, 8, 16)),
    *((2, depth) for depth in (8, 16)),
    *((3, depth) for depth in (1, 2, 4, 8)),
    *((kind, depth) for kind in (4, 6) for depth in (8, 16)),
]
"""Colour types and depths that there are."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of Adam7: first column and row, steps."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a PNG is written."""

    kind: int
    depth: int
    interlaced: bool = False
    before: tuple[tuple[bytes, bytes], ...] = ()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk, with its sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples: Samples, form: Form) -> bytes:
    """The file; `before` are chunks that stand before the pixels."""
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, form.depth, form.kind, 0, 0, int(form.interlaced))
    parts = [samples]
    if form.interlaced:
        parts = [samples[top::down, left::across] for left, top, across, down in _PASSES]
    rows = b"".join(b"\0" + packed(row, form.depth) for part in parts if part.size for row in part)
    chunks: Sequence[tuple[bytes, bytes]] = (*form.before, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(name, body) for name, body in chunks)


def packed(row: Samples, depth: int) -> bytes:
    """A row of pixels as bytes."""
    flat = row.reshape(-1)
    if depth >= 8:
        return flat.astype(">u2" if depth == 16 else "u1").tobytes()
    bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()
