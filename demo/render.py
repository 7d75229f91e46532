"""Paints the demo pages with Chromium: every `pages/NAME.html` becomes `captures/NAME.png`.

python -m demo.render              all pages
python -m demo.render chat_dark    only those named

The pages need no network and no fonts but DejaVu and Liberation.
"""

import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.errors import SecondglanceError
from evaluation.browser import find_browser, render
from evaluation.screens.layouts import SIZE

DEMO = Path(__file__).resolve().parent
PAGES = DEMO / "pages"
CAPTURES = DEMO / "captures"

MOST_BYTES = 200_000


def main(names: Sequence[str]) -> int:
    """Renders the pages and says what came of each; 1 if a capture is not as it should be."""
    browser = find_browser()
    CAPTURES.mkdir(exist_ok=True)
    failed = False
    for page in pages(names):
        capture = CAPTURES / f"{page.stem}.png"
        render(browser, page, capture, SIZE)
        fault = fault_of(capture)
        failed = failed or fault is not None
        print(f"{capture.name:24} {capture.stat().st_size:>7} bytes  {fault or 'ok'}")
    return int(failed)


def pages(names: Sequence[str]) -> Iterator[Path]:
    """The pages of these names in turn, or all of them where none is named.

    Raises:
        SystemExit: If there is no page of a name.
    """
    known = {page.stem: page for page in sorted(PAGES.glob("*.html"))}
    for name in names or known:
        if name not in known:
            raise SystemExit(f"no page {name!r}; there are: {', '.join(known)}")
        yield known[name]


def fault_of(capture: Path) -> str | None:
    """What is wrong with a capture, if anything: its size in pixels or in bytes."""
    size = png_size(capture)
    if size != SIZE:
        return f"is {size[0]}x{size[1]}, not {SIZE[0]}x{SIZE[1]}"
    if capture.stat().st_size >= MOST_BYTES:
        return f"is too heavy: {MOST_BYTES} bytes at most"
    return None


def png_size(path: Path) -> tuple[int, int]:
    """Width and height as the head of a PNG says them."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SecondglanceError as error:
        sys.exit(str(error))
