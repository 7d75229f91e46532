"""Sentence embeddings of an encoder as it was released, mean pooled, without any fine-tuning."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.rows import LabelledRow

MAX_TOKENS = 256
BATCH = 32


class SentenceEmbedding:
    """Mean of the last states over a text's tokens, scaled to length 1.

    Args:
        folder: An encoder with `tokenizer.json`.
        advance: Told how many texts were embedded, for a progress bar.
    """

    def __init__(self, folder: Path, advance: Callable[[int], None] = lambda _: None) -> None:
        from tokenizers import Tokenizer
        from transformers import AutoModel

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._model: Any = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
        self._advance = advance

    def fit(self, rows: Sequence[LabelledRow]) -> None:
        """Nothing is learnt."""

    def transform(self, rows: Sequence[LabelledRow]) -> npt.NDArray[np.float32]:
        """(rows, width); a row's embedding does not depend on the others."""
        import torch

        embeddings = np.zeros((len(rows), self._model.config.hidden_size), dtype=np.float32)
        order = sorted(range(len(rows)), key=lambda index: len(rows[index].text))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            encoded = self._tokenizer.encode_batch([rows[index].text for index in batch])
            mask = torch.tensor([e.attention_mask for e in encoded])
            with torch.no_grad():
                ids = torch.tensor([e.ids for e in encoded])
                states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * weights).sum(1) / weights.sum(1)
            embeddings[batch] = torch.nn.functional.normalize(pooled, dim=-1).numpy()
            self._advance(len(batch))
        return embeddings
