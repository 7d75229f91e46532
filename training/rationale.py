"""The network that says which words decide: the small encoder, read out at every token for each hit.

    token states --+-- each token ----------------+
                   +-- mean over the hit's tokens -+-- (hidden layer) -- one logit for each hit and token
                   +-- mean over the whole text ---+

It learns from minimal pairs alone: of two texts with opposite truth the words that one has and the other has not are
the reason for the difference. (Rationales: Lei et al. 2016, arXiv 1606.04155; edited counterfactuals: Kaushik et al.
2020, arXiv 1909.12434.)
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from domain.errors import InvalidModel
from models.rationale import NO_WORD
from training.edited import EditedWindow
from training.network import load_base, load_run
from training.runs import encoder_of
from training.setup import base_model
from training.weights import read_rationale

HIDDEN = 128
MEAN_SHARE = 0.3
"""Weight of all edited words together beside that of the most telling one: a pair has words that merely went along."""
PLAIN_EDITS = 3
"""Edited words of a row up to which it counts in full; where whole clauses are edited, few of the words are reasons."""
_NOWHERE = -1e4


class RationaleNetwork(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Encoder and token head.

    Args:
        encoder: A BERT-like encoder (`last_hidden_state` of shape (batch, tokens, width)).
        dropout: On token states.
    """

    def __init__(self, encoder: nn.Module, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.pad = int(encoder.config.pad_token_id)
        self.token = nn.Linear(width, HIDDEN)
        self.hit = nn.Linear(width, HIDDEN)
        self.window = nn.Linear(width, HIDDEN)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(HIDDEN, 1)

    def forward(self, input_ids: Tensor, spans: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Says of each token how much it speaks for being a reason, to each hit.

        Args:
            input_ids: (batch, tokens).
            spans: (batch, hits + 1, tokens), rows summing to 1; row 0 is the window as a whole.
            attention_mask: (batch, tokens), 1 for real tokens; all real if left out.

        Returns:
            Logits, (batch, hits, tokens).
        """
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        states = self.dropout(states)
        pooled = torch.matmul(spans.to(states.dtype), states)
        about = self.hit(pooled[:, 1:]) + self.window(pooled[:, :1])
        hidden = nn.functional.gelu(self.token(states)[:, None] + about[:, :, None])
        return self.head(hidden).squeeze(-1)


def load_rationale(run: Path) -> RationaleNetwork:
    """A run's rationale network.

    Raises:
        InvalidModel: If the run has none.
    """
    network = RationaleNetwork(load_base(base_model()).encoder)
    network.load_state_dict(read_rationale(run))
    return network


def start_rationale(run: Path, seed: int) -> RationaleNetwork:
    """A network that starts from what a run's small one has learnt, with a fresh head that depends on the seed alone.

    Raises:
        InvalidModel: If there is no such run, it has not ended, or it is not of the small encoder.
    """
    if encoder_of(run) != "small":
        raise InvalidModel(f"run {run.name} is not of the small encoder")
    network = load_base(base_model())
    load_run(network, run)
    torch.manual_seed(seed)
    started = RationaleNetwork(network.encoder)
    started.encoder.embeddings.word_embeddings.requires_grad_(False)
    return started


def collate(
    windows: Sequence[EditedWindow], pad: int, rng: random.Random | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Pads windows to one shape, each with one of its hits: drawn, or the first one without a generator.

    Returns:
        input_ids and mask, both (batch, tokens); spans (batch, 2, tokens); which tokens are of words and which of
        edited ones, both bool (batch, tokens); weights (batch,).
    """
    tokens = max(len(window.word_of) for window in windows)
    shape = (len(windows), tokens)
    ids, mask = np.full(shape, pad, np.int64), np.zeros(shape, np.int64)
    spans = np.zeros((len(windows), 2, tokens), np.float32)
    words, reasons = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for place, window in enumerate(windows):
        size = len(window.word_of)
        ids[place, :size], mask[place, :size] = window.encoded.input_ids[0], 1
        hit = rng.choice(window.hits) if rng else window.hits[0]
        spans[place, :, :size] = window.encoded.spans[0][[0, hit]]
        words[place, :size], reasons[place, :size] = window.word_of != NO_WORD, window.reasons
    weights = np.array([min(1.0, PLAIN_EDITS / window.edits) for window in windows], np.float32)
    arrays = (ids, mask, spans, words, reasons, weights)
    return tuple(torch.from_numpy(array) for array in arrays)


def rationale_loss(logits: Tensor, words: Tensor, reasons: Tensor, weights: Tensor) -> Tensor:
    """How badly edited words are told from the others of their window.

    Args:
        logits: (batch, tokens).
        words: bool, (batch, tokens): which tokens are of words.
        reasons: bool, (batch, tokens): which of edited ones; at least one in each row.
        weights: (batch,).

    Returns:
        Weighted mean of the negative log-likelihood that some edited word is drawn, and of its mean over their tokens.
    """
    chances = torch.log_softmax(logits.masked_fill(~words, _NOWHERE), dim=-1)
    some = -torch.logsumexp(chances.masked_fill(~reasons, _NOWHERE), dim=-1)
    mean = -(chances * reasons).sum(-1) / reasons.sum(-1)
    return ((some + MEAN_SHARE * mean) * weights).sum() / weights.sum()
