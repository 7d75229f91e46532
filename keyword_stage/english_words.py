"""English words as dictionaries have them: what stands on a capture in one of them was hardly read wrongly.

The list is SCOWL's (see NOTICE); `tools/make_english_words.py` makes the file.
"""

import gzip
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "english_words.txt.gz"
SHORTEST = 4
"""Letters of the shortest word: word lists hold nearly every string of three letters."""
LONGEST = 24


@cache
def english_words() -> frozenset[str]:
    """Some 132,000 folded words, inflections and spellings of both sides of the Atlantic included."""
    return frozenset(gzip.decompress(TABLE.read_bytes()).decode("ascii").split("\n"))
