"""Dropout masks as a function of (seed, step, place), so that a resumed run draws the very same ones."""

import zlib
from typing import Any

import tensorflow as tf

from textgen.config import ModelConfig, TrainingConfig
from textgen.models.language_model import Noise

Tensor = Any


def draw_noise(model: ModelConfig, training: TrainingConfig, batch: int, step: Tensor) -> Noise:
    """The masks of one training step.

    Args:
        model: gives the shapes.
        training: gives the rates and the seed.
        batch: number of streams.
        step: the step's number. *Shape:* (), int64.
    """

    def mask(place: str, shape: tuple[int, ...], rate: float) -> Tensor | None:
        if rate == 0:
            return None
        seed = tf.stack([tf.constant(training.seed ^ zlib.crc32(place.encode()), tf.int64), step])
        kept = tf.random.stateless_uniform(shape, seed) >= rate
        return tf.cast(kept, tf.float32) / (1.0 - rate)

    widths = [model.embedding] + [model.hidden] * (model.layers - 1)
    return Noise(
        embedding=mask("embedding", (model.vocabulary_size, 1), training.embedding_dropout),
        inputs=tuple(mask(f"inputs {k}", (1, batch, w), training.dropout) for k, w in enumerate(widths)),
        recurrent=tuple(
            mask(f"recurrent {k}", (model.hidden, 4 * model.hidden), training.weight_drop) for k in range(model.layers)
        ),
        output=mask("output", (1, batch, model.hidden), training.dropout),
    )
