"""How many values JSON is made of, counted while it arrives: megabytes of `[],[],` take seconds to parse."""

PIECE = 64 * 1024
"""Bytes that are looked at together, so that counting ends soon once there are too many."""
MOST_MARKS = 25_000
"""A batch of 256 captures with every label of their contexts has 10,000."""


class JsonMarks:
    """Counts strings, commas and opening brackets outside of strings: each value and each name has at least one.

    Nothing is judged here: of bytes that are no JSON the count is some number, and whoever parses them refuses them.
    """

    def __init__(self) -> None:
        self.count = 0
        self._inside = False
        self._escape = b""

    def add(self, content: bytes, most: int) -> bool:
        """Counts on.

        Args:
            content: What has come.
            most: As many as there may be.

        Returns:
            Whether there are no more so far.
        """
        for start in range(0, len(content), PIECE):
            self._add(content[start : start + PIECE])
            if self.count > most:
                return False
        return True

    def _add(self, piece: bytes) -> None:
        piece = self._escape + piece
        last = len(piece) - len(piece.rstrip(b"\\")) & 1
        self._escape = piece[len(piece) - last :]
        parts = piece[: len(piece) - last].replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        quotes = len(parts) - 1
        plain = b"".join(parts[self._inside :: 2])
        self.count += (quotes + (not self._inside)) // 2 + sum(map(plain.count, (b",", b"[", b"{")))
        self._inside ^= bool(quotes & 1)


def has_few_marks(content: bytes, most: int = MOST_MARKS) -> bool:
    """Whether some JSON has no more marks than so many."""
    return JsonMarks().add(content, most)
