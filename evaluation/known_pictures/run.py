"""Draws pages with known pictures in a browser and measures what is found on them.

    python -m evaluation.known_pictures.run --out report.md

Pages, pictures and bank are made by dice: the same `--edition` gives the same ones. Needs Chromium on the PATH (on
Debian the package `chromium`) unless the pages are there already (`--pages`). Exit status 1 if a target is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from domain.errors import SecondglanceError
from evaluation.browser import find_browser, render
from evaluation.known_pictures.pages import listed_numbers, plan, strangers
from evaluation.known_pictures.painted import paint
from evaluation.known_pictures.recall import LEAST_WIDTH, Recall, measure_pages, rows
from image_hash.bank import Bank
from image_hash.bank_item import MIN_QUALITY, BankItem
from image_hash.hashers import hash_picture
from image_hash.lookup import PictureFinder

TARGET_RECALL = 0.95
STRANGERS = 1000


def main(arguments: list[str] | None = None) -> int:
    """Makes the pages, measures, writes the report; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", type=int, default=1, help="Which pages (1).")
    parser.add_argument("--listed", type=int, default=220, help="Pages with listed pictures (220).")
    parser.add_argument("--decoys", type=int, default=120, help="Pages without (120).")
    parser.add_argument("--pages", type=Path, help="Folder to keep the pages in; those that are there stay.")
    parser.add_argument("--out", type=Path, help="Also write the report here.")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="secondglance-pages-") as scratch:
        folder = given.pages or Path(scratch)
        draw(folder, given.edition, given.listed, given.decoys)
        both = measure_pages(folder, PictureFinder([make_bank(given.edition)]))
        pdq = measure_pages(folder, PictureFinder([make_bank(given.edition, phash=False)]))
    report = write_report(both, pdq, given.edition)
    print(report)
    if given.out:
        given.out.write_text(report, encoding="utf-8")
    return int(both.found["all"] < TARGET_RECALL * both.planted["all"] or bool(both.false))


def draw(folder: Path, edition: int, listed: int, decoys: int) -> None:
    """Draws the pages of an edition that are not in the folder yet."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(number, True) for number in range(listed)] + [(number, False) for number in range(decoys)]
    for number, with_listed in wanted:
        name = f"{'listed' if with_listed else 'decoy'}-{number:03}"
        if not ((folder / f"{name}.png").exists() and (folder / f"{name}.json").exists()):
            page = plan(folder, edition, number, with_listed)
            render(find_browser(), folder / f"{name}.html", folder / f"{name}.png", page.size)
            for picture in folder.glob(f"{name}-*"):
                picture.unlink()


def make_bank(edition: int, phash: bool = True, others: int = STRANGERS) -> Bank:
    """The bank of an edition: its listed pictures, and others that stand on no page."""
    numbers = (*listed_numbers(edition), *strangers(edition, others))
    return Bank.of("known", [item_of(number, phash) for number in numbers])


def item_of(number: int, phash: bool = True) -> BankItem:
    """The item of a picture, named by its number."""
    hashes = hash_picture(np.asarray(paint(number)))
    short = hashes.phash if phash or hashes.pdq_quality < MIN_QUALITY else None
    return BankItem(str(number), 4, "violence", hashes.pdq, short, quality=hashes.pdq_quality)


def write_report(both: Recall, pdq: Recall, edition: int) -> str:
    """The report as Markdown.

    Args:
        both: With PDQ and pHash of each picture.
        pdq: With PDQ alone, as lists of exchanges have it.
        edition: Of the pages.
    """
    listed, decoys = both.pages["with listed pictures"], both.pages["decoys"]
    false = sum(map(len, both.false.values())), sum(map(len, pdq.false.values()))
    lines = [
        "# Known pictures on rendered pages\n",
        f"Edition {edition}: {listed} pages with listed pictures and {decoys} decoy pages, drawn by Chromium. The bank "
        f"has {len(listed_numbers(edition))} pictures that stand on them, {STRANGERS} that stand nowhere. Counted are "
        f"listed pictures from {LEAST_WIDTH} px of width; the words of a page are not told to the finder.\n",
        f"- found: **{_share(both)}** of {both.planted['all']} with PDQ and pHash, {_share(pdq)} with PDQ alone",
        f"- false matches: {false[0]} with both ({_named(both)}), {false[1]} with PDQ alone",
        f"- CPU ms on pages of 1366 x 768 (n = {len(both.region_ms)}): regions {_spread(both.region_ms)}, everything "
        f"{_spread(both.find_ms)}; {np.mean(both.regions):.1f} regions a page, {max(both.regions)} at most\n",
        "| kind | n | found | PDQ alone |",
        "| --- | ---: | ---: | ---: |",
    ]
    for (kind, found, count), (_, alone, _) in zip(rows(both), rows(pdq), strict=True):
        lines.append(f"| {kind} | {count} | {found / count:.1%} | {alone / count:.1%} |")
    return "\n".join(lines) + "\n"


def _share(told: Recall) -> str:
    return f"{told.found['all'] / told.planted['all']:.1%}" if told.planted["all"] else "-"


def _named(told: Recall) -> str:
    return "; ".join(f"{page}: {', '.join(items)}" for page, items in told.false.items()) or "none"


def _spread(values: Iterable[float]) -> str:
    some = np.asarray(list(values))
    return f"{some.mean():.1f} (95 % within {np.percentile(some, 95):.1f})" if len(some) else "-"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SecondglanceError as error:
        sys.exit(str(error))
