"""Finds the OCR weights and checks every byte of them before anything is loaded."""

import hashlib
from pathlib import Path

from domain.errors import MissingWeights

DETECTOR = "PP-OCRv6_tiny_det"
RECOGNISER = "PP-OCRv6_tiny_rec"

SHA256 = {
    "det/inference.onnx": "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
    "det/inference.yml": "62fced883591bcf2334c9b2587148d3d7db2dce14ed9790f6930842baa815f8c",
    "rec/inference.onnx": "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
    "rec/inference.yml": "32c85d25fe160a0326dafc932332bb15c20df4cff0b5b814b7676ec7bb5abb5b",
}
"""What `tools/fetch_weights.py ocr` puts there; a test keeps the two lists equal."""


def weights_folder(folder: Path | None = None) -> Path:
    """Checks the folder that holds `det/` and `rec/`.

    Args:
        folder: Where they are; by default `.weights/ocr` beside the package.

    Returns:
        The folder, with all four files present and the right ones.

    Raises:
        MissingWeights: If a file is missing or is not the one that was promised.
    """
    folder = folder or Path(__file__).resolve().parents[1] / ".weights" / "ocr"
    for name, promised in SHA256.items():
        path = folder / name
        if not path.is_file():
            raise MissingWeights(f"OCR weights: {name} is missing in {folder}; run `make setup`")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != promised:
            raise MissingWeights(
                f"OCR weights: {path} has sha256 {found}, expected {promised}; delete it and run `make setup`"
            )
    return folder
