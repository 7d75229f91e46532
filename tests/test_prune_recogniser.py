"""The recogniser that is served says what the whole one says, about the characters that are kept."""

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ocr.network import Network
from ocr.weights import weights_folder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "prune_recogniser.py"))


def test_kept_classes_keep_their_ratios() -> None:
    folder = weights_folder() / "rec"
    characters = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))["PostProcess"]["character_dict"]
    whole_list = ["", *map(str, characters), " "]
    kept = ["", *(folder / "latin.txt").read_text(encoding="utf-8").split("\n")[:-1]]
    assert {*"azAZ09 ~|£€éłŵșΩ"} - {*kept} == {"ș"}  # which tiny never knew
    assert not {*"的，あ한"} & {*kept}
    line = np.random.default_rng(1).normal(0, 0.5, (1, 3, 48, 160)).astype(np.float32)
    whole = Network(folder / "inference.onnx").run(line)[0][:, [whole_list.index(char) for char in kept]]
    pruned = Network(folder / "latin.onnx").run(line)[0]
    assert pruned.shape == (20, len(kept))
    np.testing.assert_allclose(pruned, whole / whole.sum(axis=1, keepdims=True), atol=1e-5)


def test_the_same_bytes_come_out_again(tool: dict[str, Any], tmp_path: Path) -> None:
    for name in ("inference.onnx", "inference.yml"):
        (tmp_path / name).write_bytes((weights_folder() / "rec" / name).read_bytes())
    tool["main"](tmp_path)
    for name in tool["PRUNED"]:
        assert (tmp_path / name).read_bytes() == (weights_folder() / "rec" / name).read_bytes()


def test_another_network_is_refused(tool: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(b"another")
    with pytest.raises(SystemExit, match="is not PP-OCRv6 tiny"):
        tool["main"](tmp_path)
    assert not (tmp_path / "latin.onnx").exists()
