"""Finds lines of text without a network where there is no doubt: sharp letters in level lines on a flat ground.

Most text of most screens is that. A region is cut along its empty columns and rows until each piece is one line at
most. A piece is a line if everything about it says so: one ground and nothing faint upon it, strokes of a pen's width
that come and go as letters do, one row of them. What fails in anything is doubtful and left to the detector.
"""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box
from ocr.decode import Pixels
from ocr.edges import Mask, edges_of
from ocr.recognised import union
from ocr.shapes import far_from, within

_LOWEST, HIGHEST = 7, 46
"""Height of the letters of a line from top to bottom, in pixels."""
_RULE = HIGHEST + 4
_BESIDE = 5
"""Straight edges that are longer are no letter's; what is left around their ends, in so many pixels, is not either."""
_GUTTER = 24
_SPACE = 0.65
"""Columns without edges that part a region from top to bottom: in pixels, or in heights of what may be one line."""
_NARROW = 8
"""The same where two lines stand beside something that is as high as both, such as a picture."""
_APART = 1.7
_AFTER_NUMBER = 1.2
_NUMBER = 1.3
"""Width of a gap, in heights of small letters, that parts a line: wider than any space, narrower than what is between
cells; the same behind a number, and how wide that is at most, in heights of the line."""
_SMALL = 0.5
"""How high small letters are at least, in heights of their line."""
_LOW = 0.4
_NEAR = 0.25
"""A row of edges lower than the first, in heights of its neighbour, and as near as the second belongs to it: dots,
accents, what hangs below."""
_SIGN = 0.6
_FAR = 1.25
"""How high a dot or dash before an item is, and how far from it, in heights of its line, at most."""
_SPECK = 4
_STEP = 2
"""Less wide and high than the first, or one of them than the second, is no letter: dust, or a step between grounds."""
_LONG = 1.5
"""Least width of a line in its heights: a lone sign is as likely an icon."""
_FLAT = 8
_EDGE = 16
_STRONG = 64
_INK = 0.35
"""How far a pixel may be from the ground and belong to it; how far all around the line; how far from it the strongest
must be; and from which share of that a pixel is ink."""
_SOFT, _RIM = 24, 2
"""Ink of a word that is fainter than others of its line: held against what is strongest so many pixels beside it, and
at least so far from the ground."""
_GROUND = 0.4
"""Least share of a line that is ground."""
_STRAY = 0.01
"""Pixels away from ink that are not ground, as a share of the ink: more is noise, a gradient, or fainter text."""
_STROKE, _LEAST_STROKE = 0.5, 5
_BAR = 1.8
"""Widest stroke (in pixels at least) and longest level one, in heights of the line: pictures, icons, underlines."""
_BUSY = 0.9
"""Strokes that a row crosses, on average, in a stretch as long as the line is high."""
_FULL, _EMPTY = 0.5, 0.2
"""Between rows with the first share of the ink of the fullest, none has less than the second: or it is two lines."""
_BEFORE, _LEAST_BEFORE = 0.19, 3
_AFTER, _LEAST_AFTER = 0.13, 2
"""What the detector leaves around a line, in heights and at least in pixels: left and above, then right and below."""
_DEEP = 4
"""So many shapes lie on each other, at most."""

Profile = npt.NDArray[np.uint8]


class Found(NamedTuple):
    """What a region holds.

    Attributes:
        lines: Boxes of lines, as the detector would draw them.
        doubtful: Boxes of the edges that may be anything else.
    """

    lines: list[Box]
    doubtful: list[Box]


def sharp_lines(pixels: Pixels) -> Found:
    """Looks through a region.

    Args:
        pixels: Height x width x 3.
    """
    height, width, _ = pixels.shape
    edges = edges_of(pixels, _RULE)
    rules = cv2.dilate(cv2.bitwise_or(edges.upright, edges.level), np.ones((_BESIDE, _BESIDE), np.uint8))
    mask = np.asarray(cv2.subtract(edges.text, rules), np.uint8)
    lines, doubtful = _looked_through(pixels, mask, _DEEP)
    for small in doubtful[:]:
        for i, line in enumerate(lines):
            whole = _ink_within(pixels, union([small, line])) if _belongs(small, line) else None
            if whole:
                lines[i] = whole
                doubtful.remove(small)
                break
    return Found([_with_margin(line, width, height) for line in lines], doubtful)


