"""Writes `keyword_stage/frequent_words.txt`: the commonest English words, the commonest first, one a line.

    pip install wordfreq==3.1.1     # into an environment of its own; nothing else here needs it
    python tools/make_frequent_words.py

The counts are wordfreq's (see NOTICE). Only the words and their order are kept: folded, each once.
"""

from wordfreq import top_n_list

from keyword_stage.fold import fold
from keyword_stage.frequent_words import COUNT, TABLE


def read_words(count: int) -> list[str]:
    """The commonest words whose folded spelling is one word of plain letters."""
    words = (fold(word).strip() for word in top_n_list("en", 2 * count))
    return list(dict.fromkeys(word for word in words if word.isascii() and word.isalpha()))[:count]


if __name__ == "__main__":
    TABLE.write_text("\n".join(read_words(COUNT)) + "\n", encoding="ascii")
