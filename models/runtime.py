"""The one door to onnxruntime: single-threaded sessions, no telemetry, and what the CPU is good at.

onnxruntime uploads usage data by default from 1.32 on and writes a device id to the home folder; the only full
switch is an environment variable that must be set before it is imported.
"""

import os
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

from domain.heap import give_back

_CPU = Path("/proc/cpuinfo")
_LISTS = {"flags", "Features"}
"""What /proc/cpuinfo calls the list of what a CPU can do, on x86 and on ARM."""
_SUMS_BYTES = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"}


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


def sums_bytes() -> bool:
    """Whether the CPU sums products of bytes in one instruction (VNNI, AMX, on ARM the dot product).

    Without, multiplying in integers of some 15 bits takes half as long again as in fp32 (`docs/decisions/0066`). Where
    the system does not say, it is taken for a CPU that does.
    """
    try:
        said = set(_CPU.read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return True
    return said.isdisjoint(_LISTS) or not said.isdisjoint(_SUMS_BYTES)
