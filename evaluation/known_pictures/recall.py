"""How many of the listed pictures on pages are found, and whether anything else is."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from domain.image_match import ImageMatch
from evaluation.known_pictures.pages import Planted, read_truth
from evaluation.known_pictures.painted import style_of
from image_hash.lookup import PictureFinder
from image_hash.regions import find_regions

LEAST_WIDTH = 160
"""Narrower pictures are counted apart."""


@dataclass(slots=True)
class Recall:
    """What was found, counted.

    Attributes:
        planted: Listed pictures by kind: `all`, and alteration, layout, style and width with their names.
        found: Those of them that were found.
        false: Matches of anything that is not on the page, by page.
        pages: Pages with and without listed pictures.
        region_ms: CPU of the region proposals of each page of 1366 x 768.
        find_ms: CPU of everything about pictures on each page of 1366 x 768.
        regions: Proposals of each page.
    """

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: dict[str, list[str]] = field(default_factory=dict)
    pages: Counter[str] = field(default_factory=Counter)
    region_ms: list[float] = field(default_factory=list)
    find_ms: list[float] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)


def measure_pages(folder: Path, finder: PictureFinder) -> Recall:
    """Looks through all captures of a folder that have a truth beside them (`NAME.json`)."""
    told = Recall()
    for truth in sorted(folder.glob("*.json")):
        layout, planted = read_truth(truth)
        rgb = np.asarray(Image.open(_capture(truth)).convert("RGB"))
        matches = _timed(told, rgb, finder)
        ours = {str(one.number) for one in planted if one.listed}
        told.pages["with listed pictures" if ours else "decoys"] += 1
        strange = [
            f"{match.item} by {match.algorithm} at {match.distance}" for match in matches if match.item not in ours
        ]
        if strange:
            told.false[truth.stem] = strange
        found = {match.item for match in matches}
        for one in planted:
            if one.listed:
                for kind in kinds(one, layout):
                    told.planted[kind] += 1
                    told.found[kind] += str(one.number) in found
    return told


def kinds(one: Planted, layout: str) -> Iterator[str]:
    """Under which headings a picture is counted."""
    width = one.box[2] - one.box[0]
    if width < LEAST_WIDTH:
        yield f"width: below {LEAST_WIDTH} px"
        return
    yield "all"
    yield f"alteration: {one.alteration}"
    yield f"layout: {layout}"
    yield f"style: {style_of(one.number)}"
    yield f"width: {'160 to 239 px' if width < 240 else '240 to 479 px' if width < 480 else '480 px and more'}"


def _capture(truth: Path) -> Path:
    return next(path for path in (truth.with_suffix(ending) for ending in (".png", ".webp")) if path.exists())


def _timed(told: Recall, rgb: npt.NDArray[np.uint8], finder: PictureFinder) -> tuple[ImageMatch, ...]:
    start = time.process_time()
    regions = find_regions(rgb)
    between = time.process_time()
    matches = finder.find(rgb)
    told.regions.append(len(regions))
    if rgb.shape[:2] == (768, 1366):
        told.region_ms.append((between - start) * 1e3)
        told.find_ms.append((time.process_time() - between) * 1e3)
    return matches


def rows(told: Recall) -> Iterable[tuple[str, int, int]]:
    """Heading, found and planted, in the order of headings."""
    return [(kind, told.found[kind], told.planted[kind]) for kind in sorted(told.planted)]
