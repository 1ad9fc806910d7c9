"""TensorFlow helpers that Keras does not have: functions as graphs and kernels, rows of a large table."""

from functools import cache, partial
from typing import Any, NamedTuple

import tensorflow as tf


@cache
def has_graphics_card() -> bool:
    """Whether TensorFlow computes on one; CUDA_VISIBLE_DEVICES can hide it."""
    return bool(tf.config.list_physical_devices("GPU"))


as_graph = partial(tf.function, autograph=False)
"""`tf.function` without AutoGraph; loops and branches on tensors are written as `tf.while_loop` and `tf.where`.

AutoGraph reads the source of every function called, and rewrites each `if` and `for` in case it depends on a tensor.
Here none does, and the rewriting alone took half of the time before the first step of a run.
"""


@cache
def as_kernel(function: Any) -> Any:
    """A function compiled by XLA, once in a process for each set of shapes.

    A dozen small element-wise operations would cost more than their arithmetic. Not for functions that reduce: see
    `as_own_kernel`.
    """
    return as_graph(function, jit_compile=True)


def as_own_kernel(function: Any) -> Any:
    """A function compiled by XLA for each place that uses it: for reductions that may run in parallel, as shards do.

    XLA passes reductions to YNNPACK, and in TensorFlow 2.21 a kernel that two threads run at once collects their
    constants without a lock (`xla::cpu::EmitYnnSubgraph`): now and then a run crashed in its first step.
    """
    return as_graph(function, jit_compile=True)


Tensor = Any


class Rows(NamedTuple):
    """A table that may store only some of its rows; the others are zero.

    Operations on it are limited by memory: rows are put in their places as they are read, so that no table of zeros is
    written first.

    Args:
        rows: all rows; or some of them, and a row of zeros.
        places: which of `rows` belongs at each place, if only some are stored. *Shape:* (height,), int32.
    """

    rows: Tensor
    places: Tensor | None = None

    def whole(self) -> Tensor:
        """All rows."""
        return self.rows if self.places is None else tf.gather(self.rows, self.places)


def added_up(rows: Tensor, ids: Tensor, height: int) -> Rows:
    """A table that is zero except for some rows; rows of the same id are added up.

    Args:
        rows: *Shape:* (n, width).
        ids: of the rows. *Shape:* (n,), int32.
        height: of the table.
    """
    count = rows.shape[0]
    last = tf.math.unsorted_segment_max(tf.range(count), ids, height)
    sums = tf.math.unsorted_segment_sum(rows, tf.gather(last, ids), count)
    return Rows(tf.concat([sums, tf.zeros_like(rows[:1])], axis=0), tf.where(last < 0, count, last))


def columns(matrix: Tensor, ids: Tensor) -> Tensor:
    """Columns of a matrix, as rows.

    TensorFlow's own gradient of this writes the whole matrix three times.

    Args:
        matrix: *Shape:* (height, width).
        ids: *Shape:* (n,), int32.

    Returns:
        *Shape:* (n, height).
    """
    return _differentiable_columns(tf.convert_to_tensor(matrix), ids)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _differentiable_columns(matrix: Tensor, ids: Tensor) -> Any:
    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        return as_kernel(_as_columns)(added_up(upstream, ids, matrix.shape[1])), None

    return as_kernel(_columns)(matrix, ids), gradient


def _columns(matrix: Tensor, ids: Tensor) -> Tensor:
    return tf.transpose(tf.gather(matrix, ids, axis=1))


def _as_columns(rows: Rows) -> Tensor:
    # Transposed first, so that the source of a row stays in the processor's cache.
    return tf.gather(tf.transpose(rows.rows), rows.places, axis=1)
