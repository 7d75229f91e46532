"""Texts that are meant to make a matcher slow, each at any length, and what doubling them costs."""

import random
from collections.abc import Callable, Mapping
from itertools import pairwise

from benchmarks.measure import measure
from keyword_stage.lexicon import Lexicon

LENGTHS = (1250, 2500, 5000, 10_000)
LEAST_SECONDS = 0.004
"""A measured call is repeated until it takes about so long, as the clock is coarse."""


def adversarial_inputs(lexicon: Lexicon) -> dict[str, Callable[[int], str]]:
    """Text makers by name; several repeat phrases of the lexicon, so that everything hits."""
    forms = [form.strip() for phrase in lexicon.phrases for part in phrase.spelling.parts for form in sorted(part)[:1]]
    gapped = next((phrase for phrase in lexicon.phrases if phrase.spelling.gaps), None)
    first = sorted(gapped.spelling.parts[0])[0].strip() if gapped else "send"
    guarded = next((phrase for phrase in lexicon.phrases if phrase.rules.unless), None)
    near = sorted(guarded.spelling.parts[0])[0].strip() if guarded else "kill"
    excuse = sorted(guarded.rules.unless.forms)[0].strip() if guarded and guarded.rules.unless else "process"
    pieces = {
        "one letter": "a",
        "spaces": " ",
        "empty lines": "\n \n",
        "two combining marks in turn": "\u0301\u0327",
        "letters with zero-width signs": "k\u200bi\u200bl\u200bl ",
        "soft hyphens": "\u00ad",
        "one long ligature": "\ufdfa",
        "emoji": "🔪",
        "Latin and Cyrillic in turn": "aа",
        "digits": "1",
        "digit and letter in turn": "1l",
        "leet phrase": "k1ll my53lf ",
        "leet signs": "@$!|4 ",
        "stretched letters": "aaabbb",
        "stretched phrase": "kiiill myseeelf ",
        "stars inside words": "k*ll ",
        "spaced-out letters": "k i l l ",
        "punctuated letters": "k.i.l.l. ",
        "a phrase": "kill myself ",
        "a phrase without spaces": "killmyself",
        "first part of a phrase with a gap": f"{first} ",
        "phrase and what explains it": f"{near} {excuse} ",
        "sixty random phrases": " ".join(random.Random(20).choices(forms, k=60)) + " ",
        "phrase, many words, what explains it": f"{near} x x x x x x x {excuse} ",
    }
    return {name: _repeat(piece) for name, piece in pieces.items()}


def doubling(
    call: Callable[[str], object],
    inputs: Mapping[str, Callable[[int], str]],
    lengths: tuple[int, ...],
    repeats: int,
    least: float = LEAST_SECONDS,
) -> dict[str, tuple[list[float], float]]:
    """For each input the least CPU seconds by length, and the most that one doubling multiplied them by.

    The least of all rounds: a busy neighbour only adds, and the worst of many ratios would be that of its noise.
    """
    figures: dict[str, tuple[list[float], float]] = {}
    for name, make in inputs.items():
        texts = {str(length): make(length) for length in lengths}
        once = measure({length: _times(call, text, 1) for length, text in texts.items()}, 1)
        loops = {length: max(1, int(least / max(taken, 1e-7))) for length, taken in once.items()}
        taken = measure({length: _times(call, text, loops[length]) for length, text in texts.items()}, repeats, min)
        seconds = [taken[length] / loops[length] for length in texts]
        figures[name] = seconds, max(after / before for before, after in pairwise(seconds))
    return figures


def _repeat(piece: str) -> Callable[[int], str]:
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def _times(call: Callable[[str], object], text: str, loops: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(loops):
            call(text)

    return run
