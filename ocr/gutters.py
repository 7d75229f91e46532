"""Whether the white space between two words goes on in the lines above and below it.

In running text, spaces do not stand under each other; between columns and cells they do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ocr.recognised import RecognisedLine, RecognisedWord, near

_STRIP = 0.5
"""Width of the free space of a gutter, in heights of its line."""
_ALIGNED = 0.4
"""How far a column's lines may start or end from each other, in heights."""
_NEXT_ROW = 2.5
"""How far the middle of the next row may be away, in heights."""
_PARAGRAPH = 4.5
"""How far the lines of a paragraph are looked at, in heights."""
_WITNESSES = 2
"""How many rows must agree."""


_Row = tuple[float, tuple[RecognisedWord, ...]]
"""The middle of a line, and its words."""


class Gutters:
    """The words of a page, by row, asked for the columns between them."""

    def __init__(self, lines: Sequence[RecognisedLine]) -> None:
        self._lines = sorted(lines, key=lambda line: line.middle)
        self._rows = [(line.middle, line.words) for line in self._lines]

    def between(self, left: int, right: int, middle: float, height: int, justified: bool) -> bool:
        """Whether a gutter runs between two words of a row.

        Args:
            left: Where the left word ends.
            right: Where the right one starts.
            middle: The middle of their row, from the top of the page.
            height: The height of their row.
            justified: Whether they stand in a justified paragraph.

        Returns:
            True if enough rows above and below start a word where the right one starts, or end one where the left one
            ends, with free space beside it and text beyond, and no word crosses the space between them.
        """
        for edge, side in ((right, 0), (left, 2)):
            agreed, others = self._witnesses(edge, middle, height, side)
            if agreed >= _WITNESSES and not (justified and others):
                return True
        return False

    def is_justified(self, left: RecognisedLine, right: RecognisedLine) -> bool:
        """Whether two pieces of one row stand in a paragraph with even edges: lines near them span the whole row."""
        height = min(left.height, right.height)
        slack = _ALIGNED * height
        around = near(self._lines, left.middle, _PARAGRAPH * height)
        row = [line for line in around if abs(line.middle - left.middle) < height / 2]
        spanning = 0
        for line in around:
            away = abs(line.middle - left.middle)
            if (
                height / 2 <= away < _PARAGRAPH * height
                and line.left <= left.left + slack
                and line.right >= right.right - slack
            ):
                spanning += (
                    min(abs(piece.left - line.left) for piece in row)
                    <= slack
                    >= min(abs(piece.right - line.right) for piece in row)
                )
        return spanning >= _WITNESSES

    def _witnesses(self, edge: int, middle: float, height: int, side: int) -> tuple[int, int]:
        """Counts the nearest rows above and below that agree, and those that do not.

        `side` is 0 for a word that starts behind a gutter, 2 for one that ends before it.
        """
        above = self._rows[: bisect_left(self._rows, middle - height / 2, key=_first)][::-1]
        below = self._rows[bisect_right(self._rows, middle + height / 2, key=_first) :]
        counts = [self._going(rows, edge, middle, height, side) for rows in (above, below)]
        return counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]

    def _going(self, rows: list[_Row], edge: int, middle: float, height: int, side: int) -> tuple[int, int]:
        """The same, going away from the word until enough agree or one crosses the gutter."""
        agreed = others = 0
        near = _ALIGNED * height
        i = 0
        while i < len(rows) and abs(rows[i][0] - middle) < _NEXT_ROW * height and agreed < _WITNESSES:
            middle = rows[i][0]
            words: list[RecognisedWord] = []
            while i < len(rows) and abs(rows[i][0] - middle) < height / 2:
                words.extend(rows[i][1])
                i += 1
            if side == 0:
                crossing = any(word.box[0] < edge - near and word.box[2] > edge for word in words)
                beyond = [word.box[2] for word in words if word.box[0] < edge - near]
            else:
                crossing = any(word.box[2] > edge + near and word.box[0] < edge for word in words)
                beyond = [word.box[0] for word in words if word.box[2] > edge + near]
            if crossing:
                return agreed, others + 1
            edges = [word.box[side] for word in words if abs(word.box[side] - edge) <= near]
            if edges and beyond:
                space = min(edges) - max(beyond) if side == 0 else min(beyond) - max(edges)
                agreed += space >= _STRIP * height
            else:
                others += 1
        return agreed, others


def _first(row: _Row) -> float:
    return row[0]
