"""No model file is loaded that is not the one that was promised."""

import runpy
from pathlib import Path

import pytest

from domain.errors import MissingWeights
from ocr.weights import SHA256, weights_folder

ROOT = Path(__file__).resolve().parents[1]


def copied(folder: Path) -> Path:
    for name in SHA256:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / ".weights" / "ocr" / name).read_bytes())
    return folder


def test_the_digests_are_those_of_the_download_and_the_pruning() -> None:
    _, members = runpy.run_path(str(ROOT / "tools" / "fetch_weights.py"))["SETS"]["ocr"]
    made = {member.target.removeprefix("ocr/"): member.sha256 for member in members}
    tool = runpy.run_path(str(ROOT / "tools" / "prune_recogniser.py"))
    assert made["rec/inference.onnx"] == tool["SOURCE"]
    made |= {f"rec/{name}": digest for name, digest in tool["PRUNED"].items()}
    assert {name: made[name] for name in SHA256} == SHA256


def test_the_installed_weights_are_found_beside_the_package() -> None:
    assert weights_folder() == ROOT / ".weights" / "ocr"


def test_another_folder_with_the_same_bytes_will_do(tmp_path: Path) -> None:
    assert weights_folder(copied(tmp_path)) == tmp_path


@pytest.mark.parametrize("name", SHA256)
def test_a_missing_file_is_named_with_the_command(name: str, tmp_path: Path) -> None:
    (copied(tmp_path) / name).unlink()
    with pytest.raises(MissingWeights, match=f"{name} is missing.*make setup"):
        weights_folder(tmp_path)


@pytest.mark.parametrize("name", SHA256)
def test_one_altered_byte_is_seen(name: str, tmp_path: Path) -> None:
    path = copied(tmp_path) / name
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(MissingWeights, match=f"{name} has sha256 .*make setup"):
        weights_folder(tmp_path)
