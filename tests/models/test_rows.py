"""Some rows of a table: their gradient by hand, and columns against TensorFlow's own."""

import numpy as np
import tensorflow as tf

from textgen.models.rows import Rows, added_up, columns


def test_rows_of_the_same_id_are_added_up_and_the_others_are_zero() -> None:
    found = added_up(tf.constant([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]), tf.constant([3, 0, 3]), height=5)
    assert np.array_equal(found.whole(), [[10, 20], [0, 0], [0, 0], [101, 202], [0, 0]])
    assert found.rows.shape == (4, 2)  # three at most, and one of zeros


def test_a_whole_table_is_itself() -> None:
    table = tf.constant([[1.0], [2.0]])
    assert Rows(table).whole() is table


def test_columns_and_their_gradient_are_those_of_tensorflow() -> None:
    random = np.random.default_rng(0)
    matrix, ids = tf.constant(random.normal(size=(4, 9)), tf.float32), tf.constant([8, 2, 2, 0, 5])
    weights = tf.constant(random.normal(size=(5, 4)), tf.float32)
    found, expected = [], []
    for results, gathered in ((found, columns), (expected, lambda m, i: tf.transpose(tf.gather(m, i, axis=1)))):
        with tf.GradientTape() as tape:
            tape.watch(matrix)
            rows = gathered(matrix, ids)
            loss = tf.reduce_sum(weights * rows**2)
        results += [rows, tape.gradient(loss, matrix)]
    assert all(np.allclose(one, other, atol=1e-6) for one, other in zip(found, expected, strict=True))
