"""The kinds of page that a row can be laid into, and how much stands on each."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SIZE = (1366, 768)
"""A school laptop's screen, in pixels."""
SCREEN_TAG = "screen"
"""Rows with this tag are whole screens already: their blocks become windows on a desktop."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A page of `pages/`, and the harmless text of `around/` that fills it.

    Attributes:
        name: Its page is `pages/NAME.html`.
        channels: Rows of these channels stand on it; none for rows with the tag `screen`.
        around: Its harmless text is `around/AROUND.txt`; empty for none.
        width: Characters that a line holds.
        lines: Lines that the page holds.
        gap: What a piece takes beside its own lines, in lines.
        named: Whether a piece says who wrote it, and when.
        apart: Whether the row has a place of its own (a search box, an open mail) and takes no room from the rest.
    """

    name: str
    channels: tuple[str, ...]
    around: str
    width: int = 1
    lines: float = 0
    gap: float = 0
    named: bool = False
    apart: bool = False

    def height(self, lines: list[str]) -> float:
        """Lines that a piece takes."""
        return self.gap + sum(-(-len(line) // self.width) or 1 for line in lines)


DESKTOP = Layout("desktop", (), "")
LAYOUTS = (
    Layout("chat_light", ("chat",), "chat", 58, 27, 1.4),
    Layout("chat_dark", ("chat",), "chat", 76, 27, 1.7, named=True),
    Layout("feed", ("social",), "feed", 70, 31, 3.5, named=True),
    Layout("search", ("search",), "search", 82, 25, 1.2, apart=True),
    Layout("essay", ("document",), "essay", 68, 22, 0.6),
    Layout("notes", ("notes",), "notes", 34, 30, 1.1, apart=True),
    Layout("email", ("email",), "email", 42, 32, 1.1, apart=True),
    Layout("forum", ("forum",), "forum", 104, 28, 2.8, named=True),
    Layout("news", ("web_page",), "news", 52, 38, 1.2),
    Layout("game", ("game_chat",), "game", 58, 20, 0.4, named=True),
    Layout("code", ("code",), "code", 108, 28, 1),
    DESKTOP,
)
