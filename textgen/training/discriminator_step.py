"""How a discriminator learns from a batch of real and generated texts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from textgen.config import TrainingConfig
from textgen.discriminator.matching import Examples, Text
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator
from textgen.tokenizers.special import PAD
from textgen.training.dropout import Masks
from textgen.training.step import State, Tensor, TrainingStep


class TextBatch(NamedTuple):
    """One step's texts, padded at their ends.

    Args:
        ids: *Shape:* (batch, time).
        lengths: *Shape:* (batch,).
        real: 1 for a real text, 0 for a generated one. *Shape:* (batch,).
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    real: NDArray[np.float32]


class TextBatches:
    """Examples in batches, in a new order each epoch; a function of the step alone.

    Args:
        examples: what is learned from.
        batch: texts in a step; fewer where there are not so many.
        seed: of the order.
    """

    def __init__(self, examples: Examples, batch: int, seed: int) -> None:
        self._examples, self._seed = examples, seed
        self.batch_size = min(batch, len(examples.texts))
        self.steps_per_epoch = len(examples.texts) // self.batch_size

    def batch(self, step: int) -> TextBatch:
        """The batch of a step, counted from 0."""
        epoch, index = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._examples.texts))
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        ids, lengths = _padded([self._examples.texts[k] for k in chosen])
        return TextBatch(ids, lengths, self._examples.real[chosen].astype(np.float32))


class DiscriminatorStep(TrainingStep):
    """Learns to tell a batch's real texts from its generated ones.

    Args:
        model: the discriminator that learns.
        config: rates, seed, and the dropout of the features.
    """

    def __init__(self, model: KerasDiscriminator, config: TrainingConfig) -> None:
        each = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,), tf.float32)
        super().__init__(model, config, shapes=(tf.TensorSpec((None, None), tf.int32), *each))

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The mean cross-entropy of the judgements in nats a text, twice, and no state."""
        ids, lengths, real = batch
        masks = Masks(self.config.seed, step)
        features = masks.draw("features", (ops.shape(ids)[0], self.model.config.features), self.config.dropout)
        logits = self.model(ids, lengths, noise=DiscriminatorNoise(features=features))
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=real, logits=logits))
        return loss, loss, state


def _padded(texts: Sequence[Text]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    lengths = np.array([len(text) for text in texts], np.int32)
    ids = np.full((len(texts), int(lengths.max())), PAD, np.int32)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    return ids, lengths
