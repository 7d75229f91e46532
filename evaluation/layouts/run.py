"""Reads pages whose layout a browser knows, and names false joins, wrong orders, lost words and phrases.

    python -m evaluation.layouts.run --out report.md

Pictures and truth are kept in `tests/layouts`; a page that is not painted there yet needs Chromium on the PATH (on
Debian the package `chromium`). Exit status 1 if phrases show that are not there, or a target is missed.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from domain.errors import SecondglanceError
from domain.page import Page
from evaluation.document import Section, Table, to_markdown
from evaluation.layouts.measure import OVERLAP, Told, measure
from evaluation.layouts.truth import PAGES, paint, picture_of, read_truth
from keyword_stage.lexicon import DEFAULT_FOLDER, read_lexicon
from keyword_stage.matcher import Matcher
from ocr.engine import OcrEngine
from ocr.screen_engine import ScreenEngine

PAINTED = Path(__file__).parents[2] / "tests" / "layouts"
TARGET_BOXES = 0.95


def main(arguments: list[str] | None = None) -> int:
    """Paints what is missing, measures, writes the report; 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="Pages to measure (all).")
    parser.add_argument("--pages", type=Path, default=PAGES, help="Folder with the pages.")
    parser.add_argument("--painted", type=Path, default=PAINTED, help="Folder with their pictures and truth.")
    parser.add_argument("--out", type=Path, help="Also write the report here.")
    given = parser.parse_args(arguments)
    missing = [name for name in given.names if not (given.pages / f"{name}.html").is_file()]
    if missing:
        parser.error(f"{given.pages} has no page {', '.join(missing)}")
    pages = [page for page in sorted(given.pages.glob("*.html")) if page.stem in given.names or not given.names]
    for page in pages:
        paint(page, given.painted)
    engine, matcher = ScreenEngine(), Matcher(read_lexicon([DEFAULT_FOLDER]))
    told = [read_and_measure(page.stem, given.painted, engine, matcher) for page in pages]
    report = to_markdown(sections_of(told))
    print(report)
    if given.out:
        given.out.write_text(report, encoding="utf-8")
    hit_boxes = [share >= OVERLAP for each in told for share in each.hit_boxes]
    return int(any(each.false_hits for each in told) or sum(hit_boxes) < TARGET_BOXES * len(hit_boxes))


def read_and_measure(name: str, folder: Path, engine: OcrEngine, matcher: Matcher) -> Told:
    """Reads a painted page and holds it against its truth."""
    truth = read_truth(name, folder)
    page = engine.read(picture_of(name, folder).read_bytes()).page
    there, found = (
        [hit for hit in matcher.find(each) if not hit.cue]
        for each in (replace(Page.from_text(truth.text), from_ocr=True), page)
    )
    return measure(truth, page, there, found)


def sections_of(told: Sequence[Told]) -> list[Section]:
    """The report: sums, a row for each page, and every fault by name."""
    words = sum(each.words for each in told)
    boxes, hit_boxes = ([share for each in told for share in shares(each)] for shares in (_boxes, _hit_boxes))
    sided = [sum(each.sides[i] for each in told) for i in (0, 1)]
    sums = Table(
        ["figure", ""],
        [
            ["words that were read", _of(words - _count(each.lost for each in told), words)],
            ["false joins", str(_count(each.joined for each in told))],
            ["of these across columns", str(_count(each.across for each in told))],
            ["neighbours of one paragraph parted", str(_count(each.broken for each in told))],
            [
                "neighbouring paragraphs in another order",
                f"{_count(each.turned for each in told)} of {sum(each.flows for each in told)}",
            ],
            ["lines of a speaker with the right side", _of(sided[1], sided[0])],
            ["other lines with a side", str(_count(each.strange for each in told))],
            ["phrases lost", f"{_count(each.lost_hits for each in told)} of {sum(each.hits for each in told)}"],
            ["phrases that are not there", str(_count(each.false_hits for each in told))],
            [f"word boxes with an IoU of {OVERLAP} or better", _of(sum(s >= OVERLAP for s in boxes), len(boxes))],
            [
                f"boxes of hits with an IoU of {OVERLAP} or better",
                _of(sum(s >= OVERLAP for s in hit_boxes), len(hit_boxes)),
            ],
            [
                "words in windows of context that belong to another text",
                _of(*(sum(each.context[i] for each in told) for i in (1, 0))),
            ],
        ],
    )
    rows = [
        [
            each.name,
            str(each.words),
            *(str(len(part)) for part in (each.lost, each.joined, each.across, each.broken, each.turned, each.strange)),
            f"{each.sides[1]}/{each.sides[0]}" if each.sides[0] else "-",
            f"{len(each.lost_hits)}/{len(each.false_hits)}",
            f"{each.context[1]}/{each.context[0]}",
        ]
        for each in told
    ]
    header = [
        *("page", "words", "lost", "joined", "across", "parted", "order", "strange sides", "sides"),
        *("phrases lost/false", "foreign context"),
    ]
    return [
        Section(f"{len(told)} layouts", "", [sums]),
        Section("By page", "", [Table(header, rows)]),
        Section("Faults", "", [Table(["page", "fault", "where"], list(_faults(told)))]),
    ]


def _faults(told: Sequence[Told]) -> Iterable[list[str]]:
    for each in told:
        kinds = {
            "joined": each.joined,
            "joined across columns": each.across,
            "parted": each.broken,
            "order": each.turned,
            "side": each.strange,
            "phrase lost": each.lost_hits,
            "phrase not there": each.false_hits,
            "not read": each.lost,
        }
        for kind, where in kinds.items():
            yield from ([each.name, kind, place.replace("|", "/")] for place in where)


def _boxes(told: Told) -> Sequence[float]:
    return told.boxes


def _hit_boxes(told: Told) -> Sequence[float]:
    return told.hit_boxes


def _count(parts: Iterable[Sequence[str]]) -> int:
    return sum(map(len, parts))


def _of(some: int, every: int) -> str:
    return f"{some} of {every}" + (f" ({some / every:.1%})" if every else "")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SecondglanceError as error:
        sys.exit(str(error))
