"""What happens to a picture between a list and a screen, one alteration at a time."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

Dice = np.random.Generator
_CAPTIONS = ("when the bell rings", "me on a monday", "nobody asked", "see you at lunch", "wait for it")


@dataclass(frozen=True, slots=True)
class Altered:
    """A picture after an alteration.

    Attributes:
        image: What is shown.
        top: Share of its height above the picture proper, where a caption was added.
        bottom: Share of its height down to the end of the picture proper.
    """

    image: Image.Image
    top: float = 0.0
    bottom: float = 1.0


def plain(picture: Image.Image, _: Dice) -> Altered:
    """As it is: only the browser scales it."""
    return Altered(picture)


def recompressed(picture: Image.Image, dice: Dice) -> Altered:
    """Twice through a JPEG, made smaller in between."""
    small = picture.resize((picture.width * 2 // 3, picture.height * 2 // 3), Image.Resampling.LANCZOS)
    return Altered(_jpeg(_jpeg(small, int(dice.integers(35, 60))), int(dice.integers(30, 60))))


def brighter(picture: Image.Image, dice: Dice) -> Altered:
    """Up to a quarter lighter."""
    return Altered(ImageEnhance.Brightness(picture).enhance(float(dice.uniform(1.1, 1.25))))


def darker(picture: Image.Image, dice: Dice) -> Altered:
    """Up to a quarter darker."""
    return Altered(ImageEnhance.Brightness(picture).enhance(float(dice.uniform(0.75, 0.9))))


def washed(picture: Image.Image, dice: Dice) -> Altered:
    """Less contrast and colour, as behind a filter."""
    pale = ImageEnhance.Contrast(picture).enhance(float(dice.uniform(0.7, 0.85)))
    return Altered(ImageEnhance.Color(pale).enhance(float(dice.uniform(0.3, 0.8))))


def mirrored(picture: Image.Image, _: Dice) -> Altered:
    """Left and right changed over."""
    return Altered(ImageOps.mirror(picture))


def cropped_5(picture: Image.Image, dice: Dice) -> Altered:
    """Five hundredths of width and height gone, shared between the sides by chance."""
    return _crop(picture, 0.05, 0.05, dice)


def cropped_10(picture: Image.Image, dice: Dice) -> Altered:
    """A tenth of width and height gone, half of it from each side."""
    return _crop(picture, 0.10, 0.10, None if dice.random() < 0.5 else dice)


def cropped_on_one_axis(picture: Image.Image, dice: Dice) -> Altered:
    """A tenth of the width or of the height gone, as where a page fits it into another shape."""
    share = float(dice.uniform(0.06, 0.10))
    return _crop(picture, share, 0, None) if dice.random() < 0.5 else _crop(picture, 0, share, None)


def captioned_below(picture: Image.Image, dice: Dice) -> Altered:
    """A bar with words added under it."""
    return _captioned(picture, dice, above=False)


def captioned_above(picture: Image.Image, dice: Dice) -> Altered:
    """A bar with words added over it."""
    return _captioned(picture, dice, above=True)


def captioned_inside(picture: Image.Image, dice: Dice) -> Altered:
    """A band with words over its lowest part."""
    layer = Image.new("RGBA", picture.size)
    tall = int(picture.height * dice.uniform(0.10, 0.14))
    draw = ImageDraw.Draw(layer)
    draw.rectangle((0, picture.height - tall, picture.width, picture.height), fill=(0, 0, 0, 150))
    font = ImageFont.load_default(tall * 0.5)
    draw.text((20, picture.height - tall + tall // 5), _caption(dice), fill="white", font=font)
    return Altered(Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB"))


ALTERATIONS: dict[str, Callable[[Image.Image, Dice], Altered]] = {
    "none": plain,
    "recompressed": recompressed,
    "brighter": brighter,
    "darker": darker,
    "washed out": washed,
    "mirrored": mirrored,
    "cropped 5 %": cropped_5,
    "cropped 10 %": cropped_10,
    "cropped 6-10 % on one axis": cropped_on_one_axis,
    "caption bar below": captioned_below,
    "caption bar above": captioned_above,
    "caption on it": captioned_inside,
}


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _crop(picture: Image.Image, across: float, down: float, dice: Dice | None) -> Altered:
    """So much of width and height gone; without dice the same from both sides."""
    left, top = (across / 2, down / 2) if dice is None else (dice.uniform(0, across), dice.uniform(0, down))
    box = (left, top, 1 - across + left, 1 - down + top)
    wide, tall = picture.size
    left, top, right, bottom = (round(share * side) for share, side in zip(box, (wide, tall, wide, tall), strict=True))
    return Altered(picture.crop((left, top, right, bottom)))


def _captioned(picture: Image.Image, dice: Dice, above: bool) -> Altered:
    tall = int(picture.height * dice.uniform(0.12, 0.2))
    light = dice.random() < 0.6
    canvas = Image.new("RGB", (picture.width, picture.height + tall), "white" if light else "black")
    canvas.paste(picture, (0, tall if above else 0))
    font = ImageFont.load_default(tall * 0.45)
    at = (24, tall // 4 if above else picture.height + tall // 4)
    ImageDraw.Draw(canvas).text(at, _caption(dice), fill="black" if light else "white", font=font)
    share = tall / canvas.height
    return Altered(canvas, share, 1.0) if above else Altered(canvas, 0.0, 1 - share)


def _caption(dice: Dice) -> str:
    return _CAPTIONS[int(dice.integers(len(_CAPTIONS)))]
