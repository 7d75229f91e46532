"""How the OCR networks are opened: on one thread, without a memory arena, so that nothing is kept between captures."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]


class Network:
    """One ONNX network with one input and one output. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Loads it; onnxruntime is imported here, after `ocr.offline.prepare`."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name

    def run(self, tensor: Tensor) -> Tensor:
        """One forward pass."""
        output: Tensor = self._session.run(None, {self._input: tensor})[0]
        return output
