"""Word counts, and the channel alone: if these do well, the rows' style gives the answer away."""

from collections.abc import Sequence
from typing import Any

from evaluation.rows import LabelledRow


class BagOfWords:
    """TF-IDF of words and word pairs of the text."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = r"(?u)\b\w+\b"  # single letters too: "i" and "u" tell who speaks
        self._vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=words)

    def fit(self, rows: Sequence[LabelledRow]) -> None:
        """Learns the vocabulary."""
        self._vectoriser.fit([row.text for row in rows])

    def transform(self, rows: Sequence[LabelledRow]) -> Any:
        """Sparse, one column a word or pair."""
        return self._vectoriser.transform([row.text for row in rows])


class ChannelOnly:
    """The channel of the capture's context and not a word of the text."""

    def __init__(self) -> None:
        from sklearn.feature_extraction import DictVectorizer

        self._vectoriser = DictVectorizer(sparse=False)

    def fit(self, rows: Sequence[LabelledRow]) -> None:
        """Learns which channels there are."""
        self._vectoriser.fit(_channels(rows))

    def transform(self, rows: Sequence[LabelledRow]) -> Any:
        """One column a channel."""
        return self._vectoriser.transform(_channels(rows))


def _channels(rows: Sequence[LabelledRow]) -> list[dict[str, str]]:
    return [{"channel": row.context.channel or "-"} for row in rows]
