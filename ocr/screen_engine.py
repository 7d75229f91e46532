"""PP-OCRv6 on onnxruntime, made for screens: one engine, one thread, no network.

Not to be shared between threads: one process, one engine (see `ocr.pool`).
"""

import time
from pathlib import Path

from domain.errors import OcrFailed
from ocr.decode import decode
from ocr.engine import Owner, Reading
from ocr.offline import prepare
from ocr.packed import PackedPage
from ocr.screen_cache import DeviceCache, ScreenCache, Seen
from ocr.weights import weights_folder

CACHE_BYTES = 128 * 1024 * 1024
"""Of all devices that one engine reads for."""
DEVICE_BYTES = 2 * 1024 * 1024


class ScreenEngine:
    """Implements `OcrEngine` in this process."""

    def __init__(self, weights: Path | None = None) -> None:
        """Loads the networks; onnxruntime and OpenCV are imported here.

        Args:
            weights: Folder with `det/` and `rec/`; by default `.weights/ocr` beside the package.

        Raises:
            MissingWeights: If the weights are not installed or were altered.
        """
        folder = weights_folder(weights)
        prepare()
        import cv2

        from ocr.detector import Detector
        from ocr.line_finder import LineFinder
        from ocr.recogniser import Recogniser
        from ocr.screen_reader import ScreenReader

        cv2.setNumThreads(1)
        self._cache = ScreenCache(CACHE_BYTES, DEVICE_BYTES)
        self._reader: ScreenReader | None = ScreenReader(
            LineFinder(Detector(folder / "det" / "inference.onnx")),
            Recogniser(folder / "rec" / "latin.onnx", folder / "rec" / "latin.txt"),
            self._cache,
        )

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """Reads one encoded picture; see `OcrEngine.read`."""
        if self._reader is None:
            raise OcrFailed("the OCR engine is closed")
        start = time.perf_counter_ns()
        known = DeviceCache(DEVICE_BYTES) if owner is None else self._cache.of(owner)
        name = self._cache.digest(image) if owner is not None else b""
        seen = known.get(Seen, name)
        same = known.get(PackedPage, seen.screen) if seen else None
        if seen and same:
            return Reading(same.page(), seen.size, 0, time.perf_counter_ns() - start)
        pixels = decode(image)
        decoded = time.perf_counter_ns()
        screen, page = self._reader.read(pixels, known)
        height, width, _ = pixels.shape
        known.put(name, Seen(screen, (width, height)))
        return Reading(page, (width, height), decoded - start, time.perf_counter_ns() - decoded)

    def warm_up(self) -> None:
        """Does nothing: the engine was built with the object."""

    def close(self) -> None:
        """Drops the networks and all that was remembered."""
        self._reader = None
        self._cache = ScreenCache(0, 0)
