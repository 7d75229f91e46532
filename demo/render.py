"""Paints the demo pages with Chromium: every `pages/NAME.html` becomes `captures/NAME.png`.

python demo/render.py              all pages
python demo/render.py chat_dark    only those named

The pages need no network and no fonts but DejaVu and Liberation.
"""

import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

DEMO = Path(__file__).resolve().parent
PAGES = DEMO / "pages"
CAPTURES = DEMO / "captures"

SIZE = (1366, 768)
"""A school laptop's screen, in pixels."""
MOST_BYTES = 200_000
_SECONDS = 60
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


def main(names: Sequence[str]) -> int:
    """Renders the pages and says what came of each; 1 if a capture is not as it should be."""
    browser = find_browser()
    CAPTURES.mkdir(exist_ok=True)
    failed = False
    for page in pages(names):
        capture = CAPTURES / f"{page.stem}.png"
        render(browser, page, capture)
        fault = fault_of(capture)
        failed = failed or fault is not None
        print(f"{capture.name:24} {capture.stat().st_size:>7} bytes  {fault or 'ok'}")
    return int(failed)


def find_browser() -> str:
    """The path of Chromium.

    Raises:
        SystemExit: If it is not installed.
    """
    browser = shutil.which("chromium")
    if browser is None:
        raise SystemExit("chromium is not installed (on Debian: apt-get install chromium)")
    return browser


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


def render(browser: str, page: Path, capture: Path) -> None:
    """Opens the page in a browser without a past and paints what its window shows.

    Raises:
        SystemExit: If the browser paints nothing.
    """
    capture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="secondglance-demo-", ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [
                browser,
                *_FLAGS,
                f"--user-data-dir={profile}",
                f"--window-size={SIZE[0]},{SIZE[1]}",
                f"--screenshot={capture}",
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode or not capture.exists():
        raise SystemExit(f"{page.name}: chromium painted nothing\n{done.stderr}")


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
    sys.exit(main(sys.argv[1:]))
