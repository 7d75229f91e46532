"""Shows the same kind of text under many conditions in a browser, and measures what the OCR reads of it.

    python -m evaluation.conditions.run --pages 2 --out report.md

Words by condition, on one seed; and how well the confidence of a line tells that it was read badly: its limit is chosen
on another seed (`--choose`), and so is that of other signs, which are counted on captures (`--captures`) as well. Needs
Chromium on the PATH (Debian: `chromium`) unless the pages are there already (`--folder`).
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from domain.page import mean_confidence
from evaluation.conditions.conditions import CONDITIONS, Condition
from evaluation.conditions.pages import read_words, show
from evaluation.conditions.reading import LineRead, lines_read
from evaluation.conditions.signs import signs_of, unread_ink
from evaluation.conditions.trust import BADLY, LOST, MOST_DOUBTED, WELL, choose_limit, doubted, limit_of, surenesses
from evaluation.document import Section, Table, to_markdown
from ocr.decode import decode
from ocr.screen_engine import ScreenEngine
from pipeline.judge import POOR_LINE

Read = Mapping[Condition, Sequence[LineRead]]
KINDS: Mapping[str, Callable[[LineRead], bool]] = {
    f"read well (word recall of {WELL} or better)": lambda line: line.recall >= WELL,
    f"in between ({BADLY} to {WELL})": lambda line: BADLY <= line.recall < WELL,
    "in between, letters all right": lambda line: BADLY <= line.recall < WELL and not line.wrong,
    f"in between, up to {LOST:.0%} of the letters wrong": lambda line: (
        BADLY <= line.recall < WELL and 0 < line.wrong < LOST
    ),
    f"read badly (below {BADLY})": lambda line: line.recall < BADLY,
    f"{LOST:.0%} or more of the letters wrong": lambda line: line.wrong >= LOST,
}
"""Lines by how they were read; letters aside from spaces, signs, case, and what looks alike."""


def main(arguments: list[str] | None = None) -> int:
    """Paints, reads, writes the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=2, help="Of the pages that are reported on (2).")
    parser.add_argument("--choose", type=int, default=1, help="Of the pages that the limit is chosen on (1).")
    parser.add_argument("--pages", type=int, default=2, help="Of each condition and seed (2).")
    parser.add_argument("--folder", type=Path, help="Folder to keep the pages in; those that are there stay.")
    parser.add_argument("--captures", type=Path, nargs="*", default=[], help="Folders of captures, for other signs.")
    parser.add_argument("--out", type=Path, help="Also write the report here.")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="secondglance-conditions-") as scratch:
        folder = given.folder or Path(scratch)
        chosen_on, read = (read_all(CONDITIONS, given.pages, seed, folder) for seed in (given.choose, given.seed))
    captures = [read_captures(captures) for captures in given.captures]
    sections = [words_section(read, given.seed), trust_section(chosen_on, read)]
    report = to_markdown([*sections, signs_section(chosen_on, read, captures)])
    print(report)
    if given.out:
        given.out.write_text(report, encoding="utf-8")
    return 0


def read_all(conditions: Sequence[Condition], pages: int, seed: int, folder: Path) -> dict[Condition, list[LineRead]]:
    """Every line of so many pages of each condition."""
    words = read_words()
    engine = ScreenEngine()
    read: dict[Condition, list[LineRead]] = {}
    for condition in conditions:
        print(f"{condition.name}, seed {seed}", file=sys.stderr)
        shown = [show(words, condition, seed, number, folder) for number in range(pages)]
        read[condition] = [line for page in shown for line in lines_read(page, engine.read(page.image).page)]
    engine.close()
    return read


def read_captures(folder: Path) -> list[LineRead]:
    """Every line that is read on the captures (PNG) of a folder, as if it were read well."""
    engine = ScreenEngine()
    read: list[LineRead] = []
    for path in sorted(folder.glob("*.png")):
        image = path.read_bytes()
        page = engine.read(image).page
        ink = unread_ink(page, decode(image))
        for line in page.lines:
            words = len(line.words)
            sure = mean_confidence(line.words)
            read.append(LineRead(words, words, words, sure, 0.0, signs_of(page.text, line, ink)))
    engine.close()
    return read


