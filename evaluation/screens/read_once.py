"""Keeps what the OCR read of a picture, so that another model can be measured without reading again."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

import ocr.engine
from ocr.engine import OcrEngine, Owner, Reading

_PACKAGES = ("paddleocr", "paddlex", "onnxruntime", "numpy", "pillow")


class ReadOnce:
    """Implements `OcrEngine`: reads with another engine what it has not read yet.

    A reading is of use only for the same picture, the same code and weights (whose digests are code) and the same
    packages; all else is read again.
    """

    def __init__(self, engine: OcrEngine, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            engine: Reads what is new.
            folder: Where readings are kept, as JSON.
        """
        self._engine = engine
        self._folder = folder
        self._reading = TypeAdapter(Reading)
        sources = sorted(Path(ocr.engine.__file__).parent.glob("*.py"))
        parts = [source.read_bytes() for source in sources] + [version(name).encode() for name in _PACKAGES]
        self._stand = hashlib.sha256(b"\0".join(parts))

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """Reads one picture, or remembers; see `OcrEngine.read`."""
        key = self._stand.copy()
        key.update(image)
        kept = self._folder / f"{key.hexdigest()[:32]}.json"
        if kept.is_file():
            return self._reading.validate_json(kept.read_bytes())
        reading = self._engine.read(image, owner)
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".unfinished")
        unfinished.write_bytes(self._reading.dump_json(reading))
        unfinished.replace(kept)
        return reading

    def warm_up(self) -> None:
        """Builds what the first picture would otherwise wait for."""
        self._engine.warm_up()

    def close(self) -> None:
        """Closes the engine."""
        self._engine.close()
