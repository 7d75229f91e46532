"""What was read of a page under a condition: which words, and how sure the reading was of each line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from domain.page import Line, Page, Word, mean_confidence
from evaluation.conditions.pages import Shown
from evaluation.conditions.signs import Ink, signs_of, unread_ink
from ocr.decode import decode

_ALIKE = str.maketrans("1i0", "llo")


@dataclass(frozen=True, slots=True)
class LineRead:
    """One line of a page.

    Attributes:
        right: How many of its words were read.
        read: How many words were read there.
        true: How many words it has.
        sureness: Mean confidence of what was read there; None if nothing was.
        wrong: Letters and digits that were lost, misread or added, as a share of its own; spaces, signs, case and
            what looks alike ("I", "l", "1") aside.
        signs: What else could tell that it was not read well (`signs.signs_of`), the highest of what was read there.
    """

    right: int
    read: int
    true: int
    sureness: float | None
    wrong: float = 0.0
    signs: Mapping[str, float] = field(default_factory=dict)

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


def wrong_letters(read: Sequence[str], true: Sequence[str]) -> float:
    """Letters of a line that were lost, misread or added, as a share of its own; words in their order on the screen."""
    have, want = ("".join(map(plain, words)).translate(_ALIKE) for words in (read, true))
    blocks = SequenceMatcher(None, have, want, autojunk=False).get_matching_blocks()
    right = sum(block.size for block in blocks)
    return (max(len(have), len(want)) - right) / len(want) if want else 0.0


def lines_read(shown: Shown, page: Page) -> list[LineRead]:
    """Holds a reading against the lines that were shown; what stands where none is counts as read, and as wrong.

    The last entry is for that: it has no true words.
    """
    ink = unread_ink(page, decode(shown.image))
    found: list[list[tuple[Line, Word]]] = [[] for _ in range(len(shown.lines) + 1)]
    for line in page.lines:
        for word in line.words:
            at = shown.line_at((word.box[1] + word.box[3]) / 2)
            found[-1 if at is None else at].append((line, word))
    return [_held(page, there, true, ink) for there, true in zip(found, [*shown.lines, ()], strict=True)]


def _held(page: Page, found: Sequence[tuple[Line, Word]], true: Sequence[str], ink: Ink) -> LineRead:
    """One line that was shown, and the words that were read there."""
    words = sorted((word for _, word in found), key=lambda word: word.box[0])
    read = [page.text[word.start : word.end] for word in words]
    signs = [signs_of(page.text, line, ink) for line in dict.fromkeys(line for line, _ in found)]
    return LineRead(
        *matched(read, true),
        mean_confidence(words) if words else None,
        wrong_letters(read, true),
        {name: max(sign[name] for sign in signs) for name in signs[0]} if signs else {},
    )