def _looked_through(pixels: Pixels, mask: Mask, deep: int) -> Found:
    """The ink of lines, and what may be anything else, by its edges; shapes with lines on them as often as told."""
    found = Found([], [])
    todo = [(0, 0, mask.shape[1], mask.shape[0])]
    while todo:
        left, top, right, bottom = box = _tight(mask, todo.pop())
        if max(right - left, bottom - top) < _SPECK or min(right - left, bottom - top) < _STEP:
            continue
        inner = within(pixels[top:bottom, left:right]) if deep else None
        if inner is not None:
            edges = np.asarray(cv2.bitwise_and(mask[top:bottom, left:right], inner), np.uint8)
            inside = _looked_through(pixels[top:bottom, left:right], edges, deep - 1)
            if inside.lines:  # or it is a large letter
                found.lines.extend(_moved(other, left, top) for other in inside.lines)
                found.doubtful.extend(_moved(other, left, top) for other in inside.doubtful)
                continue
        parts = _parts(mask, box)
        if len(parts) > 1:
            todo.extend(reversed(parts))
            continue
        ink = _ink_within(pixels, parts[0])
        (found.lines if ink else found.doubtful).append(ink or parts[0])
    return found


def _tight(mask: Mask, box: Box) -> Box:
    """The box of the edges in a box."""
    left, top, wide, high = cv2.boundingRect(mask[box[1] : box[3], box[0] : box[2]])
    return box[0] + left, box[1] + top, box[0] + left + wide, box[1] + top + high


def _moved(box: Box, right: int, down: int) -> Box:
    return box[0] + right, box[1] + down, box[2] + right, box[3] + down


def _belongs(small: Box, line: Box) -> bool:
    """Whether a low sign stands in a line's row and near its end, as the dot before an item of a list does."""
    high = line[3] - line[1]
    gap = max(small[0] - line[2], line[0] - small[2])
    within = line[1] <= small[1] and small[3] <= line[3] and small[3] - small[1] <= _SIGN * high
    return within and 0 <= gap <= _FAR * high


def _with_margin(ink: Box, width: int, height: int) -> Box:
    high = ink[3] - ink[1]
    before, after = max(_LEAST_BEFORE, round(_BEFORE * high)), max(_LEAST_AFTER, round(_AFTER * high))
    return (
        max(0, ink[0] - before),
        max(0, ink[1] - before),
        min(width, ink[2] + after),
        min(height, ink[3] + after),
    )


def _parts(mask: Mask, box: Box) -> list[Box]:
    """Cuts along empty columns, or rows, once; itself if there is no cut."""
    high = box[3] - box[1]
    parts = _cut(_across(mask, box), box, max(_GUTTER, round(_SPACE * high)) if high <= HIGHEST else _GUTTER)
    if len(parts) == 1:
        box = parts[0]
        parts = _rows(mask, box)
    if len(parts) == 1:
        box = parts[0]
        across = _across(mask, box)
        parts = _beside_two(mask, across, box) or _along(mask, across, box)
    return parts


def _beside_two(mask: Mask, across: Profile, box: Box) -> list[Box]:
    """Two lines and what stands beside both of them; empty if that is not what it is."""
    if not 2 * _LOWEST < box[3] - box[1] <= 2 * HIGHEST:
        return []
    parts = _cut(across, box, _NARROW)
    gaps = [other[0] - one[2] for one, other in pairwise(parts)]
    parts = _cut(across, box, max(gaps) - 1) if gaps else []
    stacks = (_rows(mask, part) for part in parts)
    two = any(len(rows) > 1 and min(row[3] - row[1] for row in rows) >= _LOWEST for rows in stacks)
    return parts if two else []


def _along(mask: Mask, across: Profile, box: Box) -> list[Box]:
    """The lines of one row: parted where it is wide, and behind a number at its start."""
    core = _core(mask, box)
    parts = _cut(across, box, round(_APART * core))
    first, *others = _cut(across[: parts[0][2] - box[0]], box, round(_AFTER_NUMBER * core))
    if others and first[2] - first[0] <= _NUMBER * (box[3] - box[1]):
        parts = [first, (others[0][0], box[1], parts[0][2], box[3]), *parts[1:]]
    return parts


def _core(mask: Mask, box: Box) -> int:
    """About the height of small letters in a line: the rows with most of its edges.

    Edges of large letters gather at their tops and feet: half of the line is small letters at least.
    """
    left, top, right, bottom = box
    edges = np.count_nonzero(mask[top:bottom, left:right], axis=1)
    return max(int(np.count_nonzero(edges >= _FULL * edges.max())), round(_SMALL * (bottom - top)))


