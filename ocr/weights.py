"""Finds the OCR weights and checks every byte of them before anything is loaded."""

import hashlib
from pathlib import Path

from domain.errors import MissingWeights

SHA256 = {
    "det/inference.onnx": "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
    "rec/latin.onnx": "b7574471027b0933e6fd344709bf839776a8ffbd0239e9f4ec2608a6270ba61a",
    "rec/latin.txt": "1b853e0ada68b88d0cf0fe9b16c96be67c328faded7135e190e382649fe8bd53",
}
"""What `tools/fetch_weights.py ocr` and `tools/prune_recogniser.py` put there; a test keeps the lists equal."""


def weights_folder(folder: Path | None = None) -> Path:
    """Checks the folder that holds `det/` and `rec/`.

    Args:
        folder: Where they are; by default `.weights/ocr` beside the package.

    Returns:
        The folder, with all files present and the right ones.

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
