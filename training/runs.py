"""What a run leaves in its folder: its best weights, what it learnt from, what each threshold would dismiss."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import InvalidModel

BEST = "best.pt"
RATIONALE = "rationale.pt"
"""Weights of the network that says which words decide; a run may do without."""
ABOUT = "training.json"
CURVE = "thresholds.json"
PARITY = "parity.json"
_WEIGHTS, _OF_RATIONALE = "weights", "rationale_weights"
_OTHERS = ("rationale", "second")
"""What is said of the networks that were taught or exported beside a run's own."""
BESIDE = "beside"
"""In what is said of a rationale network: sha256 of the weights that it started from and is exported beside."""


def read_about(run: Path) -> dict[str, Any]:
    """Its settings, and what it learnt from.

    Raises:
        InvalidModel: If there is no such run, or it has not ended.
    """
    check_there(run)
    if not (run / ABOUT).is_file():
        raise InvalidModel(f"run {run.name} has no {ABOUT}; its training has not ended")
    about: dict[str, Any] = json.loads((run / ABOUT).read_text(encoding="utf-8"))
    return about


def check_there(run: Path) -> None:
    """Checks that a run has a folder.

    Raises:
        InvalidModel: If it has none.
    """
    if not run.is_dir():
        raise InvalidModel(f"there is no run {run.name}")


def encoder_of(run: Path) -> str:
    """Which encoder a run is of, `small` or `large`.

    Raises:
        InvalidModel: As by `read_about`.
    """
    return str(read_about(run).get("encoder", "small"))


def reads_spans(about: Mapping[str, Any]) -> bool:
    """Whether a run was trained to read each hit out of its own tokens; all were before one could leave that out."""
    return bool(about.get("span_readout", True))


def write_about(run: Path, about: Mapping[str, Any]) -> None:
    """Says what a run learnt from."""
    (run / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def has_said(run: Path, epochs: int) -> bool:
    """Whether a run says already what it learnt from in so many epochs."""
    return (run / ABOUT).is_file() and bool(read_about(run).get("epochs") == epochs)


def write_learnt(run: Path, about: Mapping[str, Any], before: str) -> None:
    """Says what a run's own network learnt from; what is said of others stays, if they are beside the same weights.

    Args:
        run: With its best weights.
        about: What to say.
        before: sha256 of the best weights when the run was last said something of.
    """
    said = read_about(run) if (run / ABOUT).is_file() and digest_weights(run) == before else {}
    write_about(run, {**about, **{name: said[name] for name in _OTHERS if name in said}})


def note(run: Path, name: str, said: Mapping[str, Any]) -> None:
    """Adds what is said of one of a run's networks to what is said of the run.

    Raises:
        InvalidModel: As by `read_about`.
    """
    write_about(run, {**read_about(run), name: dict(said)})


def write_parity(run: Path, figures: Mapping[str, float]) -> None:
    """Says how near the exported networks are to the best weights, and which weights these were."""
    found = {_WEIGHTS: digest_weights(run), _OF_RATIONALE: digest_weights(run, RATIONALE), **figures}
    (run / PARITY).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def check_exported(run: Path) -> None:
    """Checks that the networks of a run are those of its best weights; an export of before it was noted is believed.

    Raises:
        InvalidModel: If it was trained on since: what it learnt from is not what the networks learnt from.
    """
    if not (run / PARITY).is_file():
        return
    noted = json.loads((run / PARITY).read_text(encoding="utf-8"))
    for name, weights in ((_WEIGHTS, BEST), (_OF_RATIONALE, RATIONALE)):
        if name in noted and digest_weights(run, weights) not in ("", noted[name]):
            raise InvalidModel(f"run {run.name} has other weights than when it was exported; export again")


def check_beside(run: Path) -> None:
    """Checks that a run's rationale network started from the weights that the run has.

    Raises:
        InvalidModel: If it was trained on since, or it is not known from what the network started.
    """
    said = read_about(run).get("rationale", {})
    if said.get(BESIDE) != digest_weights(run):
        name = run.name
        raise InvalidModel(f"run {name} was trained on since it was taught which words decide; teach it again")


def digest_weights(run: Path, weights: str = BEST) -> str:
    """sha256 of a run's best weights, or of others that it holds; empty if it does not hold them any more."""
    if not (run / weights).is_file():
        return ""
    with (run / weights).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def learnt_from(run: Path) -> dict[str, Any]:
    """What a run's own network learnt from, for whoever learns from that: not what was taught or exported beside it.

    Raises:
        InvalidModel: As by `read_about`.
    """
    return {name: said for name, said in read_about(run).items() if name not in _OTHERS}


def read_curve(run: Path) -> list[dict[str, float]]:
    """What each threshold would dismiss of the calibration split, as `write_curve` was given it."""
    curve: list[dict[str, float]] = json.loads((run / CURVE).read_text(encoding="utf-8"))
    return curve


def write_curve(run: Path, curve: Sequence[Mapping[str, float]]) -> None:
    """Says what each threshold would dismiss: `threshold`, `genuine_dismissed` and `benign_dismissed` of each."""
    (run / CURVE).write_text(json.dumps(list(curve)) + "\n", encoding="utf-8")
