"""A reading with a cache equals one without, and nothing of one device is known to another."""

import io
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from domain.page import Side
from ocr.decode import Pixels
from ocr.detector import Detector
from ocr.packed import PackedLine, PackedPage
from ocr.page import assemble
from ocr.recognised import RecognisedLine, RecognisedWord
from ocr.recogniser import Read, Recogniser
from ocr.screen_cache import DeviceCache, ScreenCache, Seen
from ocr.screen_engine import ScreenEngine
from ocr.screen_reader import ScreenReader

SIZE = (640, 360)
CHAT = [
    "jonah 9:01 are you coming to the match",
    "you 9:02 i did say that it was fine",
    "jonah 9:04 the bus leaves at half past",
    "you 9:05 bring the other ball with you",
    "jonah 9:07 ask your mother about friday",
    "you 9:09 she knows and she is happy",
]


def screen(
    lines: Sequence[str], *, scroll: int = 0, dark: bool = False, typed: str = "", video: int | None = None
) -> Image.Image:
    image = Image.new("RGB", SIZE, "#202124" if dark else "white")
    draw = ImageDraw.Draw(image)
    ink = "#e8eaed" if dark else "black"
    font = ImageFont.load_default(size=16)
    for row, text in enumerate(lines):
        draw.text((20, 20 + 40 * row - scroll), text, font=font, fill=ink)
    draw.rectangle((0, 310, 640, 312), fill="#888888")
    draw.text((20, 325), typed, font=font, fill=ink)
    if video is not None:
        noise = np.random.default_rng(video).integers(0, 255, (12, 20, 3), np.uint8)
        image.paste(Image.fromarray(noise).resize((160, 96), Image.Resampling.BILINEAR), (440, 20))
    return image


def encoded(image: Image.Image, kind: str = "PNG", quality: int = 85) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return buffer.getvalue()


def not_changed() -> list[str]:
    return [line.replace("did say", "did not say") for line in CHAT]


SEQUENCES = {
    "typing": [screen(CHAT, typed="tell him i will be late"[:n]) for n in range(3, 24, 4)],
    "scrolling": [screen(CHAT, scroll=y) for y in (0, 3, 17, 40, 80, 41)],
    "switching windows": [screen(CHAT), screen(CHAT[::-1], dark=True), screen(CHAT), screen(CHAT[::-1], dark=True)],
    "one word": [screen(CHAT), screen(not_changed()), screen(CHAT)],
    "video": [screen([line[:20] for line in CHAT], video=seed) for seed in range(4)],
    "the same": [screen(CHAT)] * 3,
}


@pytest.fixture(scope="module")
def engine() -> Iterator[ScreenEngine]:
    engine = ScreenEngine()
    yield engine
    engine.close()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("name", SEQUENCES)
def test_a_warm_reading_equals_a_cold_one(engine: ScreenEngine, name: str, kind: str) -> None:
    for image in SEQUENCES[name]:
        frame = encoded(image, kind)
        warm, cold = engine.read(frame, ("school", f"{name} {kind}")), engine.read(frame)
        assert warm.page == cold.page
        assert warm.size == cold.size
    assert len(cold.page.text.split()) > 15


def test_a_single_changed_word_is_read(engine: ScreenEngine) -> None:
    texts = [engine.read(encoded(screen(lines)), ("school", "a")).page.text for lines in (CHAT, not_changed())]
    assert "i did say" in texts[0]
    assert "i did not say" in texts[1]


@pytest.mark.parametrize("quality", [85, 70, 50])
def test_a_single_changed_word_is_read_under_the_noise_of_jpeg(engine: ScreenEngine, quality: int) -> None:
    owner = ("school", f"noisy {quality}")
    said: list[str] = []
    for lines in (CHAT, not_changed(), CHAT):
        frame = encoded(screen(lines), "JPEG", quality)
        said.append(engine.read(frame, owner).page.text)
        assert engine.read(frame).page.text == said[-1]
    assert ["i did not say" in text for text in said] == [False, True, False]
    assert ["i did say" in text for text in said] == [True, False, True]


