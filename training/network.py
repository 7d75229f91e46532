"""The network: an encoder read out once for each span, with an ordinal head.

    token states --+-- mean over the span's tokens --+
                   +-- mean over the whole text -----+-- (hidden layer) -- 9 x 5 logits

The logits are those of a continuation-ratio model: logit k is that of P(severity >= k | severity >= k - 1),
so that P(severity >= k) is a product and can never rise with k.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from domain.severity import GENUINE, STANDARD_CATEGORIES
from models.ladder import LEVELS
from training.runs import read_about, reads_spans
from training.weights import read_best

LOW = 2
"""Severity that counts neither as a concern nor as benign."""


class SpanSeverityNetwork(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Encoder and span head.

    Args:
        encoder: A BERT-like encoder (`last_hidden_state` of shape (batch, tokens, width)).
        dropout: On the span representation.

    Attributes:
        span_readout: Whether each hit is read out of its own tokens; if not, of the whole window's (ablation).
    """

    def __init__(self, encoder: nn.Module, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.span_readout = True
        width = encoder.config.hidden_size
        self.pad = int(encoder.config.pad_token_id)
        encoder.embeddings.register_forward_hook(_to_half)
        self.hidden = nn.Linear(3 * width, width)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, len(STANDARD_CATEGORIES) * LEVELS)

    def forward(self, input_ids: Tensor, spans: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Scores spans.

        Args:
            input_ids: (batch, tokens).
            spans: (batch, spans, tokens), rows summing to 1; row 0 is the window as a whole.
            attention_mask: (batch, tokens), 1 for real tokens; all real if left out.

        Returns:
            Logits, (batch, spans, categories, 5).
        """
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = torch.matmul(spans, states)
        window = pooled[:, :1].expand_as(pooled)
        first = states[:, :1].expand_as(pooled)
        own = pooled if self.span_readout else window
        hidden = torch.nn.functional.gelu(self.hidden(self.dropout(torch.cat([own, window, first], dim=-1))))
        logits = self.head(self.dropout(hidden))
        return logits.view(*logits.shape[:2], len(STANDARD_CATEGORIES), LEVELS)


def _to_half(_module: nn.Module, _inputs: object, states: Tensor) -> Tensor:
    """Under autocast all hidden states are of half precision from the start: a fifth faster on a CPU."""
    device = states.device.type
    return states.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else states


def load_base(folder: Path, seed: int = 0, frozen_words: bool = False, frozen_layers: int = 0) -> SpanSeverityNetwork:
    """A network with a packaged encoder and a fresh head that depends on the seed alone.

    Dropout of attention, by far the dearest on a CPU, is off; that of hidden states stays.

    Args:
        folder: The encoder's files.
        seed: Of the head.
        frozen_words: Whether its word embeddings stay as they are: a large encoder learns too few words too well.
        frozen_layers: How many of the lowest layers, and with them all embeddings, stay as they are, so that nothing
            need be led back through these.
    """
    torch.manual_seed(seed)
    encoder = AutoModel.from_pretrained(
        folder, attn_implementation="eager", add_pooling_layer=False, attention_probs_dropout_prob=0.0
    )
    encoder.embeddings.word_embeddings.requires_grad_(not frozen_words)
    if frozen_layers:
        encoder.embeddings.requires_grad_(False)
        encoder.encoder.layer[:frozen_layers].requires_grad_(False)
        if hasattr(encoder.encoder, "relative_attention_bias"):  # MPNet's positions, which every layer adds
            encoder.encoder.relative_attention_bias.requires_grad_(False)
    return SpanSeverityNetwork(encoder)


def load_run(network: SpanSeverityNetwork, run: Path) -> None:
    """Has a network read as a run has learnt to.

    Raises:
        InvalidModel: If there is no such run, or it has not ended.
    """
    network.load_state_dict(read_best(run))
    network.span_readout = reads_spans(read_about(run))


def tiny_network(vocabulary: int, width: int = 32) -> SpanSeverityNetwork:
    """A network of the same shape but of few parameters, for tests."""
    config = AutoConfig.for_model(
        "bert",
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    config._attn_implementation = "eager"
    return SpanSeverityNetwork(AutoModel.from_config(config, attn_implementation="eager", add_pooling_layer=False))


def severity_loss(logits: Tensor, severities: Tensor, weights: Tensor | None = None) -> Tensor:
    """Negative log-likelihood of the continuation-ratio model.

    Args:
        logits: (..., categories, 5).
        severities: (..., categories), 0..5, or -1 where unknown: those are left out.
        weights: (...), how much each span counts; all the same if left out.

    Returns:
        Weighted mean over the known categories of the summed binary losses.
    """
    steps = torch.arange(LEVELS, device=logits.device)
    target = (severities.unsqueeze(-1) > steps).float()
    asked = ((severities.unsqueeze(-1) >= steps) & (severities.unsqueeze(-1) >= 0)).float()
    losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * asked
    known = (severities >= 0).float()
    if weights is not None:
        losses = losses * weights[..., None, None]
        known = known * weights[..., None]
    return losses.sum() / known.sum().clamp(min=1e-6)


def concern_loss(logits: Tensor, severities: Tensor, weights: Tensor) -> Tensor:
    """How badly spans with a concern in any category are told from those without.

    The severity loss is a mean over nine categories that are nearly always 0, so the one question that
    decides an alert drowns in it. This asks that question alone: the chance of a concern in any category
    (noisy-or of P(severity >= 3)) against whether there is one. Severity 2 is neither and is left out, and so
    is a span without a known concern of which a category is unknown.

    Args:
        logits: (batch, spans, categories, 5).
        severities: (batch, spans, categories), 0..5, or -1 where unknown.
        weights: (batch, spans), how much each span counts.

    Returns:
        Weighted mean of the binary losses.
    """
    log_none, log_any = noisy_or(logits)
    genuine, benign = known_sides(severities)
    counted = weights * (genuine | benign)
    losses = -torch.where(genuine, log_any, log_none) * counted
    return losses.sum() / counted.sum().clamp(min=1e-6)


def known_sides(severities: Tensor) -> tuple[Tensor, Tensor]:
    """Which spans hold a concern, and which are known to hold none; severity 2 and unknown ones are in neither.

    Args:
        severities: (..., categories), 0..5, or -1 where unknown.

    Returns:
        Two masks, each (...).
    """
    worst = severities.amax(-1)
    return worst >= GENUINE, (worst < LOW) & (severities >= 0).all(-1)


def noisy_or(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Chance of a concern (severity >= 3) in any category, if those of the categories were independent.

    Args:
        logits: (..., categories, 5).

    Returns:
        Logarithms of the chance of none and of the chance of any, each (...).
    """
    concern = torch.nn.functional.logsigmoid(logits[..., :GENUINE]).sum(-1).exp()
    log_none = torch.log1p(-concern.clamp(max=1 - 1e-6)).sum(-1)
    return log_none, torch.log1p(-log_none.exp().clamp(max=1 - 1e-6))
