"""`secondglance bench ocr`: reading captures cold, a session warm, where words stand, and memory."""

import gc
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import mean, median
from typing import TypeVar

from benchmarks import bombs
from benchmarks.equality import UnequalWork
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.memory import report
from benchmarks.ocr_peers import PEERS, cpu_seconds
from benchmarks.sessions import Screen, drawn, from_folder, session
from domain.errors import ImageTooLarge
from domain.page import Box, Page
from evaluation.conditions.reading import matched, plain
from ocr.pool import OcrPool
from ocr.screen_engine import ScreenEngine

T = TypeVar("T")
PACKAGES = ("onnxruntime", "paddleocr", "rapidocr", "opencv-contrib-python")
OURS = "Secondglance"
BOMBS = {
    "PNG": bombs.png,
    "JPEG": bombs.jpeg,
    "WebP": bombs.webp,
    "JPEG of 50,000 scans": bombs.jpeg_scans,
    "PNG of 2 million chunks": bombs.png_chunks,
}
SAMPLED = 8
"""Peers read every so many frames of the session; they remember nothing, so the mean is what counts."""


def run(captures: Path | None, frames: int, memory: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures everything and returns the report as Markdown.

    Args:
        captures: Folder of NAME.png with NAME.gt.json; drawn captures if left out.
        frames: Length of the session.
        memory: Captures over which memory is watched; 0 leaves it out.
        quick: Few captures, no peers: shows that it runs.
        say: Told what is being done.

    Raises:
        UnequalWork: If a warm reading is not the cold one.
    """
    screens = (from_folder(captures) if captures else drawn())[: 1 if quick else None]
    engine = ScreenEngine()
    peers = {} if quick else {name: build() for name, (there, build) in PEERS.items() if there()}
    missing = [name for name, (there, _) in PEERS.items() if not there()]
    parts = ["# Reading screens\n", describe(PACKAGES)]
    say(f"reading {len(screens)} captures cold")
    readers = {OURS: lambda image: engine.read(image).page.text, **peers}
    parts.append(_cold(readers, screens) + _located(engine, screens))
    say(f"replaying a session of {frames} captures")
    parts.append(_warm(engine, peers, list(session(6 if quick else frames))))
    engine.close()
    parts.append(_refused())
    if memory:
        parts.append(report(memory, say))
    if missing:
        parts.append(f"Not measured: {', '.join(missing)} (`make bench-setup`; `apt-get install tesseract-ocr`).\n")
    return "\n".join(parts)


def _cold(readers: dict[str, Callable[[bytes], str]], screens: Sequence[Screen]) -> str:
    for read in readers.values():
        read(screens[0].image)
    rows = []
    base: float | None = None
    for name, read in readers.items():
        taken, texts = _timed(read, [screen.image for screen in screens])
        found = [matched(text.split(), [word for word, _ in s.words]) for text, s in zip(texts, screens, strict=True)]
        hit, read_words, true = (sum(column) for column in zip(*found, strict=True))
        base = base or taken
        rows.append(
            (name, f"{taken / len(screens):.3f}", f"{hit / true:.4f}", f"{hit / read_words:.4f}", f"{taken / base:.2f}")
        )
    head = ("contender", "CPU s a capture", "word recall", "word precision", "CPU, ours = 1")
    about = (
        f"## Cold\n\n- {len(screens)} captures; nothing is remembered; with decoding; all threads and children count\n"
        "- words: as a multiset of letters and digits, case aside\n"
    )
    return f"{about}\n{table(head, rows)}"


def _located(engine: ScreenEngine, screens: Sequence[Screen]) -> str:
    overlaps: list[float] = []
    for screen in screens:
        page = engine.read(screen.image).page
        overlaps += [overlap for word, box in screen.words if (overlap := _best(page, word, box)) is not None]
    good = sum(overlap >= 0.5 for overlap in overlaps) / len(overlaps)
    return (
        f"\nBoxes: of {len(overlaps):,} words that were read right, {good:.2%} stand where they are (IoU of 0.5 or "
        f"better); mean IoU {mean(overlaps):.2f}.\n"
    )


def _warm(engine: ScreenEngine, peers: dict[str, Callable[[bytes], str]], frames: Sequence[bytes]) -> str:
    owner = ("bench", "pc")
    cold, without = _timed(lambda image: engine.read(image).page, frames)
    warm, remembered = _timed(lambda image: engine.read(image, owner).page, frames)
    for number, (one, other) in enumerate(zip(without, remembered, strict=True)):
        if one != other:
            raise UnequalWork(f"frame {number}: the warm reading is not the cold one")
    rows = [
        (f"{OURS}, warm", f"{warm / len(frames):.4f}", "1.0"),
        (f"{OURS}, cold", f"{cold / len(frames):.4f}", f"{cold / warm:.1f}"),
    ]
    for name, read in peers.items():
        some = frames[::SAMPLED]
        taken = _timed(read, some)[0] / len(some)
        rows.append((name, f"{taken:.4f}", f"{taken * len(frames) / warm:.1f}"))
    about = (
        f"## A session\n\n- {len(frames)} captures, {len(set(frames))} of them different: typing, scrolling, two "
        "windows in turn, a video, a clock; every warm page equals the cold one, boxes included\n"
        f"- peers read every {SAMPLED}th of them\n"
    )
    return f"{about}\n{table(('contender', 'CPU s a capture', 'CPU, warm = 1'), rows)}"


def _refused() -> str:
    """How long it takes to refuse what must not be decoded, as a caller of a warm pool sees it."""
    pool = OcrPool(1)
    pool.warm_up()
    rows = []
    for name, bomb in BOMBS.items():
        image = bomb()
        took: list[float] = []
        for _ in range(10):
            start = time.perf_counter()
            with suppress(ImageTooLarge):
                pool.read(image)
                raise AssertionError(f"{name} was read")
            took.append(1000 * (time.perf_counter() - start))
        rows.append((name, f"{len(image):,}", f"{median(took):.1f}", f"{max(took):.1f}"))
    pool.close()
    about = "## Refused\n\n- decompression bombs, through a worker; wall time of 10 tries each\n"
    return f"{about}\n{table(('bomb', 'bytes', 'median ms', 'worst ms'), rows)}"


def _best(page: Page, word: str, box: Box) -> float | None:
    """The best overlap of any word that reads the same; None if none does."""
    same = (w.box for line in page.lines for w in line.words if plain(page.text[w.start : w.end]) == plain(word))
    return max((_iou(box, other) for other in same), default=None) if plain(word) else None


def _iou(one: Box, other: Box) -> float:
    across = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across * down / (areas - across * down)


def _timed(read: Callable[[bytes], T], images: Sequence[bytes]) -> tuple[float, list[T]]:
    gc.collect()
    start = cpu_seconds()
    found = [read(image) for image in images]
    return cpu_seconds() - start, found