def test_what_did_not_change_is_not_read_again(engine: ScreenEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = engine._reader
    assert reader is not None
    looked: list[tuple[int, ...]] = []
    read: list[tuple[int, ...]] = []
    find, recognise = reader._finder.find, reader._recogniser.read
    monkeypatch.setattr(reader._finder, "find", lambda pixels: (looked.append(pixels.shape), find(pixels))[1])
    monkeypatch.setattr(reader._recogniser, "read", lambda line: (read.append(line.shape), recognise(line))[1])
    owner = ("school", "counted")

    def cost(image: Image.Image) -> tuple[int, int]:
        looked.clear()
        read.clear()
        engine.read(encoded(image), owner)
        return len(looked), len(read)

    assert min(cost(screen(CHAT))) >= len(CHAT)
    assert cost(screen(CHAT)) == (0, 0)
    caret = screen(CHAT)
    caret.putpixel((600, 340), (0, 0, 0))
    assert cost(caret) == (0, 0)
    assert cost(screen(CHAT, typed="hello")) == (1, 1)
    assert max(cost(screen(CHAT, scroll=7))) <= 1
    assert cost(screen(not_changed(), scroll=7)) == (1, 1)


def test_a_line_that_looks_like_a_region_is_read_as_a_line() -> None:
    """A detector may see the line within a region tighter, or not at all, than one that hands out that very picture."""
    shown = np.asarray(screen(["hello"]))[10:50, 10:90]
    reader = ScreenReader(cast("Detector", Places()), cast("Recogniser", Reads()), ScreenCache(10**6, 10**6))
    both = DeviceCache(10**6)
    alone = reader._lines_of(shown, b"region", both)
    assert alone == ()
    both.put(reader._cache.digest(shown), alone)
    wide = np.full((60, 200, 3), 255, np.uint8)
    wide[10:50, 20:100] = shown
    cold = reader._lines_of(wide, b"wide", DeviceCache(10**6))
    assert [line.text for line in cold] == ["hello"]
    assert reader._lines_of(wide, b"wide", both) == cold


class Places:
    """Finds nothing on a picture of the size of the line, and the line on a wider one."""

    def find(self, pixels: Pixels) -> list[tuple[int, int, int, int]]:
        return [] if pixels.shape[1] == 80 else [(20, 10, 100, 50)]


class Reads:
    """Reads the same off everything."""

    def read(self, line: Pixels) -> Read:
        return Read("hello", (0.1, 0.3, 0.5, 0.7, 0.9), (0.9,) * 5)


def test_devices_and_schools_share_nothing(engine: ScreenEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = encoded(screen(CHAT))
    engine.read(frame, ("one", "a"))
    reader = engine._reader
    assert reader is not None
    read: list[int] = []
    recognise = reader._recogniser.read
    monkeypatch.setattr(reader._recogniser, "read", lambda line: (read.append(1), recognise(line))[1])
    for owner in (("other", "a"), ("one", "b"), None, None):
        read.clear()
        engine.read(frame, owner)
        assert len(read) >= len(CHAT)
    read.clear()
    engine.read(frame, ("one", "a"))
    assert read == []


def line(text: str) -> RecognisedLine:
    words: list[RecognisedWord] = []
    for piece in text.split():
        start = text.index(piece, words[-1].end if words else 0)
        box = (1000 + start * 10, 2000, 1000 + (start + len(piece)) * 10, 2020)
        words.append(RecognisedWord(start, start + len(piece), box, 0.1 * len(words)))
    return RecognisedLine(text, tuple(words), (1000, 2000, 1000 + len(text) * 10, 2020), 0.71)


def packed(text: str) -> PackedLine:
    return PackedLine.of(line(text))


@pytest.mark.parametrize("text", ["one", "two words", "caf\u00e9 au lait", "more words \u2013 or \U0001f600"])
def test_a_line_is_packed_without_loss_and_moves(text: str) -> None:
    whole = line(text)
    assert packed(text).at() == whole
    moved = packed(text).at(7, -3)
    left, top, right, bottom = whole.box
    assert moved.box == (left + 7, top - 3, right + 7, bottom - 3)
    assert [word.box[0] for word in moved.words] == [word.box[0] + 7 for word in whole.words]
    assert [word.box[3] for word in moved.words] == [word.box[3] - 3 for word in whole.words]
    assert moved.words[-1].confidence == whole.words[-1].confidence


def test_a_page_is_packed_without_loss() -> None:
    sides: tuple[Side | None, ...] = ("left", "right", None)
    rows = [replace(line(f"words of line {n}"), side=side, panel=n) for n, side in enumerate(sides)]
    page = assemble([rows[:2], rows[2:], [line("alone")]])
    assert PackedPage.of(page).page() == page
    assert PackedPage.of(assemble([])).page() == assemble([])


def test_a_window_that_was_seen_before_many_others_is_still_known(
    engine: ScreenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered of the screens between is so little that it does not push out the first one."""
    reader = engine._reader
    assert reader is not None
    read: list[int] = []
    recognise = reader._recogniser.read
    monkeypatch.setattr(reader._recogniser, "read", lambda line: (read.append(1), recognise(line))[1])
    owner = ("school", "windows")
    engine.read(encoded(screen(CHAT)), owner)
    for row in range(60):
        engine.read(encoded(screen(CHAT[::-1], dark=True, scroll=row)), owner)
    read.clear()
    engine.read(encoded(screen(CHAT, typed="")), owner)
    engine.read(encoded(screen(CHAT, scroll=1)), owner)
    assert read == []


def test_the_least_recently_used_goes_first_and_the_size_is_bounded() -> None:
    cache = DeviceCache(2000)
    for number in range(40):
        cache.put(b"%d" % number, (packed(f"line number {number}"),))
        assert cache.get(tuple, b"0") is not None
        assert cache.size <= 2000
    assert cache.get(tuple, b"39") is not None
    assert cache.get(tuple, b"1") is None


def test_what_is_larger_than_a_cache_is_not_kept() -> None:
    cache = DeviceCache(1000)
    cache.put(b"x", tuple(packed("some words stand here") for _ in range(9)))
    assert (cache.size, cache.get(tuple, b"x")) == (0, None)


def test_devices_that_were_not_seen_for_longest_are_forgotten() -> None:
    screens = ScreenCache(8000, 1200)
    for number in range(9):
        screens.of(("s", f"{number}")).put(b"x", (packed("a line of words that takes room"),))
        screens.of(("s", "0"))
        assert screens.size <= 8000
    assert screens.of(("s", "0")).get(tuple, b"x") is not None
    assert screens.of(("s", "8")).get(tuple, b"x") is not None
    assert screens.of(("s", "1")).get(tuple, b"x") is None


def test_devices_that_nothing_was_read_for_are_bounded_as_well() -> None:
    """As when somebody sends pictures that cannot be read, each in the name of another device."""
    screens = ScreenCache(200_000, 4000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(5000):
        screens.of(("tenant", f"school {number}", f"{number} " * 20))
        assert screens.size <= 200_000
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert used < screens.size


def test_no_more_memory_is_used_than_is_counted() -> None:
    cache = DeviceCache(10**9)
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    for number in range(300):
        cache.put(b"lines %d" % number, tuple(packed(f"this is text {number} of row {row}, more") for row in range(4)))
        page = assemble([[replace(line(f"other {number} text"), confidence=0.5) for _ in range(4)]])
        cache.put(b"page %d" % number, PackedPage.of(page))
        cache.put(b"frame %d" % number, Seen(b"name of 16 bytes", (9999, 9999)))
        del page
    used = sum(entry.size_diff for entry in tracemalloc.take_snapshot().compare_to(before, "filename"))
    tracemalloc.stop()
    assert used < cache.size < 4 * used


def test_a_digest_tells_shapes_and_joints_apart() -> None:
    cache = ScreenCache(1, 1)
    flat = np.zeros((2, 6, 3), np.uint8)
    assert cache.digest(flat) != cache.digest(flat.reshape(6, 2, 3))
    assert cache.digest(b"ab", b"c") != cache.digest(b"a", b"bc")
    assert cache.digest(flat) != ScreenCache(1, 1).digest(flat)
