"""Cuts the text around hits into windows, for training and for serving alike."""

import re
from collections.abc import Sequence

from domain.capture import CaptureContext
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page

REACH = 420
"""Code points of context on each side of a hit, before growing to a whole word."""
MAX_WINDOW = 1100
"""Hits share a window as long as it stays below this many code points."""
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
    header = make_header(context) if context else ""
    windows: list[ContextWindow] = []
    group: list[KeywordHit] = []
    for hit in hits:
        if group and _span(page, [*group, hit])[2] > MAX_WINDOW:
            windows.append(_cut(page, group, header))
            group = []
        group.append(hit)
    if group:
        windows.append(_cut(page, group, header))
    return tuple(windows)


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


def _span(page: Page, group: Sequence[KeywordHit]) -> tuple[int, int, int]:
    first, last = min(hit.start for hit in group), max(hit.end for hit in group)
    start, end = max(0, first - REACH), min(len(page.text), last + REACH)
    return start, end, end - start


def _cut(page: Page, group: Sequence[KeywordHit], header: str) -> ContextWindow:
    start, end, _ = _span(page, group)
    start, end = _grow_left(page.text, start), _grow_right(page.text, end)
    return ContextWindow(page.text[start:end], start, tuple(group), header)


def _grow_left(text: str, start: int, most: int = 40) -> int:
    """Moves a cut to the left until it stands at a space, by a bounded number of steps."""
    for step in range(min(most, start)):
        if text[start - step - 1].isspace():
            return start - step
    return start


def _grow_right(text: str, end: int, most: int = 40) -> int:
    found = _SPACE.search(text, end, end + most)
    return found.start() if found else min(end, len(text))
