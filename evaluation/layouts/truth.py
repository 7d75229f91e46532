"""What stands where on a page, as its own DOM says: the truth that a reading is held against.

A page marks its blocks: `data-b` a paragraph, whose words belong together; `data-g` a group of paragraphs that may be
joined (a message with its sender, the paragraphs of one text, the items of one list; equal names are one group);
`data-flow` text that is read in the order of its source; `data-side` who speaks.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from pydantic import TypeAdapter

from domain.errors import InvalidConfiguration
from domain.page import Box
from evaluation.browser import browse, find_browser, render

PAGES = Path(__file__).parent / "pages"
ANYWHERE = "*"
"""The flow of what may be read between any two paragraphs, such as a quotation that floats in an article."""
_SIZE = re.compile(r'data-size="(\d+)x(\d+)"')
_FOUND = re.compile(r'<script type="application/json" id="truth">(.*?)</script>', re.DOTALL)
_FRAME = 200
"""What the window may take beside the page when nothing is painted, in pixels."""
_SCRIPT = Path(__file__).with_name("truth.js")


class Token(NamedTuple):
    """A word, or one of its parts where a line end breaks it.

    Attributes:
        text: The whole word.
        block: Number of its paragraph.
        group: Number of the group of paragraphs.
        flow: Name of the text that it is read with.
        side: Who speaks: `left`, `right`, or empty.
        part: 0 for the word or its first part, then 1, 2.
        seen: Whether nothing covers any of it.
        box: As the browser lays it out.
    """

    text: str
    block: int
    group: int
    flow: str
    side: str
    part: int
    seen: bool
    box: Box


@dataclass(frozen=True)
class Truth:
    """The tokens of a page in the order of its source."""

    name: str
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """What can be seen, blocks parted by an empty line."""
        return self._written()[0]

    @property
    def starts(self) -> dict[int, int]:
        """Where the words that can be seen start in the text, by the number of their (first) token."""
        return self._written()[1]

    def are_beside(self, one: int, other: int) -> bool:
        """Whether two paragraphs have no column in common."""
        a, b = self._columns[one], self._columns[other]
        return min(a[1], b[1]) <= max(a[0], b[0])

    @cached_property
    def _columns(self) -> dict[int, tuple[int, int]]:
        """Where the paragraphs start and end from left to right; what is wholly covered stands nowhere."""
        found: dict[int, tuple[int, int]] = {}
        for token in self.tokens:
            if token.box[2]:
                left, right = found.get(token.block, (token.box[0], token.box[2]))
                found[token.block] = min(left, token.box[0]), max(right, token.box[2])
        return found

    def _written(self) -> tuple[str, dict[int, int]]:
        text = ""
        starts: dict[int, int] = {}
        before: Token | None = None
        for number, token in enumerate(self.tokens):
            if not token.seen or token.part:
                continue
            if before:
                text += " " if token.block == before.block else "\n\n"
            starts[number] = len(text)
            text += token.text
            before = token
        return text, starts


def paint(page: Path, folder: Path) -> None:
    """Paints a page as `NAME.webp` and keeps its truth as `NAME.json`; does nothing if both are there.

    Raises:
        InvalidConfiguration: If one is missing and Chromium is not installed or fails, or the page has no size.
    """
    picture, truth = picture_of(page.stem, folder), folder / f"{page.stem}.json"
    if picture.is_file() and truth.is_file():
        return
    html = page.read_text("utf-8")
    size = _SIZE.search(html)
    if not size:
        raise InvalidConfiguration(f"{page.name}: no data-size")
    width, height = int(size[1]), int(size[2])
    folder.mkdir(parents=True, exist_ok=True)
    marked, painted = folder / f"{page.stem}.html", folder / f"{page.stem}.png"
    marked.write_text(f"{html}<script>{_SCRIPT.read_text('utf-8')}</script>", encoding="utf-8")
    dumped = _FOUND.search(browse(find_browser(), marked, f"--window-size={width},{height + _FRAME}", "--dump-dom"))
    if not dumped:
        raise InvalidConfiguration(f"{page.name}: the browser says nothing about its words")
    render(find_browser(), marked, painted, (width, height))
    with Image.open(painted) as image:
        image.convert("RGB").save(picture, lossless=True, quality=100, method=6)
    truth.write_text(unescape(dumped[1]) + "\n", encoding="utf-8")
    marked.unlink()
    painted.unlink()


def picture_of(name: str, folder: Path) -> Path:
    """Where the picture of a page lies."""
    return folder / f"{name}.webp"


def read_truth(name: str, folder: Path) -> Truth:
    """The truth of a painted page."""
    rows = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return Truth(name, tuple(TypeAdapter(Token).validate_python(Token(*row)) for row in rows))
