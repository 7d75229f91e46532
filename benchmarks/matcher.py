"""`secondglance bench matcher`: the whole keyword stage against what others would do, in one run."""

import csv
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.adversarial import LEAST_SECONDS, LENGTHS, adversarial_inputs, doubling
from benchmarks.engines import OURS, engines, stage
from benchmarks.equality import check_finds_all
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.measure import measure
from benchmarks.pages import Pages, make_pages, read_prose
from benchmarks.peers import NAIVE, Find, available, left_out
from benchmarks.phrases import as_lexicon, make_phrases
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.lexicon import Lexicon, read_lexicon

PACKAGES = ("pyahocorasick", "hyperscan", "flashtext", "ahocorasick-rs")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    sizes: tuple[int, ...] = (1000, 10_000, 50_000)
    pages: int = 100
    lengths: tuple[int, ...] = LENGTHS
    least: float = LEAST_SECONDS
    built: int = 50_000


FULL = Scale()
QUICK = Scale(sizes=(200,), pages=10, lengths=(250, 500), least=0, built=500)


def run(repeats: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures everything and returns the report as Markdown.

    Raises:
        UnequalWork: If an engine does not find on clean text everything that stands there.
    """
    scale = QUICK if quick else FULL
    prose = read_prose(scale.pages)
    parts = [
        "# Keyword stage\n",
        describe(PACKAGES),
        f"- CPU seconds of one process (`time.process_time`), median of {repeats} rounds, contenders in turn; "
        f"n = {scale.pages} pages of about 2,000 characters (harmless training rows, phrases planted)\n"
        "- on clean text every engine found all that was planted, or there would be no report; on other text the "
        "last column says how much of it\n"
        "- naive pyahocorasick: a cached fold of each character with all offsets, `iter`, then a boundary check of "
        "each hit; ahocorasick-rs: the same check on `str.lower`; flashtext and re on `str.lower`. None of them undoes "
        "digits for letters or stretched letters\n",
    ]
    if quick:
        parts.append("- **quick**: sizes that show that it runs, not how fast it is\n")
    for size in scale.sizes:
        say(f"{size:,} phrases")
        parts.append(_throughput(size, prose, repeats))
    say("the project's own lexicon")
    lexicon = read_lexicon()
    own = {name: stage(build(lexicon)) for name, build in engines().items()}
    parts.append(_own_lexicon(lexicon, own, prose, repeats))
    say("doubling")
    parts += [_doubling(lexicon, name, find, scale, repeats) for name, find in own.items()]
    say(f"building {scale.built:,} phrases")
    parts.append(_building(scale.built, prose, repeats))
    return "\n".join(parts)


def _throughput(size: int, prose: Sequence[str], repeats: int) -> str:
    phrases = make_phrases(size, prose)
    finds: dict[str, Find] = {name: stage(build(as_lexicon(phrases))) for name, build in engines().items()}
    finds |= {name: build(phrases) for name, build in available(size)}
    kinds = make_pages(prose, phrases)
    for pages in kinds:
        if pages.clean:
            check_finds_all(pages.planted, {name: [find(text) for text in pages.texts] for name, find in finds.items()})
    rows = [row for pages in kinds for row in _rows(pages, finds, repeats)]
    out = [*left_out(size), *(f"{name}: not installed (`make bench-setup`)" for name in OURS if name not in finds)]
    header = ("text", "engine", "µs a page", "MB/s", "speed, naive = 1", "found")
    notes = "".join(f"\nNot measured: {reason}.\n" for reason in out)
    return f"## {size:,} phrases\n\n{table(header, rows, names=2)}{notes}"


def _rows(pages: Pages, finds: Mapping[str, Find], repeats: int) -> list[tuple[object, ...]]:
    taken = measure({name: _over(find, pages.texts) for name, find in finds.items()}, repeats)
    rows: list[tuple[object, ...]] = []
    for name, find in finds.items():
        hits = [set(find(text)) for text in pages.texts]
        found = sum(len(mine & set(spans)) for mine, spans in zip(hits, pages.planted, strict=True))
        more = sum(map(len, hits)) - found
        rows.append(
            (
                pages.name,
                name,
                f"{taken[name] / len(pages.texts) * 1e6:.1f}",
                f"{pages.size / taken[name] / 1e6:.2f}",
                f"{taken[NAIVE] / taken[name]:.2f}",
                f"{found} of {pages.hits}" + (f", {more} more" if more else ""),
            )
        )
    return rows


def _over(find: Callable[[str], object], texts: Sequence[str]) -> Callable[[], None]:
    def run() -> None:
        for text in texts:
            find(text)

    return run


def _own_lexicon(lexicon: Lexicon, finds: Mapping[str, Find], prose: Sequence[str], repeats: int) -> str:
    taken = measure({name: _over(find, prose) for name, find in finds.items()}, repeats)
    rows = [
        (name, f"{taken[name] / len(prose) * 1e6:.1f}", f"{sum(len(find(text)) for text in prose) / len(prose):.1f}")
        for name, find in finds.items()
    ]
    return (
        f"## The project's own lexicon, with its rules ({len(lexicon.phrases):,} phrases)\n\n"
        "The same pages without anything planted; they are harmless, but full of what the lexicon looks for.\n\n"
        + table(("engine", "µs a page", "hits a page"), rows)
    )


def _doubling(lexicon: Lexicon, name: str, find: Find, scale: Scale, repeats: int) -> str:
    figures = doubling(find, adversarial_inputs(lexicon), scale.lengths, repeats, scale.least)
    rows = [
        (text, *(f"{taken * 1e6:.0f}" for taken in seconds), f"{ratio:.2f}")
        for text, (seconds, ratio) in sorted(figures.items(), key=lambda item: -item[1][1])
    ]
    header = ("input", *(f"µs at {length:,}" for length in scale.lengths), "worst ratio")
    return f"## Twice the text, project's own lexicon: {name}\n\nLeast of all rounds.\n\n{table(header, rows)}"


def _building(count: int, prose: Sequence[str], repeats: int) -> str:
    phrases = make_phrases(count, prose)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("phrase", "grade", "category"))
            writer.writerows((phrase, 3, STANDARD_CATEGORIES[0]) for phrase in phrases)
        lexicon = read_lexicon([path])
        read = measure({"read": partial(read_lexicon, [path])}, min(3, repeats))["read"]
    built = measure({name: partial(build, lexicon) for name, build in engines().items()}, min(3, repeats))
    rows = [(name, f"{read:.2f}", f"{taken:.2f}", f"{read + taken:.2f}") for name, taken in built.items()]
    header = ("engine", "s to read the CSV", "s to build", "s for both")
    return f"## Building {count:,} phrases\n\n{table(header, rows)}"
