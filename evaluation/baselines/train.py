"""Trains the baselines that learn on the corpus' train split (training extra)."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from evaluation.baselines.bag_of_words import BagOfWords, ChannelOnly
from evaluation.baselines.embedding import SentenceEmbedding
from evaluation.baselines.learned import LearnedBaseline
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs, read_slurs


def train_baselines(
    rows: Sequence[LabelledRow], encoder: Path, advance: Callable[[int], None] = lambda _: None
) -> list[LearnedBaseline]:
    """Trains bag of words, channel alone, and sentence embedding on the same rows.

    Args:
        rows: The corpus; `train` is learnt from, `dev` chooses the regularisation.
        encoder: Folder of the released encoder.
        advance: Told how many texts were embedded, for a progress bar.
    """
    slurs = read_slurs()

    def filled(split: str) -> list[LabelledRow]:
        return [fill_slurs(row, slurs, random.Random(row.id)) for row in rows if row.split == split]

    train, dev = filled("train"), filled("dev")
    baselines = [
        LearnedBaseline("channel alone", ChannelOnly()),
        LearnedBaseline("bag of words", BagOfWords()),
        LearnedBaseline("sentence embedding", SentenceEmbedding(encoder, advance)),
    ]
    for baseline in baselines:
        baseline.fit(train, dev)
    return baselines
