"""Figures as a report: for the terminal, the model card and `docs/evaluation/`."""

from collections.abc import Sequence

from evaluation.calibration_error import CalibrationError, calibration_error, calibration_units, errors_by_category
from evaluation.cuts import RECALLS
from evaluation.document import Section, Table
from evaluation.document import to_markdown as sections_to_markdown
from evaluation.gates import Gate
from evaluation.metrics import Interval, told
from evaluation.outcome import Outcome
from evaluation.peers import PeerFigures
from evaluation.slices import GUARDED, disparity, slice_figures, slices
from evaluation.summary import gone_at_recall, summarise

LEAST_SLICE = 15
_NAMES = {
    "keyword_recall": "recall of graded phrases (genuine rows that one hits)",
    "second_look_recall": "recall of the second look (of those, raised)",
    "recalled_by_cues": "genuine rows that only a cue could raise, raised",
    "end_to_end_recall": "recall end to end",
    "keyword_false_positives": "benign rows that keywords alone raise",
    "false_positives_gone": "of those, set aside by the second look",
    "raised_by_cues": "benign rows that only a cue could raise, raised",
    "benign_raised": "benign rows that are raised at all",
    "low_raised": "rows of severity 2 that are raised",
    "unknown_raised": "rows of no known concern that leave a category unknown, raised",
    "severity_exact": "severity exact (rows with a hit)",
    "severity_within_1": "severity within 1 (rows with a hit)",
}


def to_markdown(outcomes: Sequence[Outcome], title: str) -> str:
    """The headline figures, calibration and slices as Markdown."""
    return sections_to_markdown(sections_of(outcomes, title))


def sections_of(outcomes: Sequence[Outcome], title: str) -> list[Section]:
    """Headline figures, calibration, slices."""
    return [headline_section(outcomes, title), calibration_section(outcomes), slices_section(outcomes)]


def headline_section(outcomes: Sequence[Outcome], title: str) -> Section:
    """What the two stages do to the rows as a whole."""
    figures = summarise(outcomes)
    rows = [[name, str(figures[key])] for key, name in _NAMES.items() if key != "unknown_raised" or figures[key].n]
    rows.append(["AUROC of P(severity >= 3) over rows with a hit", told(figures["auroc"], ".3f")])
    for recall in RECALLS:
        name = f"false positives gone at {100 * recall:.0f} % recall of hits, cut chosen on these rows"
        rows.append([name, told(100 * gone_at_recall(outcomes, recall), ".1f", " %")])
    text = f"n = {figures['rows']} rows; 95 % intervals in brackets, exact (Clopper-Pearson) of shares."
    return Section(title, text, [Table(["figure", "value"], rows)])


def calibration_section(outcomes: Sequence[Outcome]) -> Section:
    """Debiased expected calibration error on the categories that were hit."""
    units = calibration_units(outcomes)
    found = {"all": calibration_error(units), **errors_by_category(units)}
    header = ["category", "n", "debiased ECE", "plug-in ECE", "debiased RMS"]
    rows = [_calibration_row(name, error) for name, error in found.items()]
    return Section(
        "Calibration of P(severity >= 3)",
        "On the categories that were hit, one unit for each row and category; the debiased ECE is the figure to go by.",
        [Table(header, rows)],
    )


def slices_section(outcomes: Sequence[Outcome]) -> Section:
    """Slices that are large enough to say something, and the guarded ones beside their peers."""
    header = ["slice", "n", "recall end to end", "benign rows raised", "keyword false positives gone"]
    rows = []
    for name, group in slices(outcomes).items():
        if len(group) >= LEAST_SLICE:
            part = slice_figures(name, group)
            rows.append([name, str(part.n), str(part.recall), str(part.raised), str(part.gone)])
    guarded = []
    for tag in GUARDED:
        found = disparity(outcomes, tag)
        mine, theirs = _of(found.raised, found.benign), _of(found.peers_raised, found.peers)
        guarded.append([tag, str(found.rows), mine, theirs, str(found.ratio) if found.rows else "-"])
    beside = ["slice", "n", "benign rows raised", "peers' benign rows raised", "ratio of the two rates"]
    return Section(
        "Slices",
        f"Slices of at least {LEAST_SLICE} rows. Peers are all benign rows without the tag.",
        [Table(header, rows), Table(beside, guarded)],
    )


def peers_section(figures: Sequence[PeerFigures]) -> Section:
    """All peers on the same rows."""
    header = ["method", "AUROC", "recall, own rule", "false positives gone, own rule"]
    own = [[p.name, str(p.auroc), str(p.recall or "-"), str(p.gone or "-")] for p in figures]
    tables = [Table(header, own)]
    for place, goal in enumerate(RECALLS):
        header = [
            f"at {100 * goal:.0f} % recall",
            "recall reached",
            "false positives gone",
            "gone, cut chosen on these rows",
        ]
        found = [(p.name, p.at[place]) for p in figures]
        tables.append(
            Table(header, [[name, str(at.recall), str(at.gone), _percent(at.gone_own_cut)] for name, at in found])
        )
    return Section(
        "Peers on the same rows",
        "Rows with a hit. Cuts are chosen on genuine rows of the calibration split; a cut chosen on these very rows "
        "stands apart and is a ceiling. A method's own rule is its grade, its words, or the verdict.",
        tables,
    )


def gates_section(gates: Sequence[Gate], forced: str | None = None) -> Section:
    """The gates with their figures.

    Args:
        gates: As checked.
        forced: Why a blocked model was promoted all the same.
    """
    rows = [["BLOCKS" if gate.blocks else "passes", gate.name, gate.figures] for gate in gates]
    text = f"A gate blocks; promoted by force, for this reason: {' '.join(forced.split())}" if forced else ""
    return Section("Release gates", text, [Table(["", "gate", "figures"], rows)])


def _calibration_row(name: str, error: CalibrationError) -> list[str]:
    return [name, str(error.ece.n), str(error.ece), told(error.plug_in, ".3f"), told(error.rms, ".3f")]


def _percent(figure: Interval) -> str:
    return told(100 * figure.value, ".1f", f" % [{100 * figure.low:.1f}, {100 * figure.high:.1f}]")


def _of(k: int, n: int) -> str:
    return f"{k} of {n} ({100 * k / n:.1f} %)" if n else "- (n = 0)"
