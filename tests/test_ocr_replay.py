"""Hundreds of random changes to drawn screens: every warm reading equals the cold one of the same frame."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.sessions import words_from
from ocr.screen_engine import ScreenEngine

SIZE = (520, 260)


@dataclass
class Desk:
    """What a screen shows; each of its changes is one that screens make."""

    lot: random.Random
    lines: list[str] = field(default_factory=list)
    scroll: int = 0
    dark: bool = False
    typed: str = ""
    caret: bool = False
    video: int | None = None
    marked: int | None = None
    window: tuple[int, int] | None = None
    form: tuple[str, int] = ("PNG", 0)

    def __post_init__(self) -> None:
        self.lines = [" ".join(words_from(self.lot.randrange(90), self.lot.randrange(3, 7))) for _ in range(9)]

    def change(self) -> str:
        """Makes one change and names it."""
        name = self.lot.choice([name for name in dir(Desk) if name.startswith("do_")])
        getattr(self, name)()
        return name

    def do_type(self) -> None:
        self.typed = (self.typed + self.lot.choice("abc defgh ")) if self.lot.random() < 0.8 else ""

    def do_say_not(self) -> None:
        row = self.lot.randrange(len(self.lines))
        words = self.lines[row].split()
        if "not" in words:
            words.remove("not")
        else:
            words.insert(1, "not")
        self.lines[row] = " ".join(words)

    def do_change_a_word(self) -> None:
        row = self.lot.randrange(len(self.lines))
        words = self.lines[row].split()
        words[self.lot.randrange(len(words))] = words_from(self.lot.randrange(90), 1)[0]
        self.lines[row] = " ".join(words)

    def do_add_a_line(self) -> None:
        self.lines.append(" ".join(words_from(self.lot.randrange(90), 4)))
        del self.lines[:-12]

    def do_scroll(self) -> None:
        self.scroll = max(0, self.scroll + self.lot.randrange(-60, 61))

    def do_dark(self) -> None:
        self.dark = not self.dark

    def do_blink(self) -> None:
        self.caret = not self.caret

    def do_play(self) -> None:
        self.video = None if self.video and self.lot.random() < 0.4 else self.lot.randrange(1, 10**6)

    def do_select(self) -> None:
        self.marked = None if self.marked is not None else self.lot.randrange(len(self.lines))

    def do_move_window(self) -> None:
        left, top = self.window or (200, 60)
        self.window = (left + self.lot.randrange(-9, 10), top + self.lot.randrange(-9, 10))

    def do_close_window(self) -> None:
        self.window = None

    def do_change_format(self) -> None:
        self.form = self.lot.choice([("PNG", 0), ("JPEG", 90), ("JPEG", 60), ("WEBP", 85)])

    def do_nothing(self) -> None:
        pass

    def frame(self) -> bytes:
        """The screen as it is now, encoded."""
        paper, ink = ("#202124", "#e8eaed") if self.dark else ("white", "black")
        image = Image.new("RGB", SIZE, paper)
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(size=15)
        for row, text in enumerate(self.lines):
            top = 14 + 30 * row - self.scroll % 90
            if row == self.marked:
                draw.rectangle((16, top - 2, 300, top + 19), fill="#2f6fd0")
            draw.text((20, top), text, font=font, fill=ink)
        if self.video is not None:
            noise = np.random.default_rng(self.video).integers(0, 255, (6, 10, 3), np.uint8)
            image.paste(Image.fromarray(noise).resize((110, 70), Image.Resampling.BILINEAR), (400, 20))
        if self.window:
            left, top = self.window
            draw.rectangle((left, top, left + 230, top + 90), fill="#f3f3f3", outline="#777777")
            draw.text((left + 12, top + 10), "save your work first", font=font, fill="black")
            draw.text((left + 12, top + 45), "cancel     continue", font=font, fill="black")
        draw.rectangle((0, 222, SIZE[0], 224), fill="#888888")
        draw.rectangle((0, 225, *SIZE), fill=paper)
        draw.text((20, 232), self.typed, font=font, fill=ink)
        if self.caret:
            draw.rectangle((24 + font.getlength(self.typed), 232, 25 + font.getlength(self.typed), 248), fill=ink)
        out = io.BytesIO()
        kind, quality = self.form
        image.save(out, kind, **({"quality": quality} if quality else {}))
        return out.getvalue()


@pytest.fixture(scope="module")
def engine() -> Iterator[ScreenEngine]:
    engine = ScreenEngine()
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("seed", "changes"), [(1, 40), *(pytest.param(seed, 150, marks=pytest.mark.slow) for seed in (2, 3, 4))]
)
def test_a_warm_reading_equals_a_cold_one_whatever_changed(engine: ScreenEngine, seed: int, changes: int) -> None:
    desk, done, seen = Desk(random.Random(seed)), ["start"], set()
    for _ in range(changes):
        frame = desk.frame()
        warm, cold = engine.read(frame, ("school", f"{seed}")), engine.read(frame)
        assert warm.page == cold.page, done[-3:]
        assert warm.size == cold.size
        seen.add(cold.page.text)
        done.append(desk.change())
    assert len(seen) > changes // 3
    assert len(set(done)) > 10
