"""Turns a context window into what the network takes: token ids and a mask for each hit's span.

The same code makes the training examples and the served ones, so the two cannot drift apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from domain.hit import ContextWindow, KeywordHit
from models.asking import asks, pleads

MAX_TOKENS = 512
"""All that the encoders have positions for: a window of common words takes some 250, one of emoji or odd signs more."""
_FIRST, _SEPARATOR = ("<s>", "[CLS]"), ("</s>", "[SEP]")
"""Names of the special tokens, as MPNet or as BERT has them. MPNet's table holds BERT's too, but never learnt them."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """One window for the network.

    Attributes:
        input_ids: int64, shape (1, tokens).
        spans: float32, shape (1, hits + 1, tokens). Row 0 covers all tokens of the text (the reading
            of the window as a whole), row i those of hit i - 1. Rows sum to 1.
        tokens: Token offsets into the text as it was read, shape (tokens, 2); (0, 0) where a token is not of the text.
        covered: For each hit whether tokens of it are in; a hit that fell to the token limit has the
            span of the whole window.
        unknown: Share of the text's tokens that the tokenizer does not know, 0..1.
        cues: bool, shape (hits,): which hits are cues, of which nothing is told unless a concern is read.
        asks: Whether somebody asks in the text, which then has a dismissal threshold of its own.
        pleads: Whether somebody pleads for help in it: then none of its phrases is dismissed.
    """

    input_ids: npt.NDArray[np.int64]
    spans: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.int64]
    covered: tuple[bool, ...]
    unknown: float
    cues: npt.NDArray[np.bool_]
    asks: bool
    pleads: bool


class WindowEncoder:
    """Encodes windows with a WordPiece tokenizer (`tokenizer.json`)."""

    def __init__(self, tokenizer: Path, max_tokens: int = MAX_TOKENS) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls = self._id_of(_FIRST)
        self._sep = self._id_of(_SEPARATOR)
        self._unk = self._tokenizer.token_to_id("[UNK]")
        self.max_tokens = max_tokens

    def _id_of(self, names: tuple[str, ...]) -> int:
        return next(found for name in names if (found := self._tokenizer.token_to_id(name)) is not None)

    def encode(self, window: ContextWindow) -> EncodedWindow:
        """Encodes one window: `[CLS] header [SEP] text [SEP]`, with what was read of hits that were hidden.

        A text that is too long keeps the tokens around its hits.
        """
        shown, spans = _as_read(window)
        header = self._tokenizer.encode(window.header, add_special_tokens=False).ids[:12]
        text = self._tokenizer.encode(shown, add_special_tokens=False)
        ids = np.array(text.ids, dtype=np.int64)
        offsets = np.array(text.offsets, dtype=np.int64).reshape(-1, 2)
        room = self.max_tokens - len(header) - 3
        if len(ids) > room:
            first = _first_kept(offsets, spans, room)
            ids, offsets = ids[first : first + room], offsets[first : first + room]
        lead = [self._cls, *header, self._sep]
        input_ids = np.array([*lead, *ids, self._sep], dtype=np.int64)
        tokens = np.zeros((len(input_ids), 2), dtype=np.int64)
        tokens[len(lead) : len(lead) + len(ids)] = offsets
        masks, covered = _masks(tokens, spans, len(lead), len(ids))
        return EncodedWindow(
            input_ids=input_ids[None, :],
            spans=masks[None],
            tokens=tokens,
            covered=covered,
            unknown=float(np.mean(ids == self._unk)) if len(ids) else 0.0,
            cues=np.array([hit.cue for hit in window.hits], dtype=np.bool_),
            asks=asks(window.text),
            pleads=pleads(window.text),
        )


def _as_read(window: ContextWindow) -> tuple[str, list[tuple[int, int]]]:
    """A window's text with what was read of its hits in their place, and where each hit stands in it.

    A network knows "kill", and of "k.1.l.l" only its pieces.
    """
    hidden = sorted((hit for hit in window.hits if hit.read), key=lambda hit: (hit.start - hit.end, hit.start))
    edits: list[tuple[int, int, str]] = []
    for start, end, read in (edit for hit in hidden for edit in _edits(window, hit)):
        if all(end <= first or last <= start for first, last, _ in edits):
            edits.append((start, end, read))
    edits.sort()
    pieces: list[str] = []
    past = 0
    for start, end, read in edits:
        pieces += (window.text[past:start], read)
        past = end
    spans = [
        (_moved(hit.start - window.offset, edits, past_it=False), _moved(hit.end - window.offset, edits, past_it=True))
        for hit in window.hits
    ]
    return "".join([*pieces, window.text[past:]]), spans


def _edits(window: ContextWindow, hit: KeywordHit) -> Iterator[tuple[int, int, str]]:
    """What was read of a hidden hit and where: word by word if it has as many as are written, else as a whole."""
    first, past = hit.start - window.offset, hit.end - window.offset
    written, read = list(_WORD.finditer(window.text, first, past)), hit.read.split()
    if len(written) == len(read):
        words = zip(written, read, strict=True)
        yield from ((word.start(), word.end(), other) for word, other in words if word[0].casefold() != other)
    else:
        yield first, past, " ".join(read)


def _moved(place: int, edits: Sequence[tuple[int, int, str]], *, past_it: bool) -> int:
    """An offset into a text as it was read; of one inside an edit that where the edit begins, or that just past it."""
    longer = 0
    for start, end, read in edits:
        if place < end and (place > start or (place == start and not past_it)):
            return start + longer + (len(read) if past_it and place > start else 0)
        if place <= start:
            break
        longer += len(read) - (end - start)
    return place + longer


def _first_kept(offsets: npt.NDArray[np.int64], spans: Sequence[tuple[int, int]], room: int) -> int:
    """First token to keep so that `room` tokens stand centred around the hits."""
    if not spans:
        return 0
    first = int(np.searchsorted(offsets[:, 1], min(start for start, _ in spans), side="right"))
    last = int(np.searchsorted(offsets[:, 0], max(end for _, end in spans), side="left"))
    middle = (first + last) // 2 if last - first <= room else first + room // 2
    return max(0, min(middle - room // 2, len(offsets) - room))


def _masks(
    tokens: npt.NDArray[np.int64], spans: Sequence[tuple[int, int]], start: int, count: int
) -> tuple[npt.NDArray[np.float32], tuple[bool, ...]]:
    covered: list[bool] = []
    masks = np.zeros((len(spans) + 1, len(tokens)), dtype=np.float32)
    masks[0, start : start + count] = 1.0
    if not count:
        masks[0, 0] = 1.0
    for row, (first, last) in enumerate(spans, 1):
        inside = (tokens[:, 0] < last) & (tokens[:, 1] > first)
        covered.append(bool(inside.any()))
        masks[row] = inside if covered[-1] else masks[0]
    return masks / masks.sum(axis=1, keepdims=True), tuple(covered)
