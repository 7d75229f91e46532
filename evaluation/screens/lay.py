"""Lays a row into a page among harmless text; the same row, layout and seed make the same page."""

import hashlib
import random
import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from string import Template

from evaluation.rows import LabelledRow
from evaluation.screens.draw import SEED
from evaluation.screens.layouts import DESKTOP, HERE, SIZE, Layout

_SHELL = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<style>* {{ box-sizing: border-box; margin: 0; }} body {{ width: {0}px; height: {1}px; overflow: hidden; }}</style>
{2}</html>
"""
_ENDS = {"p": "\n", "h4": "\n", "small": ""}
"""What the end of a part of the page is in its text; all others begin a new block."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Screen:
    """A row on a page.

    Attributes:
        row: The row, placeholders filled.
        layout: Name of the layout.
        html: The page; needs nothing from anywhere but fonts.
    """

    row: LabelledRow
    layout: str
    html: str

    @property
    def name(self) -> str:
        """A file name without suffix; another page has another."""
        digest = hashlib.sha256(self.html.encode()).hexdigest()[:10]
        return f"{self.layout}-{re.sub(r'[^0-9A-Za-z_-]', '_', self.row.id)[:100]}-{digest}"

    @property
    def words(self) -> Counter[str]:
        """Every word on the page, the row's among them."""
        return count_words(self.text)

    @property
    def text(self) -> str:
        """What the page says, in the order of its source: pieces parted by an empty line, as by the OCR."""
        shown = _Shown()
        shown.feed(self.html)
        return re.sub(r"\n{3,}", "\n\n", "".join(shown.parts)).strip("\n")


def count_words(text: str) -> Counter[str]:
    """Words of a text, case aside: letters and digits, apostrophes between them."""
    return Counter(_WORD.findall(text.replace("’", "'").casefold()))


def lay(row: LabelledRow, layout: Layout, seed: int = SEED) -> Screen:
    """Puts a row on a page.

    Args:
        row: Placeholders filled.
        layout: Which kind of page.
        seed: Chooses the text around it, and where it stands.
    """
    rng = random.Random(f"{seed} {layout.name} {row.id}")
    names = _read("names")
    rng.shuffle(names)
    before, after = _around(row, layout, rng)
    blocks = row.text.split("\n\n") if layout is DESKTOP else [row.text]
    time = f"{rng.randint(8, 20):02}:{rng.randint(0, 59):02}"

    def piece(number: int, text: str, mark: str = "") -> str:
        name, classes = names[number % len(names)], "piece me" if rng.random() < 0.4 else "piece"
        head = f"<h4>{name}<small>{time}</small></h4>" if layout.named else ""
        lines = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
        return f'<article class="{classes}{mark}"><i></i><div>{head}{lines}</div></article>'

    page = Template((HERE / "pages" / f"{layout.name}.html").read_text("utf-8")).substitute(
        before="".join(piece(number, text) for number, text in enumerate(before)),
        row="".join(piece(len(before), block, " row") for block in blocks),
        after="".join(piece(number, text) for number, text in enumerate(after, len(before) + 1)),
        name=names[-1],
        time=time,
    )
    return Screen(row, layout.name, _SHELL.format(*SIZE, page))


def _around(row: LabelledRow, layout: Layout, rng: random.Random) -> tuple[list[str], list[str]]:
    """Harmless pieces before and after the row: as many as there is room for, or somewhat fewer."""
    if not layout.around:
        return [], []
    pieces = _read(layout.around)
    rng.shuffle(pieces)
    room = layout.lines if layout.apart else layout.lines - layout.height(row.text.split("\n"))
    room *= rng.uniform(0.8, 1)
    taken: list[str] = []
    for text in pieces:
        height = layout.height(text.split("\n"))
        if height <= room:
            room -= height
            taken.append(text)
    place = 0 if layout.apart else rng.randint(0, len(taken))
    return taken[:place], taken[place:]


def _read(name: str) -> list[str]:
    """Pieces of a file, parted by empty lines (names: one a line)."""
    text = (HERE / "around" / f"{name}.txt").read_text("utf-8").strip("\n")
    return text.split("\n") if name == "names" else text.split("\n\n")


class _Shown(HTMLParser):
    """Collects what a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        self.parts.append(" " if tag == "small" else "")

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        self.parts.append(_ENDS.get(tag, "\n\n"))

    def handle_data(self, data: str) -> None:
        if not self._style and data.strip():
            self.parts.append(data)
