"""Cuts the text around hits into windows, for training and for serving alike.

A text without a layout is cut evenly on both sides of a hit. On a screen the window is first of all the block that the
hit stands in (a bubble, a paragraph, a cell), then its neighbours in the same panel as far as there is room: whole
blocks, in reading order. What stands in another panel is context only where there is hardly any other, or to decide
about a hit that is all but set aside (`widen`).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from domain.capture import CaptureContext
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page

REACH = 420
"""Code points of context on each side of a hit, before growing to a whole word."""
MAX_WINDOW = 1100
"""Hits share a window as long as it stays below this many code points."""
NEAR = 200
"""Code points on each side of a hit that other blocks of its panel may fill."""
ENOUGH = 20
"""Letters and digits beside the hits that make a context; where the panel has fewer, the layout does not count."""
AMPLE = 80
"""Letters and digits beside the hits from which on they do not drown in what stands around their panel."""
_SPACE = re.compile(r"\s")


def make_header(context: CaptureContext) -> str:
    """A short line that tells the model where the text stood; empty when nothing is known.

    Only the channel and the application are used: never a name, a school or an address.
    """
    parts = [part for part in (context.channel, context.application) if part]
    return " ".join(" ".join(parts).replace("_", " ").split())[:60]


def make_windows(
    page: Page, hits: Sequence[KeywordHit], context: CaptureContext | None = None
) -> tuple[ContextWindow, ...]:
    """Groups hits that stand together and cuts the text around each group.

    Args:
        page: The page that was searched.
        hits: Its hits in order of appearance.
        context: Where the capture was taken; gives the header.

    Returns:
        Windows in order; each hit is in exactly one, and lies within its text.
    """
    if not hits:
        return ()
    header = make_header(context) if context else ""
    blocks = _blocks(page)
    windows: list[ContextWindow] = []
    group: list[KeywordHit] = []
    first = last = 0
    for hit in hits:
        if group:
            start, end = _reach(page, min(first, hit.start), max(last, hit.end))
            if end - start > MAX_WINDOW or _block_of(group[-1], blocks) != _block_of(hit, blocks):
                windows.append(_cut(page, group, header, blocks))
                group = []
        first, last = (min(first, hit.start), max(last, hit.end)) if group else (hit.start, hit.end)
        group.append(hit)
    if group:
        windows.append(_cut(page, group, header, blocks))
    return tuple(windows)


def widen(page: Page, window: ContextWindow) -> ContextWindow | None:
    """The same hits among all that stands around them on the page, where their panel has no more to say.

    Args:
        page: The page.
        window: One that `make_windows` has cut of it.

    Returns:
        A window that holds the given one; None where the panel goes on beyond that or has hardly a sentence, and where
        the window shows as much already, as in every text without a layout.
    """
    if _beside(window.text, window.offset, window.hits) < AMPLE:
        return None
    own = {line.panel for hit in window.hits for line in page.lines_of(hit.start, hit.end)}
    lines = [line for line in page.lines if line.panel in own]
    stop = window.offset + len(window.text)
    if any(line.start < window.offset or line.end > stop for line in lines):
        return None
    start, end = _around(page, window.hits)
    return replace(window, text=page.text[start:end], offset=start) if end - start > len(window.text) else None


def make_reading_windows(page: Page, context: CaptureContext | None = None) -> tuple[ContextWindow, ...]:
    """Covers the whole text with windows that carry no hits, for `read_all`."""
    header = make_header(context) if context else ""
    windows: list[ContextWindow] = []
    start = 0
    while start < len(page.text):
        end = _grow_right(page.text, min(len(page.text), start + 2 * REACH))
        if page.text[start:end].strip():
            windows.append(ContextWindow(page.text[start:end], start, (), header))
        start = end
    return tuple(windows)


def _reach(page: Page, first: int, last: int) -> tuple[int, int]:
    """How far the context of hits from `first` to `last` reaches."""
    return max(0, first - REACH), min(len(page.text), last + REACH)


class _Block(NamedTuple):
    """Half-open offsets of a block, and its panel."""

    start: int
    end: int
    panel: int


def _blocks(page: Page) -> list[_Block]:
    """The blocks of a page in reading order; one for a text without a layout."""
    runs = (list(lines) for _, lines in groupby(page.lines, key=lambda line: line.block))
    return [_Block(lines[0].start, lines[-1].end, lines[0].panel) for lines in runs]


def _block_of(hit: KeywordHit, blocks: Sequence[_Block]) -> int:
    """The number of the block that a hit starts in."""
    return bisect_right(blocks, hit.start, key=lambda block: block.start)


def _cut(page: Page, group: Sequence[KeywordHit], header: str, blocks: Sequence[_Block]) -> ContextWindow:
    start, end = _within_panel(page, group, blocks) if len(blocks) > 1 else (0, 0)
    if _beside(page.text[start:end], start, group) < ENOUGH:
        start, end = _around(page, group)
    return ContextWindow(page.text[start:end], start, tuple(group), header)


def _beside(text: str, offset: int, hits: Sequence[KeywordHit]) -> int:
    """How many letters and digits of a window that starts there stand beside its hits, which are in order."""
    found = past = 0
    for hit in hits:
        found += sum(map(str.isalnum, text[past : hit.start - offset]))
        past = max(past, hit.end - offset)
    return found + sum(map(str.isalnum, text[past:]))


def _around(page: Page, group: Sequence[KeywordHit]) -> tuple[int, int]:
    """Half-open offsets of the context of hits, whatever stands there."""
    start, end = _reach(page, min(hit.start for hit in group), max(hit.end for hit in group))
    return _grow_left(page.text, start), _grow_right(page.text, end)


def _within_panel(page: Page, group: Sequence[KeywordHit], blocks: Sequence[_Block]) -> tuple[int, int]:
    """Half-open offsets of the hits' own block, and of its neighbours in the same panel as far as there is room."""
    first, last = min(hit.start for hit in group), max(hit.end for hit in group)
    low, high = _block_of(group[0], blocks) - 1, bisect_left(blocks, last, key=lambda block: block.start) - 1
    start, end = max(blocks[low].start, first - REACH), min(blocks[high].end, last + REACH)
    if start > blocks[low].start:
        start = _grow_left(page.text, start)
    else:
        while low and blocks[low - 1].panel == blocks[low].panel and first - blocks[low - 1].start <= NEAR:
            low -= 1
        start = blocks[low].start
    if end < blocks[high].end:
        end = _grow_right(page.text, end)
    else:
        while (
            high + 1 < len(blocks)
            and blocks[high + 1].panel == blocks[high].panel
            and blocks[high + 1].end - last <= NEAR
        ):
            high += 1
        end = max(blocks[high].end, last)  # a hit may end between two blocks
    return start, end


def _grow_left(text: str, start: int, most: int = 40) -> int:
    """Moves a cut to the left until it stands at a space, by a bounded number of steps."""
    for step in range(min(most, start)):
        if text[start - step - 1].isspace():
            return start - step
    return start


def _grow_right(text: str, end: int, most: int = 40) -> int:
    found = _SPACE.search(text, end, end + most)
    return found.start() if found else min(end, len(text))
