"""The compiled training step of any model: forward pass, gradients, update; a batch is cut into shards, one per core.

A time step of an LSTM is too small to be split among cores: synchronising them takes longer than the arithmetic. The
shards of a batch are independent until their gradients are added, and all are in one graph.

Where a step is made in the scope of a strategy of `tf.distribute`, it runs on each of its replicas: a graphics card, or
another machine. Each is given the whole batch and learns from its own sequences, cut into shards as well; gradients,
losses and states are then added up over all replicas, so that all of them take the same step.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import TrainingConfig
from textgen.errors import TrainingError
from textgen.models.kernels import as_graph
from textgen.training.adamw import AdamW

Tensor = Any
State = list[Tensor]

OUT_OF_MEMORY = (MemoryError, tf.errors.ResourceExhaustedError)
"""What is raised where memory does not suffice: TensorFlow has its own error for it."""

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


def own_sequences(sequences: int) -> slice:
    """The sequences of a batch that this replica of a strategy reads; all of them where there is only one.

    Args:
        sequences: number of sequences in the batch.

    Raises:
        TrainingError: there are fewer sequences than replicas.
    """
    if tf.distribute.in_cross_replica_context():
        return slice(0, sequences)
    replica = tf.distribute.get_replica_context()
    count = replica.num_replicas_in_sync
    if sequences < count:
        raise TrainingError(
            f"A batch of {sequences} {'sequence' if sequences == 1 else 'sequences'} was to be shared by {count} "
            "graphics cards or machines, and each needs one at least: give a larger batch or more text, or take fewer "
            "of them."
        )
    place = int(tf.get_static_value(replica.replica_id_in_sync_group))
    return slice(place * sequences // count, (place + 1) * sequences // count)


def in_shards(
    sequences: int, most: int, learn: Callable[[slice], tuple[Tensor, Tensor, State]]
) -> tuple[Tensor, Tensor, State]:
    """Runs a pass over the sequences of this replica in shards.

    Args:
        sequences: number of sequences in the batch.
        most: largest number of shards.
        learn: gives two sums and the new state for a slice of the sequences.

    Returns:
        The sums over the sequences, and the new state of all, which is zero for those of other replicas.
    """
    own = own_sequences(sequences)
    parts = shards(own.stop - own.start, most)
    nats, losses, states = zip(*(learn(slice(own.start + p.start, own.start + p.stop)) for p in parts), strict=True)
    before, after = own.start, sequences - own.stop
    state = [tf.concat(tensors, axis=0) for tensors in zip(*states, strict=True)]
    around = [tf.pad(tensor, [[before, after]] + [[0, 0]] * (len(tensor.shape) - 1)) for tensor in state]
    return tf.add_n(nats), tf.add_n(losses), around


def added_up(tensors: list[Tensor], shapes: list[tf.TensorShape]) -> list[Tensor]:
    """The sums of tensors over all replicas; the tensors themselves where there is only one.

    They travel as one vector: many small sums would wait for the network again and again, and where another machine is
    lost on the way, no weight has changed yet.

    Args:
        tensors: in float32, the same number of each size on all replicas.
        shapes: of the tensors, since a gradient may not know its own.
    """
    replica = tf.distribute.get_replica_context()
    if replica.num_replicas_in_sync == 1:
        return tensors
    flat = [tf.reshape(tensor, [shape.num_elements()]) for tensor, shape in zip(tensors, shapes, strict=True)]
    vector = replica.all_reduce("SUM", tf.concat(flat, axis=0))
    parts = tf.split(vector, [part.shape[0] for part in flat])
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


class TrainingStep(ABC):
    """Forward pass, loss, gradients and update as one compiled function of batch, state and step.

    Where it is made in the scope of a strategy, the model is too.

    Args:
        model: the Keras model that learns; has `named_weights()`.
        config: rates, seed and precision.
        shapes: TensorFlow's specs of a batch's arrays, if their shapes differ from batch to batch: one graph then
            serves all batches, and a resumed run uses the same graph. None if all batches have the same shapes.
    """

    def __init__(self, model: Any, config: TrainingConfig, shapes: tuple[Any, ...] | None = None) -> None:
        self.model, self.config, self._strategy = model, config, tf.distribute.get_strategy()
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
            Cross-entropy in nats a token, the loss to minimise, and the state after the batch; each as the replica's
            part of a sum over all replicas.
        """

    def _run(self, batch: Any, state: State, step: Tensor, rate: Tensor) -> tuple[Tensor, State]:
        results = self._strategy.run(self._learn, args=(batch, state, step, rate))
        nats, *state = (self._strategy.experimental_local_results(same)[0] for same in results)
        return nats, state

    def _learn(self, batch: Any, state: State, step: Tensor, rate: Tensor) -> list[Tensor]:
        """The step on one replica; gives the cross-entropy and the state of all of them."""
        variables = self.optimizer.variables
        with tf.GradientTape() as tape:
            nats, loss, state = self.losses(batch, state, step)
        gradients = tape.gradient(loss, list(variables.values()))
        shapes = [tensor.shape for tensor in (nats, *variables.values(), *state)]
        nats, *sums = added_up([nats, *gradients, *state], shapes)
        gradients, state = sums[: len(variables)], sums[len(variables) :]
        self.optimizer.apply(dict(zip(variables, gradients, strict=True)), rate, step)
        return [nats, *state]


def exported(model: Any) -> dict[str, NDArray[np.float32]]:
    """The model's weights as arrays under their names in the model folder."""
    return {name: np.asarray(variable.numpy()) for name, variable in model.named_weights().items()}
