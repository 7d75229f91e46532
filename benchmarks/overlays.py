"""How much memory the overlays of many schools take, and what a first page of a school costs."""

import gc
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.markdown import table
from domain.page import Page
from keyword_stage.layers import MOST_BUILT, Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import read_overlays

SCHOOLS = 2000
ADDED, MUTED, REGRADED = 160, 20, 20
_MIB = 2**20
_PAGE = 4096


def run(schools: int = SCHOOLS, quick: bool = False, say: Callable[[str], None] = print) -> str:
    """Reads the overlays of many schools, uses each of them once, and writes down the memory.

    Args:
        schools: How many; each has 200 phrases: added, muted and graded anew.
        quick: Only twenty.
        say: Told what is under way.
    """
    schools = 20 if quick else schools
    rows: list[tuple[str, ...]] = []

    def note(step: str, since: float) -> None:
        gc.collect()
        rows.append((step, f"{_resident():.0f}", f"{time.perf_counter() - since:.1f}"))
        say(f"{step}: {rows[-1][1]} MiB after {rows[-1][2]} s")

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lexicon = read_lexicon()
        write_overlays(folder, sorted({p.id for p in lexicon.phrases if not p.protected}), schools)
        began = time.perf_counter()
        central = Matcher(lexicon)
        note(f"central lexicon built, {central.size} phrases", began)
        began = time.perf_counter()
        layers = Layers(central, read_overlays(folder, lexicon))
        note(f"{schools} overlays of {ADDED + MUTED + REGRADED} phrases read and checked", began)
    page = Page.from_text("an ordinary page about the weather and a game of chess")
    began = time.perf_counter()
    for number in range(schools):
        layers.find(page, layers.of(None, f"school-{number}", None))
    note(f"every school used once, at most {MOST_BUILT} automata kept", began)
    return f"# Overlays\n\n{describe(['pyahocorasick'])}\n{table(('step', 'resident MiB', 'seconds'), rows)}"


def write_overlays(folder: Path, central: Sequence[str], schools: int) -> None:
    """Files of schools with made-up phrases of their own and changes to central ones."""
    rng = random.Random(7)
    words = sorted({"".join(rng.choice(part) for part in ("bdfgklmnprst", "aeiou") * 3) for _ in range(9000)})
    (folder / "schools").mkdir()
    for number in range(schools):
        changed = rng.sample(central, MUTED + REGRADED)
        added = {" ".join(rng.sample(words, 2)) for _ in range(ADDED)}
        rows = [f'mute,"{identity}",,' for identity in changed[:MUTED]]
        rows += [f'regrade,"{identity}",3,' for identity in changed[MUTED:]]
        rows += [f"add,{phrase},3,bullying" for phrase in sorted(added)]
        text = "\n".join(("change,phrase,grade,category", *rows, ""))
        (folder / "schools" / f"school-{number}.csv").write_text(text, encoding="utf-8")


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / _MIB


if __name__ == "__main__":
    print(run())
