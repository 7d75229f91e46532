"""How the OCR networks are opened: on one thread, with a memory arena that gives back what large pictures took."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]

_LARGE = 3 * 1024 * 1024
"""After an input of more values than this, the arena's free memory goes back to the system; below, it is used again."""


class Network:
    """One ONNX network with one input and one output. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Loads it; onnxruntime is imported here, after `ocr.offline.prepare`."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it would be learnt anew for every width
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name
        self._giving_back = onnxruntime.RunOptions()
        self._giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, tensor: Tensor) -> Tensor:
        """One forward pass."""
        how = self._giving_back if tensor.size > _LARGE else None
        output: Tensor = self._session.run(None, {self._input: tensor}, how)[0]
        return output
