"""What was read of a page under a condition: which words, and how sure the reading was of each line."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from domain.page import Page, Word, mean_confidence
from evaluation.conditions.pages import Shown


@dataclass(frozen=True, slots=True)
class LineRead:
    """One line of a page.

    Attributes:
        right: How many of its words were read.
        read: How many words were read there.
        true: How many words it has.
        sureness: Mean confidence of what was read there; None if nothing was.
    """

    right: int
    read: int
    true: int
    sureness: float | None

    @property
    def recall(self) -> float:
        """Share of its words that were read."""
        return self.right / self.true


def matched(read: Iterable[str], true: Iterable[str]) -> tuple[int, int, int]:
    """How many words were read right, were read, and there are: letters and digits alone count, case aside."""
    have, want = (Counter(filter(None, map(plain, words))) for words in (read, true))
    return (have & want).total(), have.total(), want.total()


def plain(word: str) -> str:
    """The letters and digits of a word, in lower case."""
    return "".join(char for char in word.lower() if char.isalnum())


def lines_read(shown: Shown, page: Page) -> list[LineRead]:
    """Holds a reading against the lines that were shown; what stands where none is counts as read, and as wrong.

    The last entry is for that: it has no true words.
    """
    words: list[list[Word]] = [[] for _ in range(len(shown.lines) + 1)]
    for line in page.lines:
        for word in line.words:
            at = shown.line_at((word.box[1] + word.box[3]) / 2)
            words[-1 if at is None else at].append(word)
    return [
        LineRead(
            *matched((page.text[word.start : word.end] for word in found), true),
            mean_confidence(found) if found else None,
        )
        for found, true in zip(words, [*shown.lines, ()], strict=True)
    ]
