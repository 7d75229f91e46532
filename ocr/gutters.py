"""Whether the white space before a word goes on in the lines above and below it.

In running text, spaces do not stand under each other; between columns and cells they do.
"""

from collections.abc import Sequence

from ocr.recognised import RecognisedLine, RecognisedWord

_STRIP = 0.5
"""Width of the free space before a word that ends a gutter, in heights of its line."""
_ALIGNED = 0.4
"""How far a column's lines may start from each other, in heights."""
_NEXT_ROW = 2.5
"""How far the middle of the next row may be away, in heights."""
_WITNESSES = 2
"""How many rows must agree."""


class Gutters:
    """The words of a page, by row, asked for the columns between them."""

    def __init__(self, lines: Sequence[RecognisedLine]) -> None:
        self._rows = sorted(((line.middle, line.words) for line in lines), key=lambda row: row[0])

    def before(self, left: int, middle: float, height: int) -> bool:
        """Whether a gutter ends where this word starts.

        Args:
            left: Where the word starts.
            middle: The middle of its line, from the top of the page.
            height: The height of its line.

        Returns:
            True if enough rows above and below start a word there too, with free space before it and
            text further left, and no word crosses the space between them.
        """
        above = [row for row in reversed(self._rows) if row[0] < middle - height / 2]
        below = [row for row in self._rows if row[0] > middle + height / 2]
        agreed = sum(self._witnesses(rows, left, middle, height) for rows in (above, below))
        return agreed >= _WITNESSES

    def _witnesses(
        self, rows: list[tuple[float, tuple[RecognisedWord, ...]]], left: int, middle: float, height: int
    ) -> int:
        """Counts the rows that agree, going away from the word until one crosses the gutter."""
        found = 0
        i = 0
        while i < len(rows) and abs(rows[i][0] - middle) < _NEXT_ROW * height and found < _WITNESSES:
            middle = rows[i][0]
            words: list[RecognisedWord] = []
            while i < len(rows) and abs(rows[i][0] - middle) < height / 2:
                words.extend(rows[i][1])
                i += 1
            if any(w.box[0] < left - _ALIGNED * height and w.box[2] > left for w in words):
                break
            starts = [w.box[0] for w in words if abs(w.box[0] - left) <= _ALIGNED * height]
            ends = [w.box[2] for w in words if w.box[0] < left - _ALIGNED * height]
            found += bool(starts and ends and min(starts) - max(ends) >= _STRIP * height)
        return found
