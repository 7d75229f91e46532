"""What the windows of context show: the text that a hit stands in, or somebody else's."""

from collections.abc import Mapping

from domain.hit import KeywordHit
from domain.page import Page, Word
from evaluation.layouts.truth import ANYWHERE, Truth
from pipeline.context import make_windows


def context_of(truth: Truth, page: Page, places: Mapping[int, Word]) -> tuple[int, int]:
    """Puts a hit on the first word of every paragraph that belongs to a flow and looks at its window.

    Args:
        truth: Of the page.
        page: As it was read.
        places: The word that each token was read as.

    Returns:
        Words in these windows that belong to some flow, the hits themselves left out, and how many of them belong to
        another one than the hit does, in another column.
    """
    known = {n: word for n, word in places.items() if truth.tokens[n].flow not in ("", ANYWHERE)}
    words = foreign = 0
    seen = set[int]()
    for number, word in known.items():
        token = truth.tokens[number]
        if token.block in seen:
            continue
        seen.add(token.block)
        hit = KeywordHit("", "", 1, word.start, word.end, page.text[word.start : word.end])
        (window,) = make_windows(page, [hit])
        end = window.offset + len(window.text)
        around = [n for n, other in known.items() if n != number and window.offset <= other.start < end]
        words += len(around)
        foreign += sum(
            truth.tokens[n].flow != token.flow and truth.are_beside(token.block, truth.tokens[n].block) for n in around
        )
    return words, foreign
