"""The discriminator in NumPy: is this text real, whose is it, and does it answer the message?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import DiscriminatorConfig
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import PAD

Array: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.intp]

_BATCH, _TOKENS = 64, 1 << 14
"""Most texts that are judged at once, and most tokens, padding included, unless one text has more."""

_PAIRS = 4096
"""Pairs that are matched at once: more vectors than that would fill the memory."""


class Discriminator:
    """Embedding, convolutions of several widths, their maxima over time, logits of classes of real texts (Kim 2014).

    The logit of "generated" is 0, so that of "real" is the logarithm of the summed exponentials of the classes' logits
    (Salimans et al. 2016); with one class it is that class's own.

    Where it matches replies with messages, the logit of a reply grows by the scaled cosine of what the two are about,
    and by the weights of the tokens that they share, of which a long reply must share more.

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

    def logits(
        self,
        texts: Sequence[Sequence[int]],
        speakers: Sequence[int] | None = None,
        messages: Sequence[Sequence[int]] | None = None,
    ) -> Array:
        """Judges texts.

        Args:
            texts: ids of each.
            speakers: who speaks in each, where the architecture has speakers.
            messages: ids of what each answers, where the architecture matches them; an empty one changes nothing.

        Returns:
            Logits of "real". *Shape:* (texts,).
        """
        features = self._features(texts)
        logits: Array = np.logaddexp.reduce(self._classified(features), axis=-1)
        if self.config.speakers and speakers is not None:
            logits += (features * self._weights["speakers"][list(speakers)]).sum(axis=-1)
        return logits if messages is None else logits + self.matches(messages, texts)

    def class_logits(self, texts: Sequence[Sequence[int]]) -> Array:
        """Judges texts by the classes of real ones: whose are they?

        Args:
            texts: ids of each, without their speaker.

        Returns:
            Logits of "real, and of this class"; that of "generated" is 0. *Shape:* (texts, classes).
        """
        return self._classified(self._features(texts))

    def matches(self, messages: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> Array:
        """What the logit of each reply gains by the message it answers; each text is read once.

        Args:
            messages: ids of each; an empty one gains nothing.
            replies: ids of each, as many.

        Returns:
            *Shape:* (replies,).
        """
        weights = self._weights
        asked, told = _numbered(messages), _numbered(replies)
        ours, theirs = self._directions("message", list(asked)), self._directions("reply", list(told))
        cosines = np.empty(len(replies), np.float32)
        rows = np.array([(asked[tuple(m)], told[tuple(r)]) for m, r in zip(messages, replies, strict=True)], np.intp)
        for start in range(0, len(rows), _PAIRS):
            left, right = rows[start : start + _PAIRS].T
            cosines[start : start + _PAIRS] = np.einsum("nd,nd->n", ours[left], theirs[right])
        bags = {text: frozenset(text) for text in asked | told}
        weight = weights["match/shared"].tolist()
        shared = [
            sum(weight[k] for k in bags[tuple(message)] & bags[tuple(reply)]) / max(len(reply), 1) ** 0.5
            for message, reply in zip(messages, replies, strict=True)
        ]
        found = np.exp(weights["match/log_scale"]) * cosines + weights["match/bias"] + np.array(shared, np.float32)
        return np.where([len(message) > 0 for message in messages], found, np.float32(0.0))

    def _directions(self, side: str, texts: Sequence[Sequence[int]]) -> Array:
        """What texts are about: vectors of length one. *Shape:* (texts, matching)."""
        weights, found = self._weights, np.zeros((len(texts), self.config.embedding), np.float32)
        for row, text in zip(found, texts, strict=True):
            if text:
                # A sum, but one that long texts do not dominate: unrelated vectors add up to the root of their number.
                row[:] = weights["embedding"][list(text)].sum(axis=0) / len(text) ** 0.5
        hidden = np.maximum(found @ weights[f"{side}/hidden/kernel"] + weights[f"{side}/hidden/bias"], 0.0)
        vectors: Array = hidden @ weights[f"{side}/kernel"]
        vectors /= np.sqrt((vectors**2).sum(axis=-1, keepdims=True) + 1e-6)
        return vectors

    def _classified(self, features: Array) -> Array:
        found: Array = features @ self._weights["output/kernel"] + self._weights["output/bias"]
        return found

    def _features(self, texts: Sequence[Sequence[int]]) -> Array:
        """The features of texts. *Shape:* (texts, features)."""
        features = np.empty((len(texts), self.config.features), np.float32)
        for chosen in _batches([len(text) for text in texts]):
            features[chosen] = self._found(*_padded([texts[k] for k in chosen]))
        return features

    def _found(self, ids: Ids, lengths: Ids) -> Array:
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


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of texts in batches, by length, so that there is little padding."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda k: lengths[k]):
        if batch and (len(batch) == _BATCH or (len(batch) + 1) * lengths[number] > _TOKENS):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _numbered(texts: Sequence[Sequence[int]]) -> dict[tuple[int, ...], int]:
    """The different ones among texts, numbered in the order they come."""
    return {text: number for number, text in enumerate(dict.fromkeys(map(tuple, texts)))}


def _padded(texts: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Ids with padding at the end (batch, time), time at least 1, and the lengths (batch,)."""
    lengths = np.array([len(text) for text in texts])
    ids = np.full((len(texts), max(1, lengths.max())), PAD, np.intp)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    return ids, lengths
