"""Windows of minimal pairs with the words that were edited: what makes the difference, and so the reason."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.capture import CaptureContext
from domain.page import Page
from evaluation.pairs import Pair, edited_words
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs
from models.encoding import EncodedWindow
from models.rationale import NO_WORD, Span, as_written, words_of, words_of_tokens
from pipeline.context import make_windows
from training.dataset import BESIDE, HEADER_DROPOUT, Maker


@dataclass(frozen=True, slots=True)
class EditedWindow:
    """One window of a row that has a twin of opposite truth.

    Attributes:
        encoded: As served.
        hits: Rows of `encoded.spans` that are hits of the row itself, not of what stands beside it.
        word_of: int64, shape (tokens,): the place of each token's word, or `NO_WORD`.
        edited: bool, shape (words,): which words of the window its twin does not have.
        edits: How many such words the row has in all.
    """

    encoded: EncodedWindow
    hits: tuple[int, ...]
    word_of: npt.NDArray[np.int64]
    edited: npt.NDArray[np.bool_]
    edits: int

    @property
    def reasons(self) -> npt.NDArray[np.bool_]:
        """Which tokens are of edited words, shape (tokens,)."""
        found: npt.NDArray[np.bool_] = (self.word_of != NO_WORD) & self.edited[self.word_of]
        return found


class EditedMaker(Maker):
    """Makes windows of pairs."""

    def plain(self, pair: Pair) -> Iterator[EditedWindow]:
        """Windows of both rows as they stand; one without a hit or without an edited word is left out."""
        for row, edited in self._halves(pair, random.Random(pair[0].pair)):
            yield from self._windows(row.text, 0, row, edited, row.context)

    def augmented(self, pair: Pair, others: Sequence[LabelledRow], rng: random.Random) -> Iterator[EditedWindow]:
        """The same, half of them without their header, and some beside other rows, as a screen has other text on it."""
        for row, edited in self._halves(pair, rng):
            beside = rng.choices(range(len(BESIDE)), BESIDE)[0]
            texts = [fill_slurs(rng.choice(others), self._slurs, rng).text for _ in range(beside)]
            place = rng.randrange(beside + 1)
            before = "".join(f"{text}\n\n" for text in texts[:place])
            after = "".join(f"\n\n{text}" for text in texts[place:])
            context = CaptureContext() if rng.random() < HEADER_DROPOUT else row.context
            yield from self._windows(before + row.text + after, len(before), row, edited, context)

    def _halves(self, pair: Pair, rng: random.Random) -> Iterator[tuple[LabelledRow, Sequence[Span]]]:
        """Each row with the spans of its edited words; both get the same words for placeholders."""
        seed = rng.random()
        one, other = (fill_slurs(row, self._slurs, random.Random(seed)) for row in pair)
        yield one, edited_words(one.text, other.text)
        yield other, edited_words(other.text, one.text)

    def _windows(
        self, text: str, start: int, row: LabelledRow, edited: Sequence[Span], context: CaptureContext
    ) -> Iterator[EditedWindow]:
        page, end = Page.from_text(text), start + len(row.text)
        for window in map(as_written, make_windows(page, self._matcher.find(page), context)):
            hits = tuple(at for at, hit in enumerate(window.hits, 1) if start <= hit.start and hit.end <= end)
            words = words_of(window.text)
            moved = [(first + start - window.offset, last + start - window.offset) for first, last in edited]
            found = [any(first < b and a < last for first, last in moved) for a, b in words]
            encoded = self._encoder.encode(window)
            made = EditedWindow(encoded, hits, words_of_tokens(encoded, words), np.array(found, np.bool_), len(edited))
            if hits and words and made.reasons.any():
                yield made
