"""What the door to onnxruntime says of the CPU."""

from pathlib import Path

import pytest

import models.runtime
from models.runtime import sums_bytes


@pytest.mark.parametrize(
    ("said", "able"),
    [
        ("processor : 0\nflags\t\t: fpu sse4_2 avx2 avx512_vnni\n", True),
        ("processor : 0\nflags\t\t: fpu avx2 avx_vnni\n", True),
        ("processor : 0\nflags\t\t: fpu sse4_2 avx2\n", False),
        ("processor : 0\nFeatures\t: fp asimd asimddp\n", True),
        ("processor : 0\nFeatures\t: fp asimd\n", False),
        ("processor : 0\nisa : rv64\n", True),
        ("", True),
    ],
)
def test_whether_a_cpu_sums_bytes(said: str, able: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(said, encoding="utf-8")
    monkeypatch.setattr(models.runtime, "_CPU", file)
    assert sums_bytes() is able


def test_a_system_that_does_not_say_is_taken_for_one_that_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.runtime, "_CPU", tmp_path / "none")
    assert sums_bytes()
