"""The real engine reads drawn pages, from a process in which every use of the network fails."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from domain.errors import InvalidImage
from ocr.pool import OcrPool

ROOT = Path(__file__).resolve().parents[1]

LEFT = ["The river rose all night", "and nobody slept before", "morning came to the town"]
RIGHT = ["Please bring a pencil to", "the maths lesson and keep", "your phone in the locker"]
SENTENCE = "You can't stay here, it isn't safe!"

OFFLINE = """
import json, pathlib, socket, sys
attempts = []
def refuse(name):
    def call(*args, **kwargs):
        attempts.append(name)
        raise OSError(name + " was called")
    return call
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse(name))
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refuse(name))
from ocr.screen_engine import ScreenEngine
engine = ScreenEngine()
found = []
for path in sys.argv[2:]:
    reading = engine.read(pathlib.Path(path).read_bytes())
    page = reading.page
    found.append({
        "text": page.text,
        "words": [[page.text[w.start:w.end], *w.box, line.block] for line in page.lines for w in line.words],
        "size": reading.size,
        "ns": [reading.decode_ns, reading.ocr_ns],
    })
engine.close()
engine.close()
pathlib.Path(sys.argv[1]).write_text(json.dumps({"attempts": attempts, "found": found}))
"""


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def drawn(texts: dict[tuple[int, int], str], size: tuple[int, int], dark: bool = False) -> Image.Image:
    image = Image.new("RGB", size, "#202124" if dark else "white")
    font = ImageFont.load_default(size=18)
    for place, text in texts.items():
        ImageDraw.Draw(image).text(place, text, font=font, fill="#e8eaed" if dark else "black")
    return image


def columns(gutter: int) -> Image.Image:
    font = ImageFont.load_default(size=18)
    start = 20 + int(max(font.getlength(text) for text in LEFT)) + gutter
    places = {(20, 20 + 28 * i): text for i, text in enumerate(LEFT)}
    places |= {(start, 20 + 28 * i): text for i, text in enumerate(RIGHT)}
    return drawn(places, (start + 260, 130))


@dataclass(frozen=True)
class Offline:
    """What the process without a network did."""

    home: Path
    scratch: Path
    output: str
    attempts: list[str]
    found: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Offline:
    folder = tmp_path_factory.mktemp("offline")
    home, scratch = folder / "home", folder / "scratch"
    home.mkdir()
    scratch.mkdir()
    images = {
        "sentence": drawn({(15, 15): SENTENCE}, (360, 60)),
        "dark": drawn({(15, 15): SENTENCE}, (360, 60), dark=True),
        "narrow": columns(18),
        "wide": columns(90),
        "blank": Image.new("RGB", (300, 200), "white"),
        "dot": Image.new("RGB", (1, 1)),
        "thread": Image.new("RGB", (3000, 2), "white"),
    }
    for name, image in images.items():
        image.save(folder / f"{name}.png")
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ORT_", "PADDLE_", "HF_", "XDG_", "GITHUB_")) and name not in {"CI", "TF_BUILD"}
    }
    result = subprocess.run(
        [sys.executable, "-c", OFFLINE, folder / "out.json", *(folder / f"{name}.png" for name in images)],
        env=clean | {"HOME": str(home), "TMPDIR": str(scratch), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    answer = json.loads((folder / "out.json").read_text())
    return Offline(home, scratch, result.stdout, answer["attempts"], dict(zip(images, answer["found"], strict=True)))


def test_nothing_tries_to_reach_the_network(offline: Offline) -> None:
    assert offline.attempts == []


def test_nothing_is_left_on_the_disk(offline: Offline) -> None:
    """onnxruntime's telemetry would leave a device id in the home folder, paddlex its caches."""
    assert list(offline.home.rglob("*")) == []
    assert list(offline.scratch.iterdir()) == []


def test_nothing_is_printed(offline: Offline) -> None:
    assert offline.output == ""


@pytest.mark.parametrize("name", ["sentence", "dark"])
def test_words_are_whole_and_in_their_places(offline: Offline, name: str) -> None:
    found = offline.found[name]
    assert found["text"] == SENTENCE
    assert found["size"] == [360, 60]
    assert min(found["ns"]) > 0
    font = ImageFont.load_default(size=18)
    for text, left, top, right, bottom, _ in found["words"]:
        start = 15 + font.getlength(SENTENCE[: SENTENCE.index(text)])
        assert abs(left - start) < 9
        assert abs(right - start - font.getlength(text)) < 9
        assert top < 26 < bottom


@pytest.mark.parametrize("name", ["narrow", "wide"])
def test_two_columns_are_not_read_across(offline: Offline, name: str) -> None:
    assert offline.found[name]["text"] == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)
    blocks = [word[5] for word in offline.found[name]["words"]]
    assert blocks == sorted(blocks)
    assert set(blocks) == {0, 1}


@pytest.mark.parametrize("name", ["narrow", "wide", "sentence"])
def test_every_word_of_the_text_has_its_offsets(offline: Offline, name: str) -> None:
    found = offline.found[name]
    assert [word[0] for word in found["words"]] == found["text"].split()


@pytest.mark.parametrize("name", ["blank", "dot", "thread"])
def test_a_picture_without_text_is_no_error(offline: Offline, name: str) -> None:
    assert offline.found[name]["text"] == ""


@pytest.fixture(scope="module")
def pool() -> Iterator[OcrPool]:
    pool = OcrPool(1)
    yield pool
    pool.close()


def test_no_mark_of_one_capture_is_read_in_another() -> None:
    pool = OcrPool(2, recycle_after=40)
    marks = [f"canary{number:03}" for number in range(96)]
    jobs = [(encoded(drawn({(15, 15): mark, (15, 60): SENTENCE}, (360, 100))), mark) for mark in marks]

    def read(job: tuple[bytes, str]) -> bool:
        image, mark = job
        owner = ("school", f"pc-{mark[-1]}") if int(mark[-2]) % 3 else None
        return pool.read(image, owner).page.text.split() == [mark, *SENTENCE.split()]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, jobs))
    pool.close()


def test_the_pool_runs_the_real_engine(pool: OcrPool) -> None:
    reading = pool.read(encoded(columns(40)))
    assert reading.page.text == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)
    assert reading.page.from_ocr
    with pytest.raises(InvalidImage, match="truncated"):
        pool.read(encoded(Image.effect_noise((64, 64), 80))[:-900])
    assert pool.read(encoded(drawn({(15, 15): SENTENCE}, (360, 60)))).page.text == SENTENCE
