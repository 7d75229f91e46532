"""Plots of a report as SVG (training extra: matplotlib)."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.severity import STANDARD_CATEGORIES
from evaluation.calibration_error import calibration_error, calibration_units
from evaluation.cuts import curve
from evaluation.document import Plot
from evaluation.metrics import Share
from evaluation.outcome import Outcome
from evaluation.slices import SliceFigures, slice_figures, slices

LEAST_SLICE = 15
LEAST_CURVE = 5


def draw_plots(outcomes: Sequence[Outcome]) -> list[Plot]:
    """All plots of a set of outcomes.

    Raises:
        ModuleNotFoundError: Without matplotlib.
    """
    return [
        Plot("curves", "False positives that stay against recall of hits, by category hit.", _curves(outcomes)),
        Plot("reliability", "Reliability of P(severity >= 3) on the categories that were hit.", _reliability(outcomes)),
        Plot("confusion", "Severity: truth (rows) against verdict (columns), rows with a hit.", _confusion(outcomes)),
        Plot("slices", "Slices: recall and benign rows raised, end to end, with 95 % intervals.", _slices(outcomes)),
    ]


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _svg(figure: Any) -> str:
    """The figure without XML head, date or random ids, so that the same figures give the same bytes."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": "secondglance", "svg.fonttype": "path"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()[out.getvalue().index("<svg") :]


def _curves(outcomes: Sequence[Outcome]) -> str:
    """One curve for each category with enough rows, and one for all."""
    figure = _figure(8, 6)
    axes = figure.subplots()
    decided = [o for o in outcomes if o.hit]
    for category in ("all", *STANDARD_CATEGORIES):
        mine = [o for o in decided if category == "all" or any(f.hit.category == category for f in o.findings)]
        genuine = [o.score for o in mine if o.genuine]
        benign = [o.score for o in mine if o.benign and o.keyword_raised]
        if min(len(genuine), len(benign)) >= LEAST_CURVE:
            recall, stay = curve(genuine, benign)
            style = {"color": "black", "linewidth": 2.5} if category == "all" else {"linewidth": 1.2}
            label = f"{category} ({len(genuine)} genuine, {len(benign)} benign)"
            axes.step(recall, stay, where="pre", label=label, **style)
    axes.set(xlabel="recall of genuine rows with a hit", ylabel="keyword false positives that stay")
    axes.set(xlim=(0.5, 1.005), ylim=(-0.01, 1.01))
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(fontsize="small", loc="upper left")
    return _svg(figure)


def _reliability(outcomes: Sequence[Outcome]) -> str:
    units = calibration_units(outcomes)
    figure = _figure(6, 6)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", linewidth=1)
    if units:
        error = calibration_error(units)
        said, happened = [b.probability for b in error.bins], [b.share for b in error.bins]
        spread = [1.96 * (b.share * (1 - b.share) / b.n) ** 0.5 for b in error.bins]
        axes.errorbar(said, happened, yerr=spread, fmt="o-", capsize=3)
        axes.set_title(f"debiased ECE {error.ece}, n = {len(units)}", fontsize="medium")
    axes.set(xlabel="mean P(severity >= 3) of a bin", ylabel="share of genuine concerns", xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)
    return _svg(figure)


def confusion_of(outcomes: Sequence[Outcome]) -> np.ndarray:
    """Rows with a hit, whose severity is known, by true and given severity, shape (6, 6)."""
    counts = np.zeros((6, 6), dtype=np.int64)
    for o in outcomes:
        if o.hit and o.row.graded and o.row.is_whole:
            counts[o.row.severity, o.severity] += 1
    return counts


def _confusion(outcomes: Sequence[Outcome]) -> str:
    counts = confusion_of(outcomes)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = _figure(6, 5.5)
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for true, given in np.ndindex(counts.shape):
        colour = "white" if shares[true, given] > 0.55 else "black"
        axes.text(given, true, str(counts[true, given]), ha="center", va="center", color=colour)
    axes.set(xlabel="severity of the verdict", ylabel="true severity", xticks=range(6), yticks=range(6))
    return _svg(figure)


def _slices(outcomes: Sequence[Outcome]) -> str:
    groups = {name: group for name, group in slices(outcomes).items() if len(group) >= LEAST_SLICE}
    found = [slice_figures(name, group) for name, group in reversed(groups.items())]
    figure = _figure(10, max(2.0, 0.24 * len(found) + 1))
    left, right = figure.subplots(1, 2, sharey=True)
    _bars(left, found, [part.recall for part in found], "recall end to end")
    _bars(right, found, [part.raised for part in found], "benign rows raised")
    return _svg(figure)


def _bars(axes: Any, found: Sequence[SliceFigures], figures: Sequence[Share], title: str) -> None:
    for place, figure in enumerate(figures):
        if figure.n:
            spread = [[max(0.0, figure.value - figure.low)], [max(0.0, figure.high - figure.value)]]
            axes.errorbar(figure.value, place, xerr=spread, fmt="o", capsize=2, color="tab:blue", markersize=4)
    labels = [f"{part.name} ({part.n})" for part in found]
    axes.set_yticks(range(len(found)), labels, fontsize="small", parse_math=False)
    axes.set(title=title, xlim=(-0.02, 1.02))
    axes.grid(alpha=0.3, axis="x")
