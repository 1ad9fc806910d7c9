"""Cuts a batch along its sequences into shards, one for each core.

A time step of an LSTM is too small to be shared among cores: what they have to say to each other takes longer than the
arithmetic. Parts of the batch know nothing of each other until their gradients are added, and all are in one graph.
"""

from collections.abc import Callable

import tensorflow as tf

from textgen.training.step import State, Tensor

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
