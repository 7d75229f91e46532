"""Checks what pip cannot install, and names the command that does."""

import ctypes
import sys

LIBRARIES = {"libGL.so.1": "libgl1", "libglib-2.0.so.0": "libglib2.0-0"}


def missing_libraries() -> list[str]:
    """Debian packages of the shared libraries that OpenCV links but that are not there."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def main() -> None:
    """Stops with one clear sentence if something is missing."""
    if sys.version_info < (3, 11):
        raise SystemExit(f"setup: Python 3.11 or newer is needed; this is {sys.version.split()[0]} (set PYTHON=...)")
    missing = missing_libraries()
    if missing:
        raise SystemExit(
            f"setup: OpenCV needs {' and '.join(missing)}, which are not installed.\n"
            f"       Debian or Ubuntu: sudo apt-get install {' '.join(missing)}"
        )


if __name__ == "__main__":
    main()
