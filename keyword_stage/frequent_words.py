"""The commonest English words, by counts over many kinds of text: what a lexicon must not hold alone without a guard.

The counts are those of the package wordfreq (see NOTICE); `tools/make_frequent_words.py` makes the file. It is for
`lexicon lint` only; nothing is matched with it.
"""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "frequent_words.txt"
COUNT = 4000
"""The last of so many stands about once in 46,000 words. "knife" is one of them, "stab" is not."""


@cache
def frequent_words(most: int = COUNT) -> frozenset[str]:
    """The folded words that stand first.

    Args:
        most: How many.
    """
    return frozenset(TABLE.read_text(encoding="ascii").split()[:most])