def _across(mask: Mask, box: Box) -> Profile:
    """Which of its columns have edges."""
    left, top, right, bottom = box
    return np.asarray(cv2.reduce(mask[top:bottom, left:right], 0, cv2.REDUCE_MAX)[0], np.uint8)


def _cut(across: Profile, box: Box, gap: int) -> list[Box]:
    """Parts of a box by its columns, those from its left end that are told of."""
    left, top, _, bottom = box
    return [(left + start, top, left + stop, bottom) for start, stop in _runs(across, gap)]


def _rows(mask: Mask, box: Box) -> list[Box]:
    """Rows of edges, each with its dots and accents."""
    left, top, right, bottom = box
    rows: list[tuple[int, int]] = []
    for start, stop in _runs(cv2.reduce(mask[top:bottom, left:right], 1, cv2.REDUCE_MAX)[:, 0], 1):
        if rows:
            before = rows[-1]
            low, high = sorted((before[1] - before[0], stop - start))
            if low < _LOW * high and start - before[1] <= max(_STEP, _NEAR * high):
                rows[-1] = before[0], stop
                continue
        rows.append((start, stop))
    return [(left, top + start, right, top + stop) for start, stop in rows]


def _runs(line: Profile, gap: int) -> list[tuple[int, int]]:
    """Stretches with edges, parted by more than so much without."""
    at = line.nonzero()[0]
    if not len(at):
        return []
    cuts = (at[1:] - at[:-1] > gap).nonzero()[0]
    starts, stops = [at[0], *at[cuts + 1]], [*at[cuts], at[-1]]
    return [(int(start), int(stop) + 1) for start, stop in zip(starts, stops, strict=True)]


def _ink_within(pixels: Pixels, box: Box) -> Box | None:
    """Where the ink of a line is; None if there is any doubt that a box holds one, with ground all around it."""
    high, wide, _ = pixels.shape
    start, above = max(0, box[0] - 1), max(0, box[1] - 1)
    differs = far_from(pixels[above : min(high, box[3] + 1), start : min(wide, box[2] + 1)], (0, 0))
    strongest = int(differs.max())
    around = max(int(side.max()) for side in (differs[0], differs[-1], differs[:, 0], differs[:, -1]))
    if strongest < _STRONG or around > _EDGE:
        return None
    for least in (_INK * strongest, np.maximum(_SOFT, _INK * _beside(differs))):  # the second for a fainter word
        ink = np.where(differs > least, np.uint8(255), np.uint8(0))
        left, top, width, height = cv2.boundingRect(ink)
        if _LOWEST <= height <= HIGHEST and width >= _LONG * height and _is_sharp(differs, ink):
            line = ink[top : top + height, left : left + width]
            if _are_letters(line):
                return start + left, above + top, start + left + width, above + top + height
    return None


def _beside(differs: Mask) -> Mask:
    """What is strongest in each column and those beside it, shape (1, width)."""
    columns = np.asarray(cv2.reduce(differs, 0, cv2.REDUCE_MAX), np.uint8)
    return np.asarray(cv2.dilate(columns, np.ones((1, 2 * _RIM + 1), np.uint8)), np.uint8)


def _is_sharp(differs: Mask, ink: Mask) -> bool:
    """Whether what is not ink is flat ground, but for the soft edges of the strokes."""
    other = cv2.threshold(differs, _FLAT, 255, cv2.THRESH_BINARY)[1]
    stray = cv2.subtract(other, cv2.dilate(ink, np.ones((3, 3), np.uint8)))
    ground = differs.size - cv2.countNonZero(other)
    return ground >= _GROUND * differs.size and cv2.countNonZero(stray) <= _STRAY * cv2.countNonZero(ink)


def _are_letters(ink: Mask) -> bool:
    """Whether ink, cut to its own size, is one row of letters by its strokes."""
    height, width = ink.shape
    thick, bar = max(_LEAST_STROKE, round(_STROKE * height)), round(_BAR * height)
    if any(cv2.countNonZero(cv2.erode(ink, np.ones(size, np.uint8))) for size in ((thick, thick), (1, bar))):
        return False
    crossed = cv2.countNonZero(cv2.subtract(ink[:, 1:], ink[:, :-1]))
    rows = np.count_nonzero(ink, axis=1)
    full = np.flatnonzero(rows >= _FULL * rows.max())
    return crossed >= _BUSY * width and bool(rows[full[0] : full[-1] + 1].min() >= _EMPTY * rows.max())
