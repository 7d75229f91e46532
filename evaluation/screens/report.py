"""What is lost between the typed row and its screen, as sections of a report."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from evaluation.document import Section, Table
from evaluation.metrics import Interval, Share, bootstrap, by_group, share
from evaluation.outcome import Outcome
from evaluation.screens.lay import count_words
from evaluation.screens.layouts import DESKTOP
from evaluation.screens.run import ScreenOutcome
from evaluation.summary import summarise

_FIGURES = {
    "keyword_recall": "recall of the keyword stage (genuine rows with any hit)",
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
    whole = (
        f"n = {len(desktops)} rows with the tag `screen`: blocks of a whole screen, misread letters among them, each "
        "block in a window of its own on a desktop."
    )
    return [
        Section(
            title,
            f"n = {len(rows)} rows, each among other text on a page of its own; 95 % bootstrap intervals in brackets, "
            "rows resampled in pairs for the difference (in percentage points).",
            [figures_table(rows)],
        ),
        Section("What the OCR read", "", [words_table(rows)]),
        Section("What became of the hits", "", [hits_table(rows), reasons_table(rows)]),
        Section("By layout", "Few rows each: a place to look, not a ranking.", [layouts_table(outcomes)]),
        Section("Rows that are whole screens", whole, [figures_table(desktops), words_table(desktops)]),
    ]


def figures_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """The two stages on the same rows, typed and read."""
    typed, read = summarise([o.typed for o in outcomes]), summarise([o.read for o in outcomes])
    rows = [
        [name, str(typed[key]), str(read[key]), _points(_difference(outcomes, key))] for key, name in _FIGURES.items()
    ]
    return Table(["figure", "typed", "read from the screen", "difference"], rows)


def words_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """How many of the rows' own words were read, and which kind was not."""
    rows = [
        ["words of the row that were read", str(word_recall(outcomes))],
        ["screens with every word of the row read", str(share([not o.lost for o in outcomes]))],
    ]
    for kind, belongs in _KINDS.items():
        lost = sum(count for o in outcomes for word, count in o.lost.items() if belongs(word))
        every = sum(count for o in outcomes for word, count in o.words.items() if belongs(word))
        rows.append([f"lost: {kind}", f"{lost} of {every}"])
    return Table(["words", ""], rows)


_KINDS: dict[str, Callable[[str], bool]] = {
    "with a digit": lambda word: any(map(str.isdigit, word)),
    "one or two letters": lambda word: len(word) < 3 and word.isalpha(),
    "longer": lambda word: len(word) > 2 and not any(map(str.isdigit, word)),
}


def word_recall(outcomes: Sequence[ScreenOutcome]) -> Share:
    """Share of the rows' own words that were read; screens are resampled whole."""
    every = np.array([o.words.total() for o in outcomes])
    lost = np.array([o.lost.total() for o in outcomes])
    figure = bootstrap(lambda rows: float(1 - lost[rows].sum() / every[rows].sum()), len(outcomes))
    return Share(figure.value, figure.low, figure.high, int(every.sum()))


def hits_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """Hits of the typed rows that the screen does not have, and the other way round."""
    kept, gone = list[bool](), Counter[bool]()
    new = 0
    for o in outcomes:
        typed, read = (Counter(f.hit.phrase for f in side.findings) for side in (o.typed, o.read))
        new += (read - typed).total()
        left = Counter(read)
        for hit in (finding.hit for finding in o.typed.findings):
            found = left[hit.phrase] > 0
            left[hit.phrase] -= found
            kept.append(found)
            if not found:
                gone[_misread(o, hit.matched)] += 1
    genuine = [o for o in outcomes if o.typed.genuine]
    benign = [o for o in outcomes if o.typed.benign]
    rows = [
        ["hits of the typed rows that are found on the screen", str(share(kept))],
        ["of the others: a word of the phrase was not read", str(gone[True])],
        ["of the others: all words were read, but not as that phrase", str(gone[False])],
        ["hits on the screen that the typed row does not have", str(new)],
        ["genuine rows with a hit when typed, none on the screen", _count(genuine, lambda o: o.typed.hit, _not_hit)],
        ["benign rows without a hit when typed, one on the screen", _count(benign, _clean, lambda o: o.read.hit)],
        ["genuine rows raised when typed, not raised on the screen", _count(genuine, _raised, _not_raised)],
    ]
    return Table(["hits", ""], rows)


def reasons_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """Why findings have their severity, typed and read."""
    typed, read = (Counter(str(f.reason) for o in outcomes for f in side(o).findings) for side in (_typed, _read))
    rows = [[reason, str(typed[reason]), str(read[reason])] for reason in sorted({*typed, *read})]
    return Table(["reason of a finding", "typed", "read"], rows)


def layouts_table(outcomes: Sequence[ScreenOutcome]) -> Table:
    """The same figures for each layout."""
    rows = []
    for name, group in by_group(outcomes, lambda o: [o.screen.layout]).items():
        typed, read = summarise([o.typed for o in group]), summarise([o.read for o in group])
        shown = ("keyword_recall", "second_look_recall", "false_positives_gone")
        cells = [f"{_short(typed[key])} / {_short(read[key])}" for key in shown]
        rows.append([name, str(len(group)), str(word_recall(group)), *cells])
    header = ["layout", "n", "words read", "keyword recall, typed / read", "second look's recall, typed / read"]
    return Table([*header, "keyword false positives gone, typed / read"], rows)


def _difference(outcomes: Sequence[ScreenOutcome], key: str) -> Interval:
    """Read less typed, over resampled rows."""
    typed, read = [[_counts(side(o), key) for o in outcomes] for side in (_typed, _read)]

    def difference(rows: np.ndarray) -> float:
        shares = [_ratio(np.array(side)[rows]) for side in (typed, read)]
        return shares[1] - shares[0]

    return bootstrap(difference, len(outcomes))


def _counts(outcome: Outcome, key: str) -> tuple[int, int]:
    """What one row adds to numerator and denominator of a figure of `summarise`: it has 0 or 1 of each."""
    figure = summarise([outcome])[key]
    return (int(figure.value), 1) if figure.n else (0, 0)


def _ratio(counts: np.ndarray) -> float:
    above, below = counts.sum(axis=0)
    return float(above / below) if below else float("nan")


def _misread(o: ScreenOutcome, matched: str) -> bool:
    return bool(count_words(matched) & o.lost)


def _count(
    outcomes: Sequence[ScreenOutcome], among: Callable[[ScreenOutcome], bool], which: Callable[[ScreenOutcome], bool]
) -> str:
    group = [o for o in outcomes if among(o)]
    return f"{sum(map(which, group))} of {len(group)}"


def _typed(o: ScreenOutcome) -> Outcome:
    return o.typed


def _read(o: ScreenOutcome) -> Outcome:
    return o.read


def _clean(o: ScreenOutcome) -> bool:
    return not o.typed.hit


def _not_hit(o: ScreenOutcome) -> bool:
    return not o.read.hit


def _raised(o: ScreenOutcome) -> bool:
    return o.typed.raised


def _not_raised(o: ScreenOutcome) -> bool:
    return not o.read.raised


def _short(figure: Share) -> str:
    return f"{round(figure.value * figure.n)} of {figure.n}" if figure.n else "-"


def _points(figure: Interval) -> str:
    if np.isnan(figure.value):
        return "-"
    return f"{100 * figure.value:+.1f} [{100 * figure.low:+.1f}, {100 * figure.high:+.1f}]"
