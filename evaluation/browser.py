"""Chromium: the only file that knows how a page becomes a picture."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from domain.errors import InvalidConfiguration

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
)


def find_browser() -> str:
    """The path of Chromium.

    Raises:
        InvalidConfiguration: If it is not installed.
    """
    browser = shutil.which("chromium")
    if browser is None:
        raise InvalidConfiguration("pages are drawn by Chromium, which is not installed (Debian: package `chromium`)")
    return browser


def browse(browser: str, page: Path, *options: str) -> str:
    """Opens a page in a browser without a past; what it prints.

    Raises:
        InvalidConfiguration: If the browser fails, or takes longer than a minute.
    """
    with tempfile.TemporaryDirectory(prefix="secondglance-browser-", ignore_cleanup_errors=True) as profile:
        command = [browser, *_FLAGS, f"--user-data-dir={profile}", *options, page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise InvalidConfiguration(f"{page.name}: chromium was not done after {_SECONDS} s") from error
    if done.returncode:
        raise InvalidConfiguration(f"{page.name}: chromium failed\n{done.stderr}")
    return done.stdout


def render(browser: str, page: Path, picture: Path, size: tuple[int, int], density: float = 1) -> None:
    """Paints what a window shows of a page; the picture is there whole or not at all.

    Args:
        browser: From `find_browser`.
        page: What to show.
        picture: Where to write it, as PNG.
        size: Of the window, in CSS pixels.
        density: Pixels of the picture to a CSS pixel.

    Raises:
        InvalidConfiguration: If the browser paints nothing.
    """
    unfinished = picture.with_name(f"unfinished-{picture.name}").resolve()
    unfinished.unlink(missing_ok=True)
    window = (f"--force-device-scale-factor={density:g}", f"--window-size={size[0]},{size[1]}")
    browse(browser, page, *window, f"--screenshot={unfinished}")
    if not unfinished.exists():
        raise InvalidConfiguration(f"{page.name}: chromium painted nothing")
    unfinished.replace(picture)
