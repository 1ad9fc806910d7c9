"""The compiled training step of any model: forward pass, gradients, update; a batch is cut into shards, one per core.

A time step of an LSTM is too small to be split among cores: synchronising them takes longer than the arithmetic. The
shards of a batch are independent until their gradients are added, and all are in one graph.
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
"""Fewest sequences in a shard; with fewer, reading the weights would take longer than the arithmetic."""


def shards(sequences: int, most: int) -> list[slice]:
    """The sequences of each shard, all of the same height.

    Args:
        sequences: number of sequences in a batch.
        most: largest number of shards.
    """
    counts = (n for n in range(most, 1, -1) if sequences % n == 0 and sequences // n >= _FEWEST)
    height = sequences // next(counts, 1)
    return [slice(begin, begin + height) for begin in range(0, sequences, height)]


def in_shards(
    sequences: int, most: int, learn: Callable[[slice], tuple[Tensor, Tensor, State]]
) -> tuple[Tensor, Tensor, State]:
    """Runs a pass over a batch in shards.

    Args:
        sequences: number of sequences in the batch.
        most: largest number of shards.
        learn: gives two sums and the new state for a slice of the sequences.

    Returns:
        The sums over all sequences, and the new state of all.
    """
    nats, losses, states = zip(*map(learn, shards(sequences, most)), strict=True)
    return tf.add_n(nats), tf.add_n(losses), [tf.concat(parts, axis=0) for parts in zip(*states, strict=True)]


class TrainingStep(ABC):
    """Forward pass, loss, gradients and update as one compiled function of batch, state and step.

    Args:
        model: the Keras model that learns; has `named_weights()`.
        config: rates, seed and precision.
        shapes: TensorFlow's specs of a batch's arrays, if their shapes differ from batch to batch: one graph then
            serves all batches, and a resumed run uses the same graph. None if all batches have the same shapes.
    """

    def __init__(self, model: Any, config: TrainingConfig, shapes: tuple[Any, ...] | None = None) -> None:
        self.model, self.config = model, config
        self.optimizer = AdamW(model.named_weights(), config.weight_decay, config.clip)
        signature: Any = None
        if shapes is not None:
            signature = (shapes, [], tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.float32))
        self._compiled = as_graph(self._run, input_signature=signature)

    def initial_state(self) -> State:
        """The state carried into the first step; empty by default."""
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
            Cross-entropy in nats a token, the loss to minimise, and the state after the batch.
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
