"""The compiled training step of any model: forward pass, gradients, update; a batch is cut into shards, one a core.

A time step of an LSTM is too small to be shared among cores: what they have to say to each other takes longer than the
arithmetic. Parts of the batch know nothing of each other until their gradients are added, and all are in one graph.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import TrainingConfig
from textgen.models.kernels import as_graph
from textgen.training.adamw import AdamW

Tensor = Any
State = list[Tensor]

_FEWEST = 16
"""Sequences of a shard; with fewer, reading the weights would take longer than the arithmetic."""


def shards(sequences: int, most: int) -> list[slice]:
    """The sequences of each shard, all of the same height.

    Args:
        sequences: in a batch.
        most: shards at most.
    """
    counts = (n for n in range(most, 1, -1) if sequences % n == 0 and sequences // n >= _FEWEST)
    height = sequences // next(counts, 1)
    return [slice(begin, begin + height) for begin in range(0, sequences, height)]


def in_shards(
    sequences: int, most: int, learn: Callable[[slice], tuple[Tensor, Tensor, State]]
) -> tuple[Tensor, Tensor, State]:
    """Runs a pass over a batch in shards.

    Args:
        sequences: in the batch.
        most: shards at most.
        learn: gives two sums, and the state after, for a slice of the sequences.

    Returns:
        The sums over all sequences, and the state of all of them.
    """
    nats, losses, states = zip(*map(learn, shards(sequences, most)), strict=True)
    return tf.add_n(nats), tf.add_n(losses), [tf.concat(parts, axis=0) for parts in zip(*states, strict=True)]


class TrainingStep(ABC):
    """Forward pass, loss, gradients and update as one compiled function of batch, state and step.

    Args:
        model: the Keras model that learns; has `named_weights()`.
        config: rates, seed and precision.
        shapes: of a batch's arrays where they differ from batch to batch, as TensorFlow's specs: one graph then serves
            them all, and a resumed run computes with the one it would have had. None where all batches are alike.
    """

    def __init__(self, model: Any, config: TrainingConfig, shapes: tuple[Any, ...] | None = None) -> None:
        self.model, self.config = model, config
        self.optimizer = AdamW(model.named_weights(), config.weight_decay, config.clip)
        signature: Any = None
        if shapes is not None:
            signature = (shapes, [], tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.float32))
        self._compiled = as_graph(self._run, input_signature=signature)

    def initial_state(self) -> State:
        """What is carried into the first step; nothing, unless a model says otherwise."""
        return []

    def __call__(self, batch: Any, state: State, step: int, rate: float) -> tuple[float, State]:
        """Learns from one batch.

        Returns:
            Cross-entropy in nats a token, and the state after the batch.
        """
        nats, state = self._compiled(tuple(batch), state, tf.constant(step, tf.int64), tf.constant(rate, tf.float32))
        return float(nats), state

    @abstractmethod
    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The forward pass.

        Args:
            batch: the arrays of a batch as tensors.
            state: carried in.
            step: the step's number. *Shape:* (), int64.

        Returns:
            Cross-entropy in nats a token, what is to be minimised, and the state after the batch.
        """

    def _run(self, batch: Any, state: State, step: Tensor, rate: Tensor) -> tuple[Tensor, State]:
        with tf.GradientTape() as tape:
            nats, loss, state = self.losses(batch, state, step)
        variables = self.optimizer.variables
        gradients = dict(zip(variables, tape.gradient(loss, list(variables.values())), strict=True))
        self.optimizer.apply(gradients, rate, step)
        return nats, state


def exported(model: Any) -> dict[str, NDArray[np.float32]]:
    """The model's weights as arrays under their names in the model folder."""
    return {name: np.asarray(variable.numpy()) for name, variable in model.named_weights().items()}
