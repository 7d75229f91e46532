"""Writes `keyword_stage/english_words.txt.gz` from word lists, one word a line.

    python tools/make_english_words.py /usr/share/dict/british-english-large /usr/share/dict/american-english-large

These are SCOWL's, of the Debian packages `wbritish-large` and `wamerican-large` 2020.12.07 (see NOTICE).
"""

import gzip
import sys
from collections.abc import Iterable
from pathlib import Path

from keyword_stage.english_words import LONGEST, SHORTEST, TABLE
from keyword_stage.fold import fold


def read_words(lists: Iterable[Path]) -> list[str]:
    """The folded words of word lists, without possessives and those that are too short or too long."""
    lines = (line.strip() for path in lists for line in path.read_text(encoding="utf-8").splitlines())
    words = {fold(line).strip() for line in lines if not line.endswith("'s")}
    return sorted(word for word in words if word.isascii() and word.isalpha() and SHORTEST <= len(word) <= LONGEST)


if __name__ == "__main__":
    TABLE.write_bytes(gzip.compress("\n".join(read_words(map(Path, sys.argv[1:]))).encode(), mtime=0))
