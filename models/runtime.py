"""The one door to onnxruntime: single-threaded sessions, and no telemetry.

onnxruntime uploads usage data by default from 1.32 on and writes a device id to the home folder; the only full
switch is an environment variable that must be set before it is imported.
"""

import os
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

from domain.heap import give_back


def open_session(network: Path) -> ort.InferenceSession:
    """A session of one CPU thread over an ONNX file.

    Several threads may call it at once. Memory goes back after each call instead of piling up in an arena.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # unpack small weights once, when it opens
    session = ort.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    give_back()  # opening a network that is stored small takes some three times what it then holds
    return session
