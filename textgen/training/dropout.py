"""Dropout masks as a function of (seed, step, place), so that a resumed run draws the same masks."""

import zlib
from typing import Any

import tensorflow as tf

from textgen.config import CELLS, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig, TrainingConfig
from textgen.inference.weights import weight_shapes
from textgen.models.encoder_decoder import EncoderDecoderMasks
from textgen.models.language_model import LanguageModelMasks

Tensor = Any


def seed_of(seed: int, place: str, step: Tensor) -> Tensor:
    """The seed of TensorFlow's stateless draws for one place of one training step.

    Args:
        seed: of the run.
        place: the name of what is drawn.
        step: the step's number. *Shape:* (), int64.
    """
    return tf.stack([tf.constant(seed ^ zlib.crc32(place.encode()), tf.int64), step])


class Masks:
    """Draws the masks of one training step.

    Args:
        seed: of the run.
        step: the step's number. *Shape:* (), int64.
    """

    def __init__(self, seed: int, step: Tensor) -> None:
        self._seed, self._step = seed, step

    def draw(self, place: str, shape: tuple[int, ...], rate: float) -> Tensor | None:
        """0 where something is dropped, else 1 / (1 - rate); None where nothing ever is."""
        if rate == 0:
            return None
        kept = tf.random.stateless_uniform(shape, seed_of(self._seed, place, self._step)) >= rate
        return tf.cast(kept, tf.float32) / (1.0 - rate)


def language_model_masks(
    model: ModelConfig, training: ScriptTrainingConfig, window: int, batch: int, step: Tensor
) -> LanguageModelMasks:
    """The masks of one training step of a language model.

    Args:
        model: gives the shapes.
        training: gives the rates and the seed.
        window: tokens a stream.
        batch: number of streams.
        step: the step's number. *Shape:* (), int64.
    """
    masks = Masks(training.seed, step)
    hidden, recurrent = (1, batch, model.hidden), (model.hidden, CELLS[model.cell].gates * model.hidden)
    first = masks.draw("inputs 0", (1, batch, model.embedding), training.input_dropout)
    between = (masks.draw(f"inputs {k}", hidden, training.dropout) for k in range(1, model.layers))
    return LanguageModelMasks(
        embedding=masks.draw("embedding", (model.vocabulary_size, 1), training.embedding_dropout),
        tokens=masks.draw("tokens", (window, batch, 1), training.token_dropout),
        inputs=(first, *between),
        recurrent=tuple(masks.draw(f"recurrent {k}", recurrent, training.weight_drop) for k in range(model.layers)),
        output=masks.draw("output", hidden, training.dropout),
    )


def encoder_decoder_masks(
    model: EncoderDecoderConfig, training: TrainingConfig, batch: int, step: Tensor
) -> EncoderDecoderMasks:
    """The masks of one training step of an encoder-decoder.

    Args:
        model: gives the shapes.
        training: gives the rates and the seed.
        batch: number of exchanges.
        step: the step's number. *Shape:* (), int64.
    """
    masks = Masks(training.seed, step)
    widths = [model.embedding] + [model.hidden] * (model.layers - 1)
    recurrent = {name: shape for name, shape in weight_shapes(model).items() if name.endswith("/recurrent_kernel")}
    return EncoderDecoderMasks(
        embedding=masks.draw("embedding", (model.vocabulary_size, 1), training.embedding_dropout),
        encoder=tuple(masks.draw(f"encoder {k}", (1, batch, w), training.dropout) for k, w in enumerate(widths)),
        decoder=tuple(masks.draw(f"decoder {k}", (1, batch, w), training.dropout) for k, w in enumerate(widths)),
        recurrent={
            name.removesuffix("/recurrent_kernel"): masks.draw(name, shape, training.weight_drop)
            for name, shape in recurrent.items()
        },
        memory=masks.draw("memory", (1, batch, model.hidden), training.dropout),
        output=masks.draw("output", (1, batch, model.hidden), training.dropout),
    )
