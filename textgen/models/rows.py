"""Rows of a large table, of which a step reads few: their gradient, and columns read as rows.

Like the fused LSTM, this knows TensorFlow rather than Keras.
"""

from typing import Any, NamedTuple

import tensorflow as tf

from textgen.models.graph import as_kernel

Tensor = Any


class Rows(NamedTuple):
    """A table of which only some rows may be there, because the others are zero.

    What is done with it is bound by memory: rows take their places as they are read, so that no table of zeros is
    written first.

    Args:
        rows: all of them; or some, and one of zeros.
        places: which of the rows belongs where, if only some are there. *Shape:* (height,), int32.
    """

    rows: Tensor
    places: Tensor | None = None

    def whole(self) -> Tensor:
        """All rows."""
        return self.rows if self.places is None else tf.gather(self.rows, self.places)


def added_up(rows: Tensor, ids: Tensor, height: int) -> Rows:
    """A table of zeros but for some rows, where those of the same id are added up.

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
    return _differentiable(tf.convert_to_tensor(matrix), ids)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _differentiable(matrix: Tensor, ids: Tensor) -> Any:
    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        return as_kernel(_as_columns)(added_up(upstream, ids, matrix.shape[1])), None

    return as_kernel(_columns)(matrix, ids), gradient


def _columns(matrix: Tensor, ids: Tensor) -> Tensor:
    return tf.transpose(tf.gather(matrix, ids, axis=1))


def _as_columns(rows: Rows) -> Tensor:
    # Transposed first, so that what the places of a row are filled from stays near the processor.
    return tf.gather(tf.transpose(rows.rows), rows.places, axis=1)
