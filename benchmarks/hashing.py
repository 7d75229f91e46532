"""`secondglance bench hash`: hashing a frame, proposing regions, and looking hashes up, against peers in one run."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.hash_peers import OURS, Contender, Hashes, contenders, left_out
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.measure import measure
from benchmarks.screens import read_screens
from image_hash.compare import bits_apart
from image_hash.hashers import hash_picture
from image_hash.matching import PDQ_DISTANCE
from image_hash.regions import find_regions

PACKAGES = ("imagehash", "pdqhash", "faiss-cpu", "threatexchange", "numpy", "opencv-contrib-python")
ACCEPTED_BITS = 10
"""Between two implementations of PDQ, say its authors."""


class NotExact(Exception):
    """This project's index or hash is not what it must be: there is no report."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    sizes: tuple[int, ...] = (10_000, 1_000_000, 5_000_000)
    screens: int = 14
    queries_a_distance: int = 10


FULL = Scale()
QUICK = Scale(sizes=(2000,), screens=2, queries_a_distance=1)


def run(repeats: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures everything and returns the report as Markdown.

    Raises:
        NotExact: If a planted hash was missed, or a hash is too far from the library's.
    """
    scale = QUICK if quick else FULL
    parts = [
        "# Known pictures\n",
        describe(PACKAGES),
        "- CPU time of one process (`time.process_time`), one thread; hashing and regions: median of "
        f"{repeats} rounds, contenders in turn\n"
        "- every planted hash was found by this project's index at its distance, or there would be no report\n",
    ]
    if quick:
        parts.append("- **quick**: sizes that show that it runs, not how fast it is\n")
    say("hashing")
    parts.append(_hashing(read_screens(scale.screens), repeats))
    for size in scale.sizes:
        say(f"{size:,} hashes")
        parts.append(_lookup(size, scale.queries_a_distance))
    parts.append("".join(f"Not measured: {reason}.\n" for reason in left_out()))
    return "\n".join(parts)


def _hashing(screens: Sequence[npt.NDArray[np.uint8]], repeats: int) -> str:
    seconds = measure(
        {
            "secondglance, pHash and PDQ": partial(_each, hash_picture, screens),
            "imagehash + pdqhash, full size": partial(_each, _by_libraries, screens),
            "region proposals": partial(_each, find_regions, screens),
        },
        repeats,
    )
    ours, libraries, _ = (taken / len(screens) for taken in seconds.values())
    pairs = [(hash_picture(screen), _by_libraries(screen)) for screen in screens]
    pdq = [bits_apart(one.pdq, other[0]) for one, other in pairs]
    phash = [bits_apart(one.phash, other[1]) for one, other in pairs]
    if max(pdq) > ACCEPTED_BITS:
        raise NotExact(f"PDQ is {max(pdq)} bits from the library's; at most {ACCEPTED_BITS} are accepted")
    rows = [(name, f"{taken / len(screens) * 1e3:.2f}") for name, taken in seconds.items()]
    return (
        f"## A frame of 1366 x 768 (n = {len(screens)} sample captures)\n\n"
        + table(("what", "CPU ms a frame"), rows)
        + f"\nThe libraries take {libraries / ours:.1f} times the CPU. Bits from them, mean and most: PDQ "
        f"{np.mean(pdq):.1f} and {max(pdq)} of 256, pHash {np.mean(phash):.1f} and {max(phash)} of 64.\n"
    )


def _each(do: Callable[[npt.NDArray[np.uint8]], object], screens: Sequence[npt.NDArray[np.uint8]]) -> None:
    for screen in screens:
        do(screen)


def _by_libraries(screen: npt.NDArray[np.uint8]) -> tuple[bytes, bytes]:
    import imagehash
    import pdqhash

    bits, _ = pdqhash.compute(screen)
    phash = imagehash.phash(Image.fromarray(screen))
    return np.packbits(bits.astype(np.uint8)).tobytes(), bytes.fromhex(str(phash))


def _lookup(size: int, queries_a_distance: int) -> str:
    dice = np.random.default_rng(size)
    hashes = dice.integers(0, 256, (size, 32), dtype=np.uint8)
    planted = [(int(dice.integers(size)), distance) for distance in range(PDQ_DISTANCE + 1)] * queries_a_distance
    queries = [_flipped(hashes[row], distance, dice) for row, distance in planted]
    rows = []
    with tempfile.TemporaryDirectory(prefix="secondglance-bench-") as folder:
        for contender in contenders(hashes, Path(folder)):
            seconds, missed = _ask(contender, queries, planted)
            if contender.name == OURS and missed:
                raise NotExact(f"of {size} hashes it missed {missed[0][0]} at distance {missed[0][1]}")
            recall = 1 - len(missed) / len(planted)
            worst = max((sum(away == one for _, away in missed) for one in range(PDQ_DISTANCE + 1)), default=0)
            rows.append(
                (
                    contender.name,
                    f"{np.percentile(seconds, 50) * 1e3:.2f}",
                    f"{np.percentile(seconds, 99) * 1e3:.2f}",
                    f"{recall:.3f}",
                    f"{1 - worst / queries_a_distance:.2f}",
                    f"{contender.megabytes:,.0f}",
                )
            )
    header = ("index", "p50, CPU ms", "p99, CPU ms", "recall", "recall at its worst distance", "MB")
    return f"## {size:,} PDQ hashes, within 31 bits (n = {len(queries)} lookups, d = 0..31)\n\n{table(header, rows)}"


def _ask(
    contender: Contender, queries: Sequence[Hashes], planted: Sequence[tuple[int, int]]
) -> tuple[list[float], list[tuple[int, int]]]:
    """Seconds of each lookup, and what was planted and not found."""
    contender.look(queries[0])
    seconds, missed = [], []
    for query, one in zip(queries, planted, strict=True):
        start = time.process_time()
        found = contender.look(query)
        seconds.append(time.process_time() - start)
        if one not in found:
            missed.append(one)
    return seconds, missed


def _flipped(value: Hashes, count: int, dice: np.random.Generator) -> Hashes:
    bits = np.unpackbits(value)
    bits[dice.choice(len(bits), count, replace=False)] ^= 1
    return np.packbits(bits)
