"""Pages painted by Chromium, as a screen would show them. Needs no network and no fonts but DejaVu and Liberation."""

import shutil
import subprocess
import tempfile
from pathlib import Path

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


def find_browser() -> str:
    """The path of Chromium.

    Raises:
        SystemExit: If it is not installed.
    """
    browser = shutil.which("chromium")
    if browser is None:
        raise SystemExit("chromium is not installed (on Debian: apt-get install chromium)")
    return browser


def render(browser: str, page: Path, capture: Path, size: tuple[int, int]) -> None:
    """Opens the page in a browser without a past and paints what its window shows.

    Args:
        browser: Path of Chromium.
        page: The HTML file.
        capture: The PNG to write.
        size: Of the window, in pixels.

    Raises:
        SystemExit: If the browser paints nothing.
    """
    capture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="secondglance-page-", ignore_cleanup_errors=True) as profile:
        done = subprocess.run(  # noqa: S603 - a browser that was found on the PATH, on a page that we wrote
            [
                browser,
                *_FLAGS,
                f"--user-data-dir={profile}",
                f"--window-size={size[0]},{size[1]}",
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
