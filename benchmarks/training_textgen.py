"""textgen's training steps, as its command line sets them up."""

import textgen.models  # noqa: F401 - chooses TensorFlow's matrix products, so it comes before all that imports it

# isort: split

from itertools import count
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from networks import CLIP, LEARNING_RATE, Train, Weights

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig
from textgen.models.encoder_decoder import KerasEncoderDecoder
from textgen.models.language_model import KerasLanguageModel
from textgen.training.machine import share_cores, thread_count
from textgen.training.network_steps import CandidateSampler, EncoderDecoderStep, LanguageModelStep


def configure() -> None:
    """Sets TensorFlow up as a run of the command line does."""
    share_cores()
    tf.config.experimental.enable_op_determinism()


def common_settings() -> dict[str, Any]:
    """What models of both kinds are trained with."""
    return {"budget": Budget(steps=1), "towers": thread_count(), "clip": CLIP, "dropout": 0.0}


SPELLING, SAMPLED = 1000, 2000
"""Ids before the words of a large vocabulary, and the words that are drawn for a step, as a run would have them."""


def sampled_language_model(config: ModelConfig, weights: Weights, precision: Any, streams: int, window: int) -> Train:
    """The step of a script model with a sampled softmax; the arguments of `language_model`."""
    words = range(SPELLING, config.vocabulary_size)
    sampler = CandidateSampler(config.vocabulary_size, words, SAMPLED, seed=0)
    return language_model(config, weights, precision, streams, window, sampler)


def language_model(
    config: ModelConfig,
    weights: Weights,
    precision: Any,
    streams: int,
    window: int,
    sampler: CandidateSampler | None = None,
) -> Train:
    """The step of a script model.

    Args:
        config: the network.
        weights: to begin with.
        precision: of the matrix products, `float32` or `bfloat16`.
        streams: sequences in a batch.
        window: tokens of each.
        sampler: of the words that stand for the vocabulary; None takes them all.
    """
    configure()
    training = ScriptTrainingConfig(precision=precision, streams=streams, window=window, **common_settings())
    step = LanguageModelStep(_loaded(KerasLanguageModel(config, precision), weights), training, streams, sampler)
    state, keep, numbers = step.initial_state(), np.ones((window, streams), np.float32), count()

    def train(*batch: Any) -> float:
        nonlocal state
        nats, state = step((*batch, keep), state, next(numbers), LEARNING_RATE)
        return nats

    return train


def fitted_language_model(config: ModelConfig, weights: Weights, precision: Any, streams: int, window: int) -> Train:
    """The step of Keras's own `fit` for the same network, which begins each window in an empty state.

    Takes the arguments of `language_model`.
    """
    configure()
    model = _loaded(KerasLanguageModel(config, precision), weights)
    model.compile(
        keras.optimizers.AdamW(LEARNING_RATE, global_clipnorm=CLIP),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return lambda inputs, targets: float(model.train_on_batch(inputs.T, targets.T))


def encoder_decoder(
    config: EncoderDecoderConfig, weights: Weights, precision: Any, exchanges: int, reply: int
) -> Train:
    """The step of a chat model.

    Args:
        config: the network.
        weights: to begin with.
        precision: of the matrix products, `float32` or `bfloat16`.
        exchanges: in a batch.
        reply: tokens of each reply.
    """
    configure()
    training = ChatTrainingConfig(precision=precision, batch=exchanges, label_smoothing=0.0, **common_settings())
    step = EncoderDecoderStep(_loaded(KerasEncoderDecoder(config, precision), weights), training, exchanges)
    scored, numbers = np.ones((reply, exchanges), np.float32), count()

    def train(contexts: Any, inputs: Any, targets: Any) -> float:
        real = np.ones(contexts.shape, np.float32)
        return step((contexts, real, inputs, targets, scored), [], next(numbers), LEARNING_RATE)[0]

    return train


def _loaded(model: Any, weights: Weights) -> Any:
    for name, variable in model.named_weights().items():
        variable.assign(weights[name])
    return model
