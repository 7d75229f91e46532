"""Encoded windows for tests of what is made of a network's answers: of the shape, and nothing in them."""

import numpy as np

from models.encoding import EncodedWindow


def encoded(hits: int = 1, cues: tuple[int, ...] = (), asks: bool = False, pleads: bool = False) -> EncodedWindow:
    """A window of one token; `cues` are the places of the hits that are cues."""
    kinds = np.isin(np.arange(hits), cues)
    spans = np.ones((1, hits + 1, 1), np.float32)
    tokens = np.zeros((1, 2), np.int64)
    return EncodedWindow(np.array([[0]]), spans, tokens, (True,) * hits, 0.0, kinds, asks, pleads)
