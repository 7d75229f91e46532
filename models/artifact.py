"""A model folder: the network, its tokenizer, its thresholds and its card, checked byte by byte.

model.onnx       the network
second.onnx      a larger one that is asked beside it, in the models that have one
second.plain.onnx  the same over the same weights, which stay in second.onnx, for CPUs that are slow with integers
rationale.onnx   one that says which words decide, in the models that have one; no verdict depends on it
tokenizer.json   its tokenizer
model.json       categories, temperatures, dismissal threshold and the bound it was fitted for, that of text that asks,
                 margin of the first pass, and the sha256 of the networks that all of these were fitted for
MODEL_CARD.md    what it is, what it saw, how well it does
manifest.json    sha256 of all the others; its own digest names the folder
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import InvalidModel
from domain.severity import STANDARD_CATEGORIES
from models.second_opinion import EQUAL, SecondOpinion

ARTIFACTS = Path(__file__).parent / "artifacts"
CHAMPION = ARTIFACTS / "CHAMPION"
"""Holds the name of the folder that is served by default."""
FILES = ("model.onnx", "tokenizer.json", "model.json", "MODEL_CARD.md")
LARGER = "second.onnx"
PLAIN = "second.plain.onnx"
RATIONALE = "rationale.onnx"
OPTIONAL = (LARGER, PLAIN, RATIONALE)
"""Files that a model folder may lack."""
NAME = re.compile(r"sg-[0-9a-f]{12}")
"""What a model folder is called in the registry: by the digest of its manifest."""
FITTED_FOR = "fitted_for"
"""In model.json: sha256 of the files that thresholds were fitted for. Models from before it was noted have none."""


@dataclass(frozen=True, slots=True)
class ModelArtifact:
    """A verified model folder.

    Attributes:
        folder: Where it lies.
        name: `sg-` and the first 12 hex digits of the manifest's digest.
        temperatures: One for each standard category, in their order; each above 0.
        dismissal_threshold: Chance of a concern in any category from which on a finding is not dismissed.
        asking_threshold: The same in text in which somebody asks (`models/asking.py`); never the higher of the two.
        max_tokens: Longest input, special tokens included.
        languages: Languages (ISO 639-1) that it was trained for.
        margin: Log-odds; where the first pass in int8 comes so near to a boundary, the window is read again
            closely. None: it is always read closely.
        second: When the larger network is asked as well; None if the folder holds none.
        plain: The ONNX file of the larger network whose close pass is in fp32; None if the folder holds none.
        rationale: The ONNX file of the network that says which words decide; None if the folder holds none.
        config: All of model.json.
    """

    folder: Path
    name: str
    temperatures: tuple[float, ...]
    dismissal_threshold: float
    asking_threshold: float
    max_tokens: int
    languages: tuple[str, ...]
    margin: float | None
    second: SecondOpinion | None
    plain: Path | None
    rationale: Path | None
    config: dict[str, Any]

    @property
    def network(self) -> Path:
        """The ONNX file."""
        return self.folder / "model.onnx"

    @property
    def larger(self) -> Path:
        """The larger network's ONNX file; it takes what the small one takes."""
        return self.folder / LARGER

    @property
    def tokenizer(self) -> Path:
        """The tokenizer file."""
        return self.folder / "tokenizer.json"

    @property
    def card(self) -> str:
        """The model card, Markdown."""
        return (self.folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def default_folder() -> Path:
    """The folder that `CHAMPION` names.

    Raises:
        InvalidModel: If there is none.
    """
    if not CHAMPION.is_file():
        raise InvalidModel(f"no model is promoted: {CHAMPION.name} is missing in models/artifacts")
    name = CHAMPION.read_text(encoding="utf-8").strip()
    if not NAME.fullmatch(name):
        raise InvalidModel(f"{CHAMPION.name} does not hold the name of a model folder")
    return ARTIFACTS / name


def load_artifact(folder: Path) -> ModelArtifact:
    """Reads and verifies a model folder.

    Raises:
        InvalidModel: If a file is missing or altered, the folder has another model's name, or model.json does not fit
            this release.
    """
    name = verify(folder)
    if NAME.fullmatch(folder.name) and folder.name != name:
        raise InvalidModel(f"{folder.name}: its manifest belongs to {name}")
    config = _read_json(folder / "model.json")
    if tuple(config.get("categories", ())) != STANDARD_CATEGORIES:
        raise InvalidModel(f"{folder.name}: model.json lists other categories than this release knows")
    try:
        temperatures = tuple(float(config["temperatures"][category]) for category in STANDARD_CATEGORIES)
        threshold = float(config["dismissal"]["threshold"])
        asking = float(config["asking"]["threshold"]) if "asking" in config else threshold
        max_tokens = int(config["max_tokens"])
        languages = tuple(str(language) for language in config["languages"])
        margin = float(config["first_pass"]["margin"]) if "first_pass" in config else None
        second = _second_opinion(config["second_opinion"]) if "second_opinion" in config else None
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidModel(f"{folder.name}: model.json lacks or garbles {error}") from error
    if min(temperatures) <= 0 or not 0 < threshold <= 1:
        raise InvalidModel(f"{folder.name}: temperatures must be above 0 and the threshold in (0, 1]")
    if not 0 < asking <= threshold:
        raise InvalidModel(f"{folder.name}: the threshold of text that asks must be in (0, {threshold:g}]")
    if margin is not None and not margin >= 0:
        raise InvalidModel(f"{folder.name}: the margin of the first pass must not be below 0")
    if second is not None and not (_from_low_to_high(second) and second.temperatures.min() > 0):
        raise InvalidModel(f"{folder.name}: the larger network must be asked from a low to a high probability")
    if second is not None and not 0 < second.share <= 1:
        raise InvalidModel(f"{folder.name}: the larger network's share must be in (0, 1]")
    if (second is None) != (LARGER not in files_of(folder)):
        raise InvalidModel(f"{folder.name}: {LARGER} and what model.json says of a second opinion need each other")
    if FITTED_FOR in config and config[FITTED_FOR] != _networks(_read_json(folder / "manifest.json")):
        raise InvalidModel(f"{folder.name}: thresholds were fitted for other networks; calibrate again")
    if PLAIN in files_of(folder) and second is None:
        raise InvalidModel(f"{folder.name}: {PLAIN} is of no use without {LARGER}")
    plain, rationale = (folder / file if file in files_of(folder) else None for file in (PLAIN, RATIONALE))
    read = (temperatures, threshold, asking, max_tokens, languages, margin, second, plain, rationale, config)
    return ModelArtifact(folder, name, *read)


def files_of(folder: Path) -> tuple[str, ...]:
    """The files that a model folder is made of, its manifest aside."""
    return (*FILES, *(file for file in OPTIONAL if (folder / file).is_file()))


def digests_of(folder: Path) -> dict[str, str]:
    """sha256 of the files of a model folder that its thresholds depend on, by name: what answers, and the tokenizer."""
    return {file: _sha256(folder / file) for file in _networks(dict.fromkeys(files_of(folder)))}


def _networks(files: Mapping[str, Any]) -> dict[str, Any]:
    others = ("model.json", "MODEL_CARD.md", PLAIN, RATIONALE)
    return {file: said for file, said in files.items() if file not in others}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _second_opinion(config: dict[str, Any]) -> SecondOpinion:
    temperatures = [float(config["temperatures"][category]) for category in STANDARD_CATEGORIES]
    low = float(config["low"])
    later, share = float(config.get("low_of_cues", low)), float(config.get("share", EQUAL))
    return SecondOpinion(low, float(config["high"]), later, np.array(temperatures), share)


def _from_low_to_high(second: SecondOpinion) -> bool:
    return 0 <= second.low < second.high <= 1 and 0 <= second.low_of_cues < second.high


def verify(folder: Path) -> str:
    """Checks every file of a model folder against its manifest.

    Returns:
        The name that the folder should have.

    Raises:
        InvalidModel: Naming the first file that is missing or altered.
    """
    if not folder.is_dir():
        raise InvalidModel(f"no model folder at {folder}")
    manifest = _read_json(folder / "manifest.json")
    for file in (*FILES, *(file for file in OPTIONAL if file in manifest or (folder / file).is_file())):
        path = folder / file
        if not path.is_file():
            raise InvalidModel(f"{folder.name}: {file} is missing")
        digest = _sha256(path)
        if digest != manifest.get(file):
            raise InvalidModel(
                f"{folder.name}: {file} is not the file that was released "
                f"(sha256 {digest[:12]}..., expected {str(manifest.get(file))[:12]}...)"
            )
    return manifest_name(folder)


def write_manifest(folder: Path) -> str:
    """Writes manifest.json for the files of a finished folder.

    Returns:
        The name that the folder should have.
    """
    digests = {file: _sha256(folder / file) for file in files_of(folder)}
    (folder / "manifest.json").write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
    return manifest_name(folder)


def manifest_name(folder: Path) -> str:
    """Name of a model folder by the digest of its manifest."""
    return "sg-" + hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()[:12]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidModel(f"{path.parent.name}: {path.name} cannot be read") from error
    except ValueError as error:
        raise InvalidModel(f"{path.parent.name}: {path.name} is not JSON") from error
    if not isinstance(found, dict):
        raise InvalidModel(f"{path.parent.name}: {path.name} is not a JSON object")
    return found
