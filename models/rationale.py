"""Which words of a window decide about a hit, by a network that has learnt it from minimal pairs.

What was edited between two texts of opposite truth is the reason for the difference, so it is known of every pair
which words decide. The network reads a window once and says of each of its words how likely it is to be such a
reason; it says nothing of severity, and no verdict depends on it (`docs/decisions/0062`).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow
from models.encoding import EncodedWindow, WindowEncoder
from models.runtime import open_session

NO_WORD = -1
OUTPUT = "rationale"
Span = tuple[int, int]
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS = ("Mn", "Mc", "Me")


class Rationale:
    """An opened rationale network, one thread; may be asked from several threads at once.

    Args:
        network: The ONNX file.
        encoder: Encodes windows for it.

    Raises:
        ValueError: If it is a network of another kind.
    """

    def __init__(self, network: Path, encoder: WindowEncoder) -> None:
        self._session = open_session(network)
        if [found.name for found in self._session.get_outputs()] != [OUTPUT]:
            raise ValueError(f"{network.name} does not say which words decide")
        self._encoder = encoder

    def shares(self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]) -> npt.NDArray[np.float64]:
        """How likely each of some words is to be the one that decides about a hit.

        Args:
            window: A window with hits.
            hits: Which of them are asked about.
            words: Spans of its text that do not overlap.

        Returns:
            Shape (hits, words); a row adds up to 1, unless no word is within the encoder's limit: then all are 0.
        """
        encoded = self._encoder.encode(as_written(window))
        asked = encoded.spans[:, [0, *(hit + 1 for hit in hits)]]
        (logits,) = self._session.run([OUTPUT], {"input_ids": encoded.input_ids, "spans": asked})
        return shares_of(logits[0], words_of_tokens(encoded, words), len(words))


def shares_of(logits: npt.NDArray[np.float32], word_of: npt.NDArray[np.int64], words: int) -> npt.NDArray[np.float64]:
    """Shares of words, by the logits of their tokens.

    Args:
        logits: Shape (hits, tokens).
        word_of: Shape (tokens,): the place of each token's word, or `NO_WORD`.
        words: How many there are.

    Returns:
        Shape (hits, words), rows as above.
    """
    known = word_of != NO_WORD
    shares = np.zeros((len(logits), words))
    if known.any():
        odds = logits[:, known].astype(np.float64)
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        np.add.at(shares.T, word_of[known], odds.T)
        shares /= shares.sum(axis=1, keepdims=True)
    return shares


def words_of(text: str) -> list[Span]:
    """Spans of the words of a text, those that evidence may point at: each with the marks on its letters.

    Signs that do not show, such as a space without width, part no word.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    if text.isascii():
        return words
    whole: list[Span] = []
    for start, end in words:
        if whole and all(_is_within(char) for char in text[whole[-1][1] : start]):
            start, _ = whole.pop()
        while end < len(text) and unicodedata.category(text[end]) in _MARKS:
            end += 1
        whole.append((start, end))
    return whole


def _is_within(char: str) -> bool:
    """Whether a sign that is no letter may stand in a word: a mark, or what does not show."""
    return unicodedata.category(char) in (*_MARKS, "Cf")


def as_written(window: ContextWindow) -> ContextWindow:
    """A window whose hits are encoded as they are written, so that tokens stand where the text's words do."""
    return replace(window, hits=tuple(replace(hit, read="") if hit.read else hit for hit in window.hits))


def words_of_tokens(encoded: EncodedWindow, words: Sequence[Span]) -> npt.NDArray[np.int64]:
    """For each token of a window that was encoded as written the place of its word, of two the first; or `NO_WORD`.

    Args:
        encoded: The window.
        words: Spans of its text that do not overlap.

    Returns:
        Shape (tokens,).
    """
    found = np.full(len(encoded.tokens), NO_WORD, dtype=np.int64)
    for place, (start, end) in enumerate(words):
        inside = (encoded.tokens[:, 0] < end) & (start < encoded.tokens[:, 1])
        found[inside & (found == NO_WORD)] = place
    return found