def words_section(read: Read, seed: int) -> Section:
    """Word recall and precision by condition."""
    rows = []
    for condition, lines in read.items():
        right, found, true = (sum(column) for column in zip(*((x.right, x.read, x.true) for x in lines), strict=True))
        rows.append([condition.name, str(true), f"{right / true:.3f}", f"{right / found:.3f}" if found else "-"])
    must = [line for condition, lines in read.items() if not condition.hard for line in lines]
    recall = sum(line.right for line in must) / sum(line.true for line in must)
    hard = sum(condition.hard for condition in read)
    text = (
        f"Pages of seed {seed}; words as a multiset of letters and digits, case aside. Over all conditions but the "
        f"last {hard}, which go beyond what must be read, {recall:.4f} of the words were read."
    )
    return Section("Words by condition", text, [Table(["condition", "words", "recall", "precision"], rows)])


def trust_section(chosen_on: Read, read: Read) -> Section:
    """What the limit does to lines that were read well and badly."""
    limit = choose_limit([line for lines in chosen_on.values() for line in lines])
    rows = []
    for name, which in KINDS.items():
        cells = [name]
        for pages in (chosen_on, read):
            sure = surenesses([x for lines in pages.values() for x in lines if x.true and which(x)])
            cells.append(f"{doubted(sure, POOR_LINE)} of {len(sure)}")
        rows.append(cells)
    text = (
        f"A line is poor if the mean confidence of its characters is below {POOR_LINE} (`POOR_LINE` of "
        "`pipeline/judge.py`). On the seed that it is chosen on, the highest limit that calls at most 2 % of the well-"
        f"read lines poor is {limit}."
    )
    return Section("Lines called poor", text, [Table(["lines", "seed of the choice", "other seed"], rows)])


def signs_section(chosen_on: Read, read: Read, captures: Sequence[Sequence[LineRead]]) -> Section:
    """What each sign would find beside the limit if it doubted no more well-read lines than may be."""
    groups = [[x for lines in pages.values() for x in lines if x.true and x.signs] for pages in (chosen_on, read)]
    good = [x for x in groups[0] if x.recall >= WELL]
    rows = []
    for sign in ["none", *good[0].signs]:
        limit = limit_of([(_poor(x), x.signs[sign]) for x in good]) if sign != "none" else float("inf")

        def doubts(lines: Sequence[LineRead], sign: str = sign, limit: float = limit) -> str:
            found = sum(_poor(x) or (sign in x.signs and x.signs[sign] >= limit) for x in lines)
            return f"{found} of {len(lines)}"

        cells = [sign, "-" if sign == "none" else f"{limit:.3f}"]
        for lines in groups:
            cells.append(doubts([x for x in lines if x.recall >= WELL]))
            cells.append(doubts([x for x in lines if x.recall < WELL]))
            cells.append(doubts([x for x in lines if x.wrong >= LOST]))
        rows.append([*cells, *map(doubts, captures)])
    text = (
        "What the limit and each sign together would call poor, if the sign were believed from where, on the seed of "
        f"the choice, no more than {MOST_DOUBTED:.0%} of the well-read lines are called so. Captures are those of the "
        "folders that were given, all their lines."
    )
    header = ["sign", "from"]
    for name in ("choice", "other"):
        header += [f"{name}: well", f"{name}: not well", f"{name}: {LOST:.0%} lost"]
    return Section("Other signs", text, [Table([*header, *(f"captures {k + 1}" for k in range(len(captures)))], rows)])


def _poor(line: LineRead) -> bool:
    return line.sureness is not None and line.sureness < POOR_LINE


if __name__ == "__main__":
    sys.exit(main())
