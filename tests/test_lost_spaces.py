"""Spaces that recognition lost are put back where the pixels show them, and nowhere else."""

import numpy as np
import pytest

from ocr.decode import Pixels
from ocr.recogniser import Read
from ocr.words import line_of

LETTER, HIGH = 6, 15
WHITE, BLUE, INK = 255, 90, 0


def shown(words: list[str], *, letters: int, spaces: int, selected: bool = False) -> tuple[Pixels, list[float]]:
    """Words as strokes with so many pixels between letters and words, and the middle of each letter as a share."""
    columns: list[tuple[int, int]] = []
    middles: list[float] = []
    for number, word in enumerate(words):
        columns += [(WHITE, WHITE)] * (spaces if number else 4)
        for k in range(len(word)):
            columns += [(BLUE if selected else WHITE, BLUE if selected else WHITE)] * (letters if k else 0)
            middles.append(len(columns) + LETTER / 2)
            columns += [(BLUE if selected else WHITE, INK)] * LETTER
    columns += [(WHITE, WHITE)] * 4
    pixels = np.full((HIGH, len(columns), 3), WHITE, np.uint8)
    pixels[2:13] = np.array([ground for ground, _ in columns], np.uint8)[None, :, None]
    pixels[5:10] = np.array([ink for _, ink in columns], np.uint8)[None, :, None]
    return pixels, [middle / len(columns) for middle in middles]


def words_of(text: str, pixels: Pixels, places: list[float]) -> list[str]:
    line = line_of(Read(text, tuple(places), (0.9,) * len(text)), pixels, (0, 0, pixels.shape[1], HIGH))
    assert line is not None
    return line.text.split()


@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("words", [["three", "nights", "now", "we", "drew", "lots"], ["it", "is", "me"]])
def test_a_line_that_lost_all_its_spaces_gets_them_back(words: list[str], selected: bool) -> None:
    pixels, places = shown(words, letters=1, spaces=4, selected=selected)
    assert words_of("".join(words), pixels, places) == words


@pytest.mark.parametrize("gap", [0, 1, 3, 4, 6])
def test_letters_that_are_set_wide_are_one_word(gap: int) -> None:
    pixels, places = shown(["wideletters"], letters=gap, spaces=0)
    assert words_of("wideletters", pixels, places) == ["wideletters"]


def test_uneven_letters_of_type_on_a_grid_are_one_word() -> None:
    pixels, places = shown(["fi", "l", "e", "i", "d"], letters=2, spaces=4)
    assert words_of("fileid", pixels, places) == ["fileid"]
