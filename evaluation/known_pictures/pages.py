"""Pages of the proof: which pictures stand on which page, altered how, and the page as HTML."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from domain.page import Box
from evaluation.known_pictures.alterations import ALTERATIONS
from evaluation.known_pictures.layouts import LAYOUTS, THEMES, WITHOUT_PICTURES, Layout, Size, Slot
from evaluation.known_pictures.painted import paint

LISTED_COUNT, UNLISTED_COUNT = 96, 900
SIZES: tuple[Size, ...] = ((1366, 768), (1366, 768), (1366, 768), (1920, 1080), (1280, 720))
_MOST_LISTED = 4
_SHARE_LISTED = 0.5

Dice = np.random.Generator


@dataclass(frozen=True, slots=True)
class Planted:
    """A picture on a page.

    Attributes:
        number: Of the picture, see `painted`.
        listed: Whether the bank has it.
        alteration: What was done to it.
        box: Where it is on the capture, in pixels, without a caption that was added to it.
    """

    number: int
    listed: bool
    alteration: str
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was planned.

    Attributes:
        name: Of its files.
        layout: Name of its layout.
        size: Of the window, in pixels.
        planted: Its pictures, in the order of the layout.
        html: What the browser is given; pictures by relative address.
    """

    name: str
    layout: str
    size: Size
    planted: tuple[Planted, ...]
    html: str


def listed_numbers(edition: int) -> range:
    """Numbers of the pictures that an edition's bank lists."""
    return range(10_000 * edition, 10_000 * edition + LISTED_COUNT)


def unlisted_numbers(edition: int) -> range:
    """Numbers of their like, of the same styles, that stand on its pages as well."""
    return range(10_000 * edition + 1000, 10_000 * edition + 1000 + UNLISTED_COUNT)


def strangers(edition: int, count: int) -> range:
    """Numbers of pictures that its bank lists besides, and that stand on no page."""
    return range(10_000 * edition + 2000, 10_000 * edition + 2000 + count)


def plan(folder: Path, edition: int, number: int, with_listed: bool) -> Page:
    """Throws the dice for a page and writes its HTML, its pictures and its truth into the folder.

    Args:
        folder: Where to write; exists.
        edition: Of the pages: another edition has other pictures and other pages.
        number: Decides layout, theme, size and pictures.
        with_listed: False for a decoy page, which has pictures of the same styles only.
    """
    dice = np.random.default_rng((edition, number, int(with_listed)))
    layouts = LAYOUTS if with_listed else (*LAYOUTS, *WITHOUT_PICTURES)
    layout_of = layouts[number % len(layouts)]
    size = SIZES[int(dice.integers(len(SIZES)))]
    layout = layout_of(size, THEMES[int(dice.integers(len(THEMES)))], dice)
    name = f"{'listed' if with_listed else 'decoy'}-{number:03}"
    planted, images = [], ""
    chosen = _listed_slots(layout, size, dice) if with_listed else set()
    for place, slot in enumerate(layout.slots):
        listed = place in chosen
        picture = int(dice.choice(listed_numbers(edition) if listed else unlisted_numbers(edition)))
        alteration = str(dice.choice(list(ALTERATIONS)))
        altered = ALTERATIONS[alteration](paint(picture), dice)
        file = f"{name}-{place}.{'jpg' if dice.random() < 0.7 else 'png'}"
        altered.image.save(folder / file, quality=88)
        left, top, right, bottom = box = _fitted(slot, altered.image.size)
        proper = (left, top + round(altered.top * (bottom - top)), right, top + round(altered.bottom * (bottom - top)))
        planted.append(Planted(picture, listed, alteration, proper))
        images += _image(file, box, slot.radius)
    page = Page(name, layout_of.__name__, size, tuple(planted), _document(layout, images))
    (folder / f"{name}.html").write_text(page.html, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(_truth(page)), encoding="utf-8")
    return page


def read_truth(path: Path) -> tuple[str, tuple[Planted, ...]]:
    """Layout and pictures of a page that was planned before."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    planted = [Planted(**{**one, "box": tuple(one["box"])}) for one in truth["planted"]]
    return truth["layout"], tuple(planted)


def _truth(page: Page) -> dict[str, object]:
    return {"layout": page.layout, "size": page.size, "planted": [asdict(one) for one in page.planted]}


def _listed_slots(layout: Layout, size: Size, dice: Dice) -> set[int]:
    """Places that get a listed picture: some of those that are on the screen as a whole, one at least."""
    whole = [place for place, slot in enumerate(layout.slots) if slot.top + slot.height <= size[1]]
    count = max(1, min(_MOST_LISTED, round(_SHARE_LISTED * len(whole))))
    return set(dice.choice(whole, count, replace=False).tolist())


def _fitted(slot: Slot, size: Size) -> Box:
    """Where a picture of that size comes to stand in a slot."""
    if slot.fill:
        return slot.left, slot.top, slot.left + slot.width, slot.top + slot.height
    factor = min(slot.width / size[0], slot.height / size[1])
    wide, tall = round(size[0] * factor), round(size[1] * factor)
    left, top = slot.left + (slot.width - wide) // 2, slot.top + (slot.height - tall) // 2
    return left, top, left + wide, top + tall


def _image(file: str, box: Box, radius: int) -> str:
    left, top, right, bottom = box
    place = f"left:{left}px;top:{top}px;width:{right - left}px;height:{bottom - top}px;border-radius:{radius}px"
    return f'<img src="{file}" style="{place}">'


def _document(layout: Layout, images: str) -> str:
    style = (
        f"body{{margin:0;background:{layout.background};font-family:'DejaVu Sans',sans-serif;overflow:hidden}}"
        "div,img,p{position:absolute;margin:0;box-sizing:border-box}p{line-height:1.4}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><style>{style}</style></head>'
        f"<body>{layout.furniture}{images}{layout.overlay}</body></html>"
    )
