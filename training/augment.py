"""Noise that a screen or a hurried pupil adds; it changes no label."""

import random
from dataclasses import replace

from evaluation.rows import LabelledRow

_OCR_FAULTS = (
    ("rn", "m"),
    ("m", "rn"),
    ("l", "I"),
    ("I", "l"),
    ("0", "O"),
    ("o", "0"),
    ("cl", "d"),
    ("vv", "w"),
)


def _lower(text: str, _: random.Random) -> str:
    return text.lower() if len(text.lower()) == len(text) else text


def _capitals(text: str, _: random.Random) -> str:
    return text.upper() if len(text.upper()) == len(text) else text


def _break_lines(text: str, rng: random.Random) -> str:
    """Breaks lines in mid-sentence, as a narrow column does."""
    return "".join("\n" if char == " " and rng.random() < 0.12 else char for char in text)


def _typo(text: str, rng: random.Random) -> str:
    """Drops, doubles or swaps a letter in about one of 40."""
    out = list(text)
    for place in range(len(out) - 1):
        if out[place].isalpha() and rng.random() < 0.025:
            change = rng.randrange(3)
            if change == 0:
                out[place] = ""
            elif change == 1:
                out[place] *= 2
            else:
                out[place], out[place + 1] = out[place + 1], out[place]
    return "".join(out)


def _misread(text: str, rng: random.Random) -> str:
    """Puts one kind of recognition fault in, at some of the places where it could be."""
    seen, read = rng.choice(_OCR_FAULTS)
    first, *rest = text.split(seen)
    return first + "".join((read if rng.random() < 0.3 else seen) + part for part in rest)


def _bare(text: str, _: random.Random) -> str:
    """Without punctuation."""
    return "".join(char for char in text if char.isalnum() or char.isspace() or char in "'’{}:")


_SAME_LENGTH = (_lower, _lower, _capitals, _break_lines)
_ANY_LENGTH = (*_SAME_LENGTH, _typo, _typo, _misread, _bare)


def disturb(row: LabelledRow, rng: random.Random) -> LabelledRow:
    """Changes case, punctuation, letters or line breaks of a row.

    Rows with labelled spans get only changes that keep every offset.
    """
    change = rng.choice(_SAME_LENGTH if row.spans else _ANY_LENGTH)
    return replace(row, text=change(row.text, rng))
