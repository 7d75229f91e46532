"""Figures as Markdown, for the terminal, the model card and `docs/evaluation/`."""

from collections.abc import Sequence

from evaluation.metrics import Share
from evaluation.run import Outcome, gone_at_recall, slices, summarise

LEAST_SLICE = 15
_NAMES = {
    "keyword_recall": "recall of the keyword stage (genuine rows with any hit)",
    "second_look_recall": "recall of the second look (of those, raised)",
    "end_to_end_recall": "recall end to end",
    "keyword_false_positives": "benign rows that keywords alone raise",
    "false_positives_gone": "of those, set aside by the second look",
    "low_raised": "rows of severity 2 that are raised",
    "severity_exact": "severity exact (rows with a hit)",
    "severity_within_1": "severity within 1 (rows with a hit)",
}


def to_markdown(outcomes: Sequence[Outcome], title: str) -> str:
    """All figures of a set of outcomes, with the slices that are large enough to say something."""
    figures = summarise(outcomes)
    lines = [f"## {title}", "", f"n = {figures['rows']} rows; 95 % bootstrap intervals in brackets.", ""]
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {name} | {figures[key]} |" for key, name in _NAMES.items()]
    lines += [f"| AUROC of P(severity >= 3) over rows with a hit | {figures['auroc']:.3f} |"]
    for recall in (0.99, 0.95):
        gone = gone_at_recall(outcomes, recall)
        lines += [
            f"| false positives gone at {recall:.0%} recall of hits, cut chosen on these rows | {100 * gone:.1f} % |"
        ]
    lines += ["", "| slice | recall end to end | false positives gone |", "|---|---|---|"]
    for name, group in slices(outcomes).items():
        if len(group) >= LEAST_SLICE:
            part = summarise(group)
            lines.append(f"| {name} | {_short(part['end_to_end_recall'])} | {_short(part['false_positives_gone'])} |")
    return "\n".join(lines) + "\n"


def _short(figure: Share) -> str:
    return f"{100 * figure.value:.0f} % of {figure.n}" if figure.n else "-"
