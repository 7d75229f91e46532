"""What is lost between the typed row and its screen, as sections of a report."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from evaluation.document import Section, Table
from evaluation.metrics import Interval, Share, by_group, share
from evaluation.screens.layouts import DESKTOP
from evaluation.screens.losses import KINDS, Side, difference, hit_loss, word_recall, words_lost
from evaluation.screens.run import ScreenOutcome
from evaluation.summary import summarise

SIDES: Mapping[str, Side] = {
    "typed": lambda o: o.typed,
    "page as text": lambda o: o.page,
    "read": lambda o: o.read,
}
_FIGURES = {
    "keyword_recall": "recall of graded phrases (genuine rows that one hits)",
    "second_look_recall": "recall of the second look (of those, raised)",
    "end_to_end_recall": "recall end to end",
    "keyword_false_positives": "benign rows that keywords alone raise",
    "false_positives_gone": "of those, set aside by the second look",
}


def sections_of(outcomes: Sequence[ScreenOutcome], title: str) -> list[Section]:
    """All sections: rows of one text first, rows that are whole screens apart.

    Args:
        outcomes: Of a run.
        title: Of the first section.
    """
    rows = [o for o in outcomes if o.screen.layout != DESKTOP.name]
    desktops = [o for o in outcomes if o.screen.layout == DESKTOP.name]
    sides = (
        "*Typed*: the row's text alone. *Page as text*: the row among the other text of its page, without a fault of "
        "recognition. *Read*: the picture of that page, through the OCR. Differences in percentage points; what *read* "
        "differs by from *page as text* is the OCR's doing, the rest that of the text around."
    )
    whole = (
        f"n = {len(desktops)} rows with the tag `screen`: blocks of a whole screen, misread letters among them, each "
        "block in a window of its own on a desktop."
    )
    return [
        Section(
            title,
            f"n = {len(rows)} rows; 95 % intervals in brackets, exact (Clopper-Pearson) of shares.\n\n{sides}",
            [figures_table(rows)],
        ),
        Section("What the OCR read", "", [words_table(rows)]),
        Section("What became of the hits", "", [hits_table(rows), reasons_table(rows)]),
        Section("By layout", "Few rows each: a place to look, not a ranking.", [layouts_table(outcomes)]),
        Section("Rows that are whole screens", whole, [figures_table(desktops), words_table(desktops)]),
    ]


def figures_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """The two stages on the same rows."""
    summaries = [summarise([side(o) for o in outcomes]) for side in SIDES.values()]
    typed, page, read = SIDES.values()
    rows = [
        [
            name,
            *(str(summary[key]) for summary in summaries),
            _points(difference(outcomes, key, typed, read)),
            _points(difference(outcomes, key, page, read)),
        ]
        for key, name in _FIGURES.items()
    ]
    return Table(["figure", *SIDES, "read less typed", "read less page as text"], rows)


def words_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """How many of the rows' own words were read, and which kind was not."""
    rows = [
        ["words of the rows that were read", str(word_recall(outcomes))],
        ["screens with every word of the row read", str(share([not o.lost for o in outcomes]))],
    ]
    for kind in KINDS:
        lost, every = words_lost(outcomes, kind)
        rows.append([f"words lost, {kind}", f"{lost} of {every}"])
    return Table(["words", ""], rows)


def hits_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """Hits of the typed rows that the screen does not have, and the other way round."""
    loss = hit_loss(outcomes)
    genuine = [o for o in outcomes if o.typed.genuine]
    benign = [o for o in outcomes if o.typed.benign]
    return Table(
        ["hits", ""],
        [
            ["hits of the typed rows that are found on the screen", str(share(loss.kept))],
            ["of the others: a word of the phrase was not read", str(loss.misread)],
            ["of the others: every word was read, but not as that phrase", str(loss.parted)],
            ["hits on the screen that the typed row does not have", str(loss.added)],
            ["hits on the page as text that the typed row does not have", str(loss.around)],
            [
                "genuine rows with a hit when typed, none on the screen",
                _of([not o.read.hit for o in genuine if o.typed.hit]),
            ],
            [
                "benign rows without a hit when typed, one on the screen",
                _of([o.read.hit for o in benign if not o.typed.hit]),
            ],
            [
                "genuine rows raised when typed, not raised on the screen",
                _of([not o.read.raised for o in genuine if o.typed.raised]),
            ],
            [
                "genuine rows not raised when typed, raised on the screen",
                _of([o.read.raised for o in genuine if not o.typed.raised]),
            ],
        ],
    )


def reasons_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """Why findings have their severity."""
    counts = [Counter(str(f.reason) for o in outcomes for f in side(o).findings) for side in SIDES.values()]
    reasons = sorted(set().union(*counts))
    return Table(["reason of a finding", *SIDES], [[name, *(str(count[name]) for count in counts)] for name in reasons])


def layouts_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """The same figures for each layout."""
    shown = ("keyword_recall", "second_look_recall", "false_positives_gone")
    rows = []
    for name, group in by_group(outcomes, lambda o: [o.screen.layout]).items():
        summaries = [summarise([side(o) for o in group]) for side in SIDES.values()]
        cells = ["; ".join(_short(summary[key]) for summary in summaries) for key in shown]
        rows.append([name, str(len(group)), str(word_recall(group)), *cells])
    titles = ("keyword recall", "second look's recall", "keyword false positives gone")
    return Table(["layout", "n", "words read", *(f"{title}: {'; '.join(SIDES)}" for title in titles)], rows)


def _of(flags: Sequence[bool]) -> str:
    return f"{sum(flags)} of {len(flags)}"


def _short(figure: Share) -> str:
    return f"{round(figure.value * figure.n)}/{figure.n}" if figure.n else "-"


def _points(figure: Interval) -> str:
    if np.isnan(figure.value):
        return "-"
    return f"{100 * figure.value:+.1f} [{100 * figure.low:+.1f}, {100 * figure.high:+.1f}]"
