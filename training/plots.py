"""Plots of a run for its record (training extra: matplotlib)."""

from collections.abc import Mapping, Sequence
from typing import Any

Points = Sequence[Mapping[str, float]]


def draw_epochs(history: Points) -> Any:
    """Loss, and AUROC on the dev split, by epoch.

    Args:
        history: `epoch`, `loss`, `dev_loss` and `dev_auroc` of each.

    Returns:
        A figure of matplotlib.
    """
    figure = _figure()
    losses, areas = figure.subplots(2, 1, sharex=True)
    epochs = [one["epoch"] for one in history]
    for name, label in (("loss", "training"), ("dev_loss", "dev split")):
        losses.plot(epochs, [one[name] for one in history], marker="o", label=label)
    areas.plot(epochs, [one["dev_auroc"] for one in history], marker="o")
    losses.set(ylabel="loss")
    losses.legend()
    areas.set(xlabel="epoch", ylabel="AUROC, dev split", xticks=epochs)
    return figure


def draw_thresholds(curve: Points, dismissal: Mapping[str, Any]) -> Any:
    """What each threshold dismisses of the calibration split, and which one was chosen.

    Args:
        curve: `threshold`, `genuine_dismissed` and `benign_dismissed` of each.
        dismissal: The chosen one, as model.json has it.

    Returns:
        A figure of matplotlib.
    """
    figure = _figure()
    axes = figure.subplots()
    thresholds = [one["threshold"] for one in curve]
    for kind in ("genuine", "benign"):
        n = max(1, dismissal[kind])
        shares = [100 * one[f"{kind}_dismissed"] / n for one in curve]
        axes.plot(thresholds, shares, label=f"{kind} ({dismissal[kind]} rows)")
    axes.axhline(100 * dismissal["alpha"], color="grey", linestyle=":", label="bound on genuine rows")
    axes.axvline(dismissal["threshold"], color="grey", linestyle="--", label="chosen")
    axes.set(xlabel="threshold on P(severity >= 3)", ylabel="rows dismissed, %", xscale="log")
    axes.legend()
    return figure


def _figure() -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 6), layout="constrained")
