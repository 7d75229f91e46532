"""What others read off a picture: stock paddleocr, rapidocr and tesseract, each as it comes."""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ocr.decode import decode

Peer = Callable[[bytes], str]
"""The text that is read off an encoded picture."""
_WEIGHTS = Path(__file__).parents[1] / ".weights" / "ocr"


def cpu_seconds() -> float:
    """CPU seconds of this process, all its threads, and the children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def stock_paddleocr() -> Peer:
    """PP-OCRv6 tiny through paddleocr on onnxruntime: the whole recogniser, the library's own settings."""
    scratch = tempfile.mkdtemp(prefix="secondglance-bench-")
    os.environ.update(PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK="True", PADDLE_PDX_CACHE_HOME=scratch, HF_HUB_OFFLINE="1")
    folder = Path(tempfile.mkdtemp(prefix="secondglance-bench-"))
    for part in ("det", "rec"):  # a folder of its own: the library takes whatever network lies there
        (folder / part).mkdir()
        for name in ("inference.onnx", "inference.yml"):
            shutil.copy(_WEIGHTS / part / name, folder / part / name)
    from paddleocr import PaddleOCR

    ocr = PaddleOCR(
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1, "enable_cpu_mem_arena": False},
        text_detection_model_name="PP-OCRv6_tiny_det",
        text_detection_model_dir=str(folder / "det"),
        text_recognition_model_name="PP-OCRv6_tiny_rec",
        text_recognition_model_dir=str(folder / "rec"),
        text_recognition_batch_size=1,
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        return_word_box=True,
    )
    return lambda image: "\n".join(ocr.predict(decode(image)[:, :, ::-1].copy())[0]["rec_texts"])


def rapidocr() -> Peer:
    """The networks that come in its package, without its classifier of orientation, which turns level lines over."""
    from rapidocr import RapidOCR

    ocr: Any = RapidOCR(params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
    return lambda image: "\n".join(ocr(decode(image)[:, :, ::-1].copy(), use_cls=False).txts or ())


def tesseract() -> Peer:
    """The program, with automatic page segmentation (psm 3) and one thread."""

    def read(image: bytes) -> str:
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "--psm", "3"],
            input=image,
            capture_output=True,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
        return done.stdout.decode()

    return read


PEERS: dict[str, tuple[Callable[[], bool], Callable[[], Peer]]] = {
    "paddleocr, stock": (lambda: find_spec("paddleocr") is not None, stock_paddleocr),
    "rapidocr": (lambda: find_spec("rapidocr") is not None, rapidocr),
    "tesseract, psm 3": (lambda: shutil.which("tesseract") is not None, tesseract),
}
"""By name: whether it is there, and how it is built."""
