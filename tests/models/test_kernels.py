"""Graphs, kernels, and rows of a large table."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.models.kernels import Rows, added_up, as_kernel, columns
from textgen.models.language_model import KerasLanguageModel
from textgen.training.network_steps import LanguageModelStep


def _kernels(graph: Any) -> list[str]:
    """The functions that a graph calls, as often as it calls them."""
    return [op.get_attr("f").name for op in graph.get_operations() if op.type.endswith("PartitionedCall")]


def test_a_kernel_is_compiled_once() -> None:
    def twice(x: Any) -> Any:
        return 2.0 * x

    assert as_kernel(twice) is as_kernel(twice)


@pytest.mark.slow
def test_shards_do_not_share_a_kernel_that_reduces() -> None:
    """In TensorFlow 2.21 two threads in the same one may crash."""
    model = KerasLanguageModel(ModelConfig(300, embedding=8, hidden=8, layers=1, tied=True))
    config = ScriptTrainingConfig(Budget(steps=1), streams=32, window=3, towers=2)
    step = LanguageModelStep(model, config, 32)
    ids = tf.zeros((3, 32), tf.int32)

    @tf.function(autograph=False)
    def loss() -> Any:
        with tf.GradientTape() as tape:
            value = step.losses((ids + 5, ids + 6, tf.ones((3, 32))), step.initial_state(), tf.constant(0, tf.int64))[1]
        return tape.gradient(value, model.trainable_variables)

    reducing = [name for name in _kernels(loss.get_concrete_function().graph) if "ward" in name and "cell" not in name]
    assert len(reducing) == len(set(reducing)) == 4  # there and back, in two towers


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
