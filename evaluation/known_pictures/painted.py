"""Pictures made by dice, with nobody on them: eight styles, the same for the same number on every machine."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 720, 540
Dice = np.random.Generator
_WORDS = ("LANTERN", "SATURDAY", "OPEN DAY", "HARBOUR", "NO. 5", "TICKETS", "MARKET", "NORTH", "RIVER RUN", "CHOIR")


def paint(number: int) -> Image.Image:
    """The picture of that number: its style is the number's rest, all else is thrown."""
    dice = np.random.default_rng(number)
    return STYLES[number % len(STYLES)](dice)


def style_of(number: int) -> str:
    """The name of the style that a number's picture has."""
    return STYLES[number % len(STYLES)].__name__


def still(dice: Dice) -> Image.Image:
    """Things on a table before a wall, lit from one side."""
    canvas = _clouds(dice, (3, 4), _muted(dice), 28)
    draw = ImageDraw.Draw(canvas)
    edge = int(dice.integers(300, 400))
    draw.rectangle((0, edge, WIDTH, HEIGHT), fill=_muted(dice))
    for _ in range(int(dice.integers(3, 7))):
        x, wide, tall = int(dice.integers(40, 640)), int(dice.integers(60, 160)), int(dice.integers(80, 300))
        foot = edge + int(dice.integers(20, 120))
        colour = _bright(dice)
        draw.ellipse((x - wide // 2, foot - 18, x + wide, foot + 20), fill=_shade(colour, 0.25))
        (draw.ellipse if dice.random() < 0.5 else draw.rectangle)((x, foot - tall, x + wide, foot), fill=colour)
        draw.rectangle((x + wide // 6, foot - tall + 20, x + wide // 4, foot - 20), fill=_shade(colour, 1.5))
    return _grain(_lit(canvas, dice), dice, 6)


def landscape(dice: Dice) -> Image.Image:
    """Sky, ranges of hills, trees."""
    canvas = _clouds(dice, (5, 4), _bright(dice), 45)
    draw = ImageDraw.Draw(canvas)
    for depth in range(int(dice.integers(2, 5))):
        level, colour = 200 + depth * 80 + int(dice.integers(-30, 30)), _shade(_muted(dice), 1.2 - depth * 0.22)
        first, second, rise = dice.uniform(0, 6), dice.uniform(0, 6), dice.uniform(20, 90)
        ridge = [
            (x, level + rise * (np.sin(x / 110 + first) + 0.4 * np.sin(x / 37 + second))) for x in range(0, 721, 8)
        ]
        draw.polygon([(0, HEIGHT), *ridge, (WIDTH, HEIGHT)], fill=colour)
    for _ in range(int(dice.integers(3, 14))):
        x, y, size = int(dice.integers(0, WIDTH)), int(dice.integers(330, 530)), int(dice.integers(30, 110))
        draw.polygon([(x - size // 3, y), (x, y - size), (x + size // 3, y)], fill=_shade(_muted(dice), 0.5))
    return _grain(canvas.filter(ImageFilter.GaussianBlur(1)), dice, 8)


def room(dice: Dice) -> Image.Image:
    """Walls in perspective, a window, boxes."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), _muted(dice))
    draw = ImageDraw.Draw(canvas)
    left, right = int(dice.integers(80, 260)), int(dice.integers(460, 650))
    top, bottom = int(dice.integers(40, 150)), int(dice.integers(330, 440))
    draw.polygon([(0, 0), (left, top), (left, bottom), (0, HEIGHT)], fill=_muted(dice))
    draw.polygon([(WIDTH, 0), (right, top), (right, bottom), (WIDTH, HEIGHT)], fill=_muted(dice))
    draw.polygon([(0, HEIGHT), (left, bottom), (right, bottom), (WIDTH, HEIGHT)], fill=_shade(_muted(dice), 0.6))
    x = int(dice.integers(left, right - 90))
    draw.rectangle((x, top + 20, x + 90, top + 150), fill=(250, 244, 220), outline=(60, 50, 40), width=6)
    for _ in range(int(dice.integers(3, 8))):
        x, y, side = int(dice.integers(0, 640)), int(dice.integers(280, 460)), int(dice.integers(50, 150))
        draw.rectangle((x, y, x + side, y + side // 2 + 20), fill=_bright(dice))
        draw.polygon([(x, y), (x + 24, y - 20), (x + side + 24, y - 20), (x + side, y)], fill=_bright(dice))
    return _grain(_lit(canvas, dice), dice, 5)


def drawing(dice: Dice) -> Image.Image:
    """Flat colours with dark outlines, as in a comic."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), (250, 246, 236) if dice.random() < 0.6 else _bright(dice))
    draw = ImageDraw.Draw(canvas)
    for _ in range(int(dice.integers(8, 16))):
        x, y = int(dice.integers(-60, 660)), int(dice.integers(-60, 480))
        wide, tall = int(dice.integers(70, 300)), int(dice.integers(60, 240))
        kind = int(dice.integers(3))
        if kind == 0:
            draw.ellipse((x, y, x + wide, y + tall), fill=_bright(dice), outline=(20, 18, 30), width=6)
        elif kind == 1:
            draw.rounded_rectangle((x, y, x + wide, y + tall), 26, fill=_bright(dice), outline=(20, 18, 30), width=6)
        else:
            corners = [(x + int(dice.integers(wide)), y + int(dice.integers(tall))) for _ in range(4)]
            draw.polygon(corners, fill=_bright(dice), outline=(20, 18, 30), width=5)
    return canvas


def poster(dice: Dice) -> Image.Image:
    """Bands, discs and large words on paper."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), _shade(_bright(dice), 1.3))
    draw = ImageDraw.Draw(canvas)
    slant = int(dice.integers(-200, 200))
    for band in range(int(dice.integers(2, 6))):
        x = int(dice.integers(0, 660)) + band * 10
        corners = [(x, 0), (x + 50, 0), (x + 50 + slant, HEIGHT), (x + slant, HEIGHT)]
        draw.polygon(corners, fill=_bright(dice))
    for _ in range(int(dice.integers(1, 4))):
        x, y, side = int(dice.integers(0, 500)), int(dice.integers(0, 330)), int(dice.integers(100, 240))
        start, end = sorted(dice.integers(0, 360, 2).tolist())
        draw.pieslice((x, y, x + side, y + side), start, end, fill=_bright(dice))
    for line in range(int(dice.integers(1, 4))):
        word, size = _WORDS[int(dice.integers(len(_WORDS)))], int(dice.integers(44, 96))
        at = (int(dice.integers(10, 200)), 40 + line * 150 + int(dice.integers(60)))
        draw.text(at, word, fill=_shade(_muted(dice), 0.4), font=ImageFont.load_default(size))
    return _grain(canvas, dice, 4)


def night(dice: Dice) -> Image.Image:
    """A dark street with lamps and lit windows."""
    canvas = _clouds(dice, (3, 4), (26, 28, 48), 12)
    draw = ImageDraw.Draw(canvas)
    x = -20
    while x < WIDTH:
        wide, tall = int(dice.integers(70, 170)), int(dice.integers(140, 430))
        draw.rectangle((x, HEIGHT - tall, x + wide, HEIGHT), fill=_shade(_muted(dice), 0.25))
        for column in range(x + 12, x + wide - 16, 28):
            for row in range(HEIGHT - tall + 14, HEIGHT - 30, 36):
                if dice.random() < 0.35:
                    draw.rectangle((column, row, column + 14, row + 20), fill=(236, 204, 120))
        x += wide + int(dice.integers(0, 40))
    glow = Image.new("RGB", canvas.size)
    for _ in range(int(dice.integers(2, 7))):
        x, y, size = int(dice.integers(0, WIDTH)), int(dice.integers(80, 500)), int(dice.integers(30, 90))
        ImageDraw.Draw(glow).ellipse((x - size, y - size, x + size, y + size), fill=_bright(dice))
    lit = np.asarray(canvas, float) + 0.7 * np.asarray(glow.filter(ImageFilter.GaussianBlur(24)), float)
    return _grain(_image(lit), dice, 9)


def cells(dice: Dice) -> Image.Image:
    """Cracked ground or leaves from nearby: each cell in a tone of its own."""
    count = int(dice.integers(14, 46))
    x, y = dice.uniform(0, WIDTH, count), dice.uniform(0, HEIGHT, count)
    across, down = np.meshgrid(np.arange(0, WIDTH, 2), np.arange(0, HEIGHT, 2))
    far = np.sort(away := (across[..., None] - x) ** 2 + (down[..., None] - y) ** 2, axis=-1)
    tones = np.asarray([_muted(dice) for _ in range(count)], float)[away.argmin(axis=-1)]
    rim = np.clip((np.sqrt(far[..., 1]) - np.sqrt(far[..., 0])) / 14, 0.25, 1)[..., None]
    return _grain(_lit(_image(tones * rim).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dice), dice, 7)


def haze(dice: Dice) -> Image.Image:
    """Soft light and blots, out of focus."""
    canvas = _clouds(dice, (6, 8), _bright(dice), 70)
    blots = Image.new("RGB", canvas.size)
    for _ in range(int(dice.integers(6, 14))):
        x, y, size = int(dice.integers(0, WIDTH)), int(dice.integers(0, HEIGHT)), int(dice.integers(20, 110))
        ImageDraw.Draw(blots).ellipse((x - size, y - size, x + size, y + size), fill=_bright(dice))
    mixed = Image.blend(canvas, blots.filter(ImageFilter.GaussianBlur(5)), 0.35)
    return _grain(mixed, dice, 6)


STYLES: tuple[Callable[[Dice], Image.Image], ...] = (still, landscape, room, drawing, poster, night, cells, haze)


def _bright(dice: Dice) -> tuple[int, int, int]:
    red, green, blue = dice.integers(30, 245, 3).tolist()
    return red, green, blue


def _muted(dice: Dice) -> tuple[int, int, int]:
    middle = int(dice.integers(70, 190))
    red, green, blue = (middle + int(dice.integers(-35, 36)) for _ in range(3))
    return red, green, blue


def _shade(colour: tuple[int, int, int], factor: float) -> tuple[int, int, int]:
    red, green, blue = (max(0, min(255, int(channel * factor))) for channel in colour)
    return red, green, blue


def _clouds(dice: Dice, points: tuple[int, int], colour: tuple[int, int, int], spread: int) -> Image.Image:
    """A colour that wanders softly over the canvas."""
    coarse = np.asarray(colour) + dice.normal(0, spread, (*points, 3))
    return _image(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _lit(canvas: Image.Image, dice: Dice) -> Image.Image:
    """The canvas with light that falls off from a point."""
    x, y = dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT / 2)
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    light = 1.25 - 0.75 * np.hypot(across - x, down - y) / WIDTH
    return _image(np.asarray(canvas, float) * light[..., None])


def _grain(canvas: Image.Image, dice: Dice, strength: float) -> Image.Image:
    return _image(np.asarray(canvas, float) + dice.normal(0, strength, (HEIGHT, WIDTH, 1)))


def _image(pixels: npt.NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
