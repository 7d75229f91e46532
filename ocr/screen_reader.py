"""Pixels to a page: regions, lines, words, reading order; what was read before is not read again.

Each step is a pure function of the pixels it is given, so the result does not depend on what is remembered.
"""

from dataclasses import replace

import cv2
import numpy as np

from domain.page import Box, Page
from ocr.decode import Pixels
from ocr.detector import Quad
from ocr.edges import edges_of
from ocr.line_finder import LineFinder
from ocr.packed import PackedLine, PackedPage
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine
from ocr.recogniser import Recogniser
from ocr.regions import regions_of
from ocr.rules import Rules
from ocr.screen_cache import DeviceCache, ScreenCache
from ocr.words import line_of, parts_of

_LEAST = 4
"""A screen with fewer pixels on a side shows no letter."""
_UPRIGHT = 2.0
_TALL = 64
"""A line so many times higher than wide, and so high in pixels, is turned by a quarter; a lone letter is not."""
_LONGEST = 32_000
"""OpenCV turns nothing that is longer, in pixels, and raises instead: its places have 16 bits."""
_RIM = 4
"""What is turned is looked at so far beyond its corners, in pixels."""


class ScreenReader:
    """Reads screens with one finder of lines and one recogniser. Used by one thread at a time."""

    def __init__(self, finder: LineFinder, recogniser: Recogniser, cache: ScreenCache) -> None:
        self._finder = finder
        self._recogniser = recogniser
        self._cache = cache

    def read(self, pixels: Pixels, known: DeviceCache) -> tuple[bytes, Page]:
        """Reads one screen.

        Args:
            pixels: Height x width x 3, red first.
            known: What was read off screens of the same device; this one is added to it.

        Returns:
            The name under which the page is remembered, and the page.
        """
        if min(pixels.shape[:2]) < _LEAST:
            return self._kept(b"", assemble([]), known)
        edges = edges_of(pixels)
        rules = Rules.of(edges)
        regions = [(box, pixels[box[1] : box[3], box[0] : box[2]]) for box in regions_of(edges.text)]
        names = [self._cache.digest(region) for _, region in regions]
        places = np.array([box for box, _ in regions], np.int32).tobytes()
        screen = self._cache.digest(places, rules.tobytes(), *names)
        page = known.get(PackedPage, screen)
        if page is not None:
            for name in names:
                known.get(tuple, name)
            return screen, page.page()
        lines = [
            line.at(box[0], box[1])
            for (box, region), name in zip(regions, names, strict=True)
            for line in self._lines_of(region, name, known)
        ]
        return self._kept(screen, assemble(in_reading_order(lines, rules)), known)

    def _kept(self, screen: bytes, page: Page, known: DeviceCache) -> tuple[bytes, Page]:
        known.put(screen, PackedPage.of(page))
        return screen, page

    def _lines_of(self, region: Pixels, name: bytes, known: DeviceCache) -> tuple[PackedLine, ...]:
        found: tuple[PackedLine, ...] | None = known.get(tuple, name)
        if found is None:
            places = self._finder.find(region)
            found = tuple(PackedLine.of(line) for place in places for line in self._read(region, place, known))
            known.put(name, found)
        return found

    def _read(self, region: Pixels, place: Box | Quad, known: DeviceCache) -> tuple[RecognisedLine, ...]:
        """The line at a place; empty if it says nothing."""
        if isinstance(place, tuple):
            box = place
            crop = region[box[1] : box[3], box[0] : box[2]]
            if crop.shape[0] >= max(_UPRIGHT * crop.shape[1], _TALL):
                return self._across(np.rot90(crop), box)
        else:
            crop, box = _straightened(region, place)
            return self._across(crop, box)
        return tuple(
            line.at(box[0] + start, box[1])
            for start, stop in parts_of(crop)
            for line in self._part(crop[:, start:stop], known)
        )

    def _part(self, crop: Pixels, known: DeviceCache) -> tuple[PackedLine, ...]:
        name = self._cache.digest(b"line", crop)  # a region that looks the same may hold its line elsewhere
        found: tuple[PackedLine, ...] | None = known.get(tuple, name)
        if found is None:
            height, width, _ = crop.shape
            line = line_of(self._recogniser.read(crop), crop, (0, 0, width, height))
            found = () if line is None else (PackedLine.of(line),)
            known.put(name, found)
        return found

    def _across(self, crop: Pixels, box: Box) -> tuple[RecognisedLine, ...]:
        """A line that stands upright or tilted: its words share its box, from left to right."""
        height, width, _ = crop.shape
        line = line_of(self._recogniser.read(crop), crop, (0, 0, width, height))
        if line is None:
            return ()
        scale = (box[2] - box[0]) / width
        words = tuple(
            replace(
                word,
                box=(
                    box[0] + round(word.box[0] * scale),
                    box[1],
                    box[0] + max(round(word.box[0] * scale) + 1, round(word.box[2] * scale)),
                    box[3],
                ),
            )
            for word in line.words
        )
        return (replace(line, words=words, box=box),)


def _straightened(region: Pixels, corners: Quad) -> tuple[Pixels, Box]:
    """The pixels of a tilted line made level, and the box around it; as they stand where the line is too long."""
    by_sum, by_difference = corners.sum(axis=1), np.diff(corners, axis=1)[:, 0]
    ordered = corners[[by_sum.argmin(), by_difference.argmin(), by_sum.argmax(), by_difference.argmax()]]
    width = max(1, round(float(np.linalg.norm(ordered[1] - ordered[0]))))
    height = max(1, round(float(np.linalg.norm(ordered[3] - ordered[0]))))
    high, wide, _ = region.shape
    left, top, broad, tall = cv2.boundingRect(corners.astype(np.int32))
    box = (max(0, left), max(0, top), min(wide, left + broad), min(high, top + tall))
    if max(high, wide) > _LONGEST:
        start, above = max(0, box[0] - _RIM), max(0, box[1] - _RIM)
        region = region[above : box[3] + _RIM, start : box[2] + _RIM]
        ordered = ordered - np.array([start, above], np.float32)
    if max(*region.shape, width, height) > _LONGEST:
        turned = region
    else:
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        turned = cv2.warpPerspective(
            np.ascontiguousarray(region),
            cv2.getPerspectiveTransform(ordered.astype(np.float32), target),
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    if height >= _UPRIGHT * width:
        turned = np.rot90(turned)
    return np.asarray(turned, np.uint8), box
