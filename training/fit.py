"""Calibrates an exported run on splits that training never saw, and writes its model.json."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from models.encoding import MAX_TOKENS
from models.network import Network
from training.calibrate import (
    THRESHOLDS,
    Dismissal,
    bounds_by_category,
    choose_threshold,
    fit_temperatures,
    is_dismissed,
    worst_scores,
)
from training.dataset import Example, ExampleMaker
from training.export import SERVED
from training.margin import fit_margin
from training.runs import read_about, write_curve

ALPHA = 0.03
"""Share of genuine concerns that the served threshold may dismiss; `docs/decisions` says why."""
STATED = (0.01, 0.02, 0.03, 0.05)
"""Bounds whose thresholds are stated beside it, so that nobody needs to calibrate again to compare."""


def calibrate(
    run: Path, maker: ExampleMaker, dev: list[LabelledRow], held_out: list[LabelledRow], alpha: float = ALPHA
) -> dict[str, Any]:
    """Fits temperatures on the dev split, dismissal threshold and margin of the first pass on the calibration split.

    The network that is served (with its weights made small) is the one that is calibrated, in fp32; then it is checked
    that the threshold's bound also holds with the first pass.

    Args:
        run: Folder of an exported run; gets `model.json`, and `thresholds.json` for whoever wants another bound.
        maker: Turns rows into examples.
        dev: Rows for the temperatures.
        held_out: Rows for threshold and margin, used for nothing else.
        alpha: Highest share of genuine concerns to dismiss.

    Returns:
        What was written.
    """
    network = Network(run / SERVED)

    def answers(row: LabelledRow) -> list[tuple[Example, np.ndarray]]:
        return [(example, network.logits(example.encoded)) for example in maker.plain(row)]

    pairs = [pair for row in dev for pair in answers(row)]
    temperatures = fit_temperatures(
        np.concatenate([logits for _, logits in pairs]),
        np.concatenate([example.severities for example, _ in pairs]),
    )

    answered = [(row, answers(row)) for row in held_out if maker.has_phrase(row)]
    genuine = [(row, found) for row, found in answered if row.severity >= GENUINE]
    benign = [found for row, found in answered if row.severity < GENUINE - 1]
    scores, low = worst_scores([[logits for _, logits in found] for _, found in genuine], temperatures)
    benign_scores, benign_low = worst_scores([[logits for _, logits in found] for found in benign], temperatures)
    dismissal = choose_threshold(scores, low, alpha)
    dismissed = is_dismissed(scores, low, dismissal.threshold)

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
        "temperatures": dict(zip(STANDARD_CATEGORIES, np.round(temperatures, 4).tolist(), strict=True)),
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
        **fit_margin(network, answered, temperatures, dismissal),
        "training": read_about(run),
    }
    (run / "model.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_curve(run, [count(threshold) for threshold in THRESHOLDS])
    return config
