"""Hashes of a picture and of views of it, trimmed, widened and mirrored, all from one small plane.

Both hashes are signs of low frequencies of a cosine transform, and blur, sampling, cropping and transform are all
linear: for each view one matrix for the rows and one for the columns takes the small plane to its frequencies. A view
may reach beyond the picture; what is not there is taken to go on like the edge. So a picture whose edges were cut off
is near the whole one again: its contents stand where they stood.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 128
"""Cells of the small plane on each side: two to each point that PDQ looks at, four to each of pHash."""

Pixels = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]

_PDQ_POINTS, _PDQ_WAVES = 64, 16
_PHASH_POINTS, _PHASH_WAVES = 32, 8
_LANCZOS = 3


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle on a picture, in shares of its width and height: 0 to 1 is the picture, beyond lies its edge."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


def small_plane(plane: Pixels) -> Reals:
    """The luma of a picture averaged down (or spread) to `SIDE` x `SIDE` cells."""
    small = cv2.resize(plane, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def pdq_of_views(planes: Reals, views: tuple[View, ...], mirrored: bool) -> Pixels:
    """PDQ hashes: pictures x views x 32 bytes of n x `SIDE` x `SIDE` planes."""
    waves = _waves(planes, *_pdq_matrices(views))
    if mirrored:
        waves = waves * (-1.0) ** np.arange(1, _PDQ_WAVES + 1, dtype=np.float32)
    flat = waves.reshape(*waves.shape[:2], -1)
    middle = flat.shape[2] // 2 - 1
    bits = flat > np.partition(flat, middle, axis=2)[:, :, middle : middle + 1]
    return np.packbits(bits[:, :, ::-1], axis=2)  # the first frequency is the last bit


def phash_of_views(planes: Reals, views: tuple[View, ...], mirrored: bool) -> Pixels:
    """Perceptual hashes: pictures x views x 8 bytes of n x `SIDE` x `SIDE` planes."""
    waves = _waves(planes, *_phash_matrices(views))
    if mirrored:
        waves = waves * (-1.0) ** np.arange(_PHASH_WAVES, dtype=np.float32)
    flat = waves.reshape(*waves.shape[:2], -1)
    return np.packbits(flat > np.median(flat, axis=2, keepdims=True), axis=2)


def _waves(planes: Reals, down: Reals, across: Reals) -> Reals:
    """Pictures x views x waves x waves."""
    views, waves, side = down.shape
    rows = np.matmul(down.reshape(views * waves, side), planes).reshape(len(planes), views, waves, side)
    found: Reals = np.matmul(rows, across.transpose(0, 2, 1))
    return found


@functools.lru_cache(maxsize=8)
def _pdq_matrices(views: tuple[View, ...]) -> tuple[Reals, Reals]:
    return _matrices(views, _pdq_waves(), _linear)


@functools.lru_cache(maxsize=8)
def _phash_matrices(views: tuple[View, ...]) -> tuple[Reals, Reals]:
    return _matrices(views, _phash_waves(), _lanczos)


def _matrices(views: tuple[View, ...], waves: Reals, sampling: Callable[[float, float], Reals]) -> tuple[Reals, Reals]:
    """For each view the matrices of its rows and of its columns: waves x `SIDE` each."""
    down = np.stack([waves @ sampling(view.top, view.bottom) for view in views])
    across = np.stack([waves @ sampling(view.left, view.right) for view in views])
    return down.astype(np.float32), across.astype(np.float32)


def _pdq_waves() -> Reals:
    order, point = np.arange(1, _PDQ_WAVES + 1)[:, None], np.arange(_PDQ_POINTS)
    return np.cos(np.pi / (2 * _PDQ_POINTS) * order * (2 * point + 1)).astype(np.float32)


def _phash_waves() -> Reals:
    order, point = np.arange(_PHASH_WAVES)[:, None], np.arange(_PHASH_POINTS)
    return np.cos(np.pi / (2 * _PHASH_POINTS) * order * (2 * point + 1)).astype(np.float32)


def _linear(start: float, end: float) -> Reals:
    """Points of PDQ out of cells: its two box blurs are the cell itself and the line between two of them."""
    places = (start + (np.arange(_PDQ_POINTS) + 0.5) / _PDQ_POINTS * (end - start)) * SIDE - 0.5
    first = np.floor(places).astype(np.intp)
    sampling = np.zeros((_PDQ_POINTS, SIDE), np.float32)
    for cell, share in ((first, 1 - (places - first)), (first + 1, places - first)):
        np.add.at(sampling, (np.arange(_PDQ_POINTS), cell.clip(0, SIDE - 1)), share)
    return sampling


def _lanczos(start: float, end: float) -> Reals:
    """Points of pHash out of cells, with the filter that Pillow scales down with."""
    scale = (end - start) * SIDE / _PHASH_POINTS
    middles = start * SIDE + (np.arange(_PHASH_POINTS) + 0.5) * scale
    cells = np.arange(int(np.floor(start * SIDE)), int(np.ceil(end * SIDE)))
    away = (cells + 0.5 - middles[:, None]) / scale
    weights = np.where(np.abs(away) < _LANCZOS, np.sinc(away) * np.sinc(away / _LANCZOS), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    sampling = np.zeros((_PHASH_POINTS, SIDE), np.float32)
    np.add.at(sampling.T, cells.clip(0, SIDE - 1), weights.T.astype(np.float32))
    return sampling
