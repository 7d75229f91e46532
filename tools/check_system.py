"""Checks what pip cannot install, and names the command that does."""

import ctypes
import shutil
import sys
import sysconfig
from pathlib import Path

LIBRARIES = {"libGL.so.1": "libgl1", "libglib-2.0.so.0": "libglib2.0-0"}


def missing_packages() -> list[str]:
    """Debian packages that are not there: libraries that OpenCV links, and what compiles `pdqhash`."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [] if shutil.which("g++") or shutil.which("clang++") else ["g++"]
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        missing.append("python3-dev")
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
    missing = missing_packages()
    if missing:
        raise SystemExit(
            f"setup: {' and '.join(missing)} must be installed first (OpenCV and pdqhash need them).\n"
            f"       Debian or Ubuntu: sudo apt-get install {' '.join(missing)}"
        )


if __name__ == "__main__":
    main()
