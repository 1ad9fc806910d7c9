"""What a run will take, guessed from the speed of a matrix product on this machine."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig

_FEWEST_TOKENS = 1_200_000
"""A model that learns from fewer tokens in all its epochs is behind a smaller one after the same minutes."""

_OPERATIONS = 6 * 1.4
"""For each weight and token: two forward and four backward; the gates and the loop cost about a third as much again."""

_FRAMEWORK = 600_000_000
_BYTES_A_WEIGHT = 24


class Estimate(NamedTuple):
    """What a run will take: tokens a second, minutes, epochs and the tokens of all of them, bytes of memory."""

    tokens_per_second: float
    minutes: float
    epochs: float
    tokens: int
    memory: int


def estimate(model: ModelConfig, training: ScriptTrainingConfig, tokens: int, flops: float) -> Estimate:
    """Estimates a script writer's run.

    Args:
        model: the architecture.
        training: how it is trained.
        tokens: of the training text.
        flops: operations a second, from `machine.measure_flops`.
    """
    compared = training.sampled_words or model.vocabulary_size
    matrices = model.parameters - (0 if model.tied else model.vocabulary_size * model.embedding)
    matrices -= (model.vocabulary_size - compared) * (model.embedding if model.tied else model.hidden)
    step = training.streams * training.window
    activations = step * (12 * compared + 40 * model.hidden * model.layers)
    memory = _FRAMEWORK + _BYTES_A_WEIGHT * model.parameters + activations
    return _estimate(training.budget, flops / (_OPERATIONS * matrices), tokens, step, memory)


def estimate_chat(
    model: EncoderDecoderConfig, training: ChatTrainingConfig, lengths: NDArray[np.int64], flops: float
) -> Estimate:
    """Estimates a chatbot's run; its tokens are those of the replies, which are what is learned.

    Args:
        model: the architecture.
        training: how it is trained.
        lengths: ids of each context and each reply to learn from. *Shape:* (exchanges, 2).
        flops: operations a second, from `machine.measure_flops`.
    """
    contexts, replies = (int(ids) for ids in lengths.sum(axis=0))
    replies -= len(lengths)  # their START is not learned
    # Contexts are hidden less and less until the middle of the run.
    hidden = max(training.empty_contexts, training.empty_at_first / 4 + training.empty_contexts / 2)
    listened = (1.0 - hidden) * contexts / replies
    spoken = model.parameters - model.encoder_parameters
    matrices = spoken + listened * model.encoder_parameters
    step = min(training.batch, len(lengths)) * replies / len(lengths)
    activations = step * (12 * model.vocabulary_size + 40 * (1 + listened) * model.hidden * model.layers)
    memory = _FRAMEWORK + _BYTES_A_WEIGHT * model.parameters + round(activations)
    return _estimate(training.budget, flops / (_OPERATIONS * matrices), replies, step, memory)


def has_time(budget: Budget, guess: Estimate) -> bool:
    """Whether a run in minutes would read enough for its model to be worth its size; what others take, they take.

    Args:
        budget: of the run.
        guess: what it will take.
    """
    return budget.minutes is None or guess.tokens >= _FEWEST_TOKENS


def _estimate(budget: Budget, speed: float, tokens: int, step: float, memory: int) -> Estimate:
    """The same for all kinds of models.

    Args:
        budget: of the run.
        speed: tokens a second.
        tokens: of an epoch.
        step: tokens of a step.
        memory: in bytes.
    """
    if budget.minutes is not None:
        minutes, epochs = budget.minutes, budget.minutes * 60 * speed / tokens
    elif budget.epochs is not None:
        minutes, epochs = budget.epochs * tokens / speed / 60, budget.epochs
    else:
        epochs = (budget.steps or 0) * step / tokens
        minutes = epochs * tokens / speed / 60
    return Estimate(speed, minutes, epochs, round(epochs * tokens), memory)
