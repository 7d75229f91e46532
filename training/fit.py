"""Calibrates an exported run on splits that training never saw, and writes its model.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import InvalidModel
from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from models.artifact import FITTED_FOR, digests_of
from models.encoding import MAX_TOKENS
from models.first_pass import Limits
from models.reading import Reading
from models.second_opinion import SecondOpinion, weighed
from training.asked import RunNetworks
from training.asking import choose_thresholds, measure_asking
from training.calibrate import (
    THRESHOLDS,
    Dismissal,
    bounds_by_category,
    choose_threshold,
    fit_temperatures,
    is_dismissed,
    worst_scores,
)
from training.dataset import ExampleMaker
from training.digest import digest_rows
from training.margin import fit_margin
from training.runs import check_exported, read_about, write_curve

ALPHA = 0.01
"""Share of genuine concerns that the served threshold may dismiss; `docs/decisions` says why."""
ASKING_ALPHA = 0.0025
"""Share of the children who ask for help that may be dismissed; `0065` and `0067` say why."""
ASKED = (0.0005, 0.9, 0.1)
"""P(severity >= 3) of the small network from which on and up to which the larger one is asked about a phrase, and from
which on about a cue; `0051`, `0053` and `0059` say why."""
SHARE = 0.65
"""Of the larger network in what both say together; `0054` says why."""
STATED = (0.01, 0.02, 0.03, 0.05)
"""Bounds whose thresholds are stated beside it, so that nobody needs to calibrate again to compare."""


def calibrate(
    run: Path,
    maker: ExampleMaker,
    dev: list[LabelledRow],
    held_out: list[LabelledRow],
    asking: Sequence[LabelledRow] = (),
    alpha: float = ALPHA,
    asking_alpha: float = ASKING_ALPHA,
) -> dict[str, Any]:
    """Fits temperatures on the dev split, dismissal threshold and margin of the first pass on the calibration split.

    The network that is served (with its weights made small) is the one that is calibrated, read closely; then it is
    checked that the threshold's bound also holds with the first pass.

    Args:
        run: Folder of an exported run; gets `model.json`, and `thresholds.json` for whoever wants another bound.
        maker: Turns rows into examples.
        dev: Rows for the temperatures.
        held_out: Rows for thresholds and margin, used for nothing else.
        asking: Genuine rows in which a child asks for help, beside those of `held_out`, to hold the bound on them to.
        alpha: Highest share of genuine concerns to dismiss.
        asking_alpha: Highest share to dismiss of the children who ask for help.

    Returns:
        What was written.

    Raises:
        InvalidModel: If the run was not exported, or was trained on since.
    """
    if not all((run / file).is_file() for file in ("model.onnx", "tokenizer.json")):
        raise InvalidModel(f"run {run.name} was not exported; run export first")
    check_exported(run)
    fitted_for = digests_of(run)
    networks = RunNetworks(run)
    asked = [window for row in dev for window in networks.about(row, maker)[1]]
    severities = np.concatenate([window.example.severities for window in asked])
    small = np.concatenate([window.small(True) for window in asked])
    temperatures = np.round(fit_temperatures(small, severities), 4)
    second = None
    if networks.larger is not None:
        larger = np.concatenate([window.larger(True) for window in asked if window.larger])
        both = np.round(fit_temperatures(weighed(small, larger, SHARE), severities), 4)
        second = SecondOpinion(*ASKED, both, SHARE)
    reading = Reading(temperatures, Limits.of(1.0, 1.0), None, second)

    rows = [networks.about(row, maker) for row in held_out if maker.has_phrase(row)]
    answered = [(row, [window.read(reading) for window in found]) for row, found in rows]
    genuine = [(row, found) for row, found in answered if row.severity >= GENUINE]
    benign = [found for row, found in answered if row.severity < GENUINE - 1]
    scores, low = worst_scores([found for _, found in genuine])
    benign_scores, benign_low = worst_scores(benign)
    dismissal = choose_threshold(scores, low, alpha)
    dismissed = is_dismissed(scores, low, dismissal.threshold)
    who_ask = [found for found in rows if found[0].asks_for_help]
    who_ask += [networks.about(row, maker) for row in asking if maker.has_phrase(row)]
    asked_for = ([(window, window.read(reading)) for window in found] for _, found in who_ask)
    chosen = choose_thresholds(asked_for, dismissal, asking_alpha)

    def count(threshold: float) -> dict[str, float]:
        kinds = {"genuine_dismissed": (scores, low), "benign_dismissed": (benign_scores, benign_low)}
        counts = {name: int(is_dismissed(*found, threshold).sum()) for name, found in kinds.items()}
        return {"threshold": float(threshold), **counts}

    def benign_dismissed(bound: Dismissal) -> int:
        return int(count(bound.threshold)["benign_dismissed"])

    config = {
        "categories": list(STANDARD_CATEGORIES),
        "languages": ["en"],
        "max_tokens": MAX_TOKENS,
        "temperatures": _by_category(temperatures),
        "dismissal": {
            **asdict(dismissal),
            "method": "Learn-then-Test, fixed sequence, exact binomial",
            "unit": "genuine rows with a graded phrase",
            "benign": len(benign),
            "benign_dismissed": benign_dismissed(dismissal),
            "other_bounds": [
                {**asdict(bound), "benign_dismissed": benign_dismissed(bound)}
                for bound in (choose_threshold(scores, low, other) for other in STATED)
            ],
            "by_category": bounds_by_category([row.labels for row, _ in genuine], dismissed),
        },
        **_second_opinion(second),
        "asking": measure_asking(rows, who_ask, reading, chosen),
        **(fit_margin(rows, reading, dismissal, chosen, who_ask) if networks.small.has_first_pass else {}),
        FITTED_FOR: fitted_for,
        "fitted_on": {"dev": digest_rows(dev), "calibration": digest_rows(held_out), "asking": digest_rows(asking)},
        "training": read_about(run),
    }
    (run / "model.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_curve(run, [count(threshold) for threshold in THRESHOLDS])
    return config


def _second_opinion(second: SecondOpinion | None) -> dict[str, Any]:
    if second is None:
        return {}
    return {
        "second_opinion": {
            "low": second.low,
            "high": second.high,
            "low_of_cues": second.low_of_cues,
            "share": second.share,
            "temperatures": _by_category(second.temperatures),
        }
    }


def _by_category(temperatures: np.ndarray) -> dict[str, float]:
    return dict(zip(STANDARD_CATEGORIES, temperatures.tolist(), strict=True))
