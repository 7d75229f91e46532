"""Signs that nobody sees, in words and between them, as ranges of a regular expression.

Chosen by us from the default-ignorable code points of Unicode, with those that have no width in practice; Unicode may
give some of them another name, category or none, so that no test by category finds them all.
"""

import re

CONTROLS = "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f"
"""Controls of ASCII and Latin-1 that are no line break or tab."""
NOTHING = (
    CONTROLS
    + "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    + "\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    + "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Signs without width: soft hyphens, joiners, marks of direction, variation selectors, tags."""
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and patterns that are drawn as a gap: the fillers of Hangul and the empty Braille cell."""
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Combining marks: seen, but no letters of their own."""
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that are not ASCII."""

_NOTHING = re.compile(f"[{NOTHING}]")


def is_nothing(char: str) -> bool:
    """Whether a code point has no width, whatever Unicode calls it."""
    return _NOTHING.match(char) is not None


def holds_nothing(text: str) -> bool:
    """Whether a sign without width is among the code points of a text."""
    return _NOTHING.search(text) is not None
