"""Draws pages, and scores each row as it was typed, among the text of its page, and as it is read from its screen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from domain.capture import Capture
from evaluation.browser import find_browser, render
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.run import to_outcome
from evaluation.screens.draw import SEED, draw
from evaluation.screens.lay import Screen, count_words, lay
from evaluation.screens.layouts import SIZE
from evaluation.screens.read_once import ReadOnce
from evaluation.slurs import fill_rows
from pipeline.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class ScreenOutcome:
    """What became of one row.

    Attributes:
        screen: The page.
        typed: The row alone, as client text.
        page: The whole page as client text: what an OCR without fault would read.
        read: The picture of the page, through the OCR.
        lost: Words of the row that were not read. A word that also stands elsewhere on the page counts as the row's
            wherever it was lost: the figure errs on the low side.
    """

    screen: Screen
    typed: Outcome
    page: Outcome
    read: Outcome
    lost: Counter[str]

    @property
    def words(self) -> Counter[str]:
        """The row's own words."""
        return count_words(self.screen.row.text)


def make_screens(rows: Sequence[LabelledRow], count: int, seed: int = SEED) -> list[Screen]:
    """Draws rows and lays each into a page.

    Raises:
        InvalidRequest: If no row can be drawn.
    """
    drawn = draw(rows, count, seed)
    filled = fill_rows(row for row, _ in drawn)
    return [lay(row, layout, seed) for row, (_, layout) in zip(filled, drawn, strict=True)]


def paint_screens(screens: Sequence[Screen], folder: Path) -> Iterator[Path]:
    """Paints the screens that the folder does not hold yet, with their pages beside them.

    Yields:
        The picture of each screen, in turn.

    Raises:
        InvalidConfiguration: If one is missing and Chromium is not installed, or fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for screen in screens:
        picture = picture_of(screen, folder)
        if not picture.is_file():
            page = picture.with_suffix(".html")
            page.write_text(screen.html, encoding="utf-8")
            render(find_browser(), page, picture, SIZE)
        yield picture


def picture_of(screen: Screen, folder: Path) -> Path:
    """Where the picture of a screen lies."""
    return folder / f"{screen.name}.png"


def run_screens(
    pipeline: Pipeline, screens: Iterable[Screen], folder: Path, workers: int = 1
) -> Iterator[ScreenOutcome]:
    """Scores painted screens, in order; readings are kept in the folder, so that a run can go on where it stopped.

    Args:
        pipeline: What is measured.
        screens: Painted before.
        folder: Holds their pictures.
        workers: How many are read at a time.
    """
    reader = replace(pipeline, ocr=ReadOnce(pipeline.ocr, folder / "readings"))

    def run(screen: Screen) -> ScreenOutcome:
        row = screen.row
        image = picture_of(screen, folder).read_bytes()
        typed, page = (
            pipeline.score(Capture(row.id, text=text, context=row.context)) for text in (row.text, screen.text)
        )
        read = reader.score(Capture(row.id, image=image, context=row.context))
        return ScreenOutcome(
            screen=screen,
            typed=to_outcome(pipeline, row, typed),
            page=to_outcome(pipeline, row, page),
            read=to_outcome(pipeline, row, read),
            lost=(screen.words - count_words(read.text or "")) & count_words(row.text),
        )

    with ThreadPoolExecutor(workers) as threads:
        yield from threads.map(run, screens)
