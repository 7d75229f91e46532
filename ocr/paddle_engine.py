"""PP-OCRv6 through paddleocr on onnxruntime: one engine, one thread, no network.

Not safe to share: a PaddleOCR object mixes up the texts of concurrent calls. One process, one engine
(see `ocr.pool`).
"""

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from domain.page import Box
from ocr.decode import Pixels, decode
from ocr.engine import Reading
from ocr.offline import prepare
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine
from ocr.weights import DETECTOR, RECOGNISER, weights_folder
from ocr.word_boxes import words_of


class PaddleEngine:
    """Implements `OcrEngine` in this process."""

    def __init__(self, weights: Path | None = None) -> None:
        """Loads the models; paddleocr is imported here and nowhere else.

        Args:
            weights: Folder with `det/` and `rec/`; by default `.weights/ocr` beside the package.

        Raises:
            MissingWeights: If the weights are not installed or were altered.
        """
        folder = weights_folder(weights)
        self._scratch = tempfile.TemporaryDirectory(prefix="secondglance-ocr-")
        prepare(Path(self._scratch.name))
        from paddleocr import PaddleOCR

        logging.getLogger("paddlex").setLevel(logging.ERROR)
        logging.getLogger("paddleocr").setLevel(logging.ERROR)
        self._ocr: Any = PaddleOCR(
            engine="onnxruntime",
            engine_config={"intra_op_num_threads": 1, "enable_cpu_mem_arena": False},
            text_detection_model_name=DETECTOR,
            text_detection_model_dir=str(folder / "det"),
            text_recognition_model_name=RECOGNISER,
            text_recognition_model_dir=str(folder / "rec"),
            text_recognition_batch_size=1,
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
            return_word_box=True,
        )

    def read(self, image: bytes) -> Reading:
        """Reads one encoded picture; see `OcrEngine.read`."""
        start = time.perf_counter_ns()
        pixels = decode(image)
        decoded = time.perf_counter_ns()
        page = assemble(in_reading_order(self._recognise(pixels)))
        height, width, _ = pixels.shape
        return Reading(page, (width, height), decoded - start, time.perf_counter_ns() - decoded)

    def warm_up(self) -> None:
        """Does nothing: the engine was built with the object."""

    def close(self) -> None:
        """Drops the models and the scratch folder."""
        self._ocr = None
        self._scratch.cleanup()

    def _recognise(self, pixels: Pixels) -> list[RecognisedLine]:
        (result,) = self._ocr.predict(pixels[:, :, ::-1].copy())
        lines = zip(
            result["rec_texts"],
            result["rec_boxes"],
            result["rec_scores"],
            result["text_word"],
            result["text_word_boxes"],
            strict=True,
        )
        return [
            RecognisedLine(
                text=text,
                words=words_of(text, tokens, [_box(corner) for corner in boxes], _box(box)),
                box=_box(box),
                confidence=float(score),
            )
            for text, box, score, tokens, boxes in lines
            if text.strip()
        ]


def _box(corners: Any) -> Box:
    left, top, right, bottom = (int(value) for value in corners)
    return left, top, right, bottom
