"""The discriminator in NumPy: is this text real or generated?"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import DiscriminatorConfig
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import PAD

Array: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.intp]

_BATCH = 64


class Discriminator:
    """Embedding, convolutions of several widths, their maxima over time, one logit (Kim 2014).

    Args:
        config: the architecture.
        weights: arrays under their names in the file.

    Raises:
        ModelError: an array is missing, superfluous, of another shape, or not finite.
    """

    def __init__(self, config: DiscriminatorConfig, weights: Mapping[str, NDArray[np.floating]]) -> None:
        check_weights(config, weights)
        self.config = config
        self._weights = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}

    def logits(self, texts: Sequence[Sequence[int]], speakers: Sequence[int] | None = None) -> Array:
        """Judges texts.

        Args:
            texts: ids of each.
            speakers: who speaks in each, where the architecture has speakers.

        Returns:
            Logits of "real". *Shape:* (texts,).
        """
        by_length = sorted(range(len(texts)), key=lambda k: len(texts[k]))  # so that there is little padding
        logits = np.empty(len(texts), np.float32)
        for start in range(0, len(texts), _BATCH):
            chosen = by_length[start : start + _BATCH]
            features = self._features(*_padded([texts[k] for k in chosen]))
            logits[chosen] = features @ self._weights["output/kernel"][:, 0] + self._weights["output/bias"]
            if self.config.speakers and speakers is not None:
                vectors = self._weights["speakers"][[speakers[k] for k in chosen]]
                logits[chosen] += (features * vectors).sum(axis=-1)
        return logits

    def _features(self, ids: Ids, lengths: Ids) -> Array:
        """The maximum over time of each convolution's output. *Shape:* (batch, features)."""
        config, time = self.config, ids.shape[1]
        places, widest = np.arange(time), max(config.widths)
        vectors = self._weights["embedding"][ids] * (places < lengths[:, None])[..., None]
        padded = np.pad(vectors, ((0, 0), (0, widest - 1), (0, 0)))
        spans = np.concatenate([padded[:, k : k + time] for k in range(widest)], axis=-1)
        features: list[Array] = []
        for width in config.widths:
            found = spans[..., : width * config.embedding] @ self._weights[f"convolution_{width}/kernel"]
            # A text shorter than the span has one span, filled up with zeros.
            whole = places < np.maximum(lengths - width + 1, 1)[:, None]
            found = np.where(whole[..., None], found, -np.inf).max(axis=1)
            features.append(np.maximum(found + self._weights[f"convolution_{width}/bias"], 0.0))
        return np.concatenate(features, axis=-1)


def _padded(texts: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Ids with padding at the end (batch, time), time at least 1, and the lengths (batch,)."""
    lengths = np.array([len(text) for text in texts])
    ids = np.full((len(texts), max(1, lengths.max())), PAD, np.intp)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    return ids, lengths
