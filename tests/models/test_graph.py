"""Kernels: those that reduce are nobody else's."""

from typing import Any

import tensorflow as tf

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.models.graph import as_kernel
from textgen.models.language_model import KerasLanguageModel
from textgen.training.language_model_step import LanguageModelStep


def _kernels(graph: Any) -> list[str]:
    """The functions that a graph calls, as often as it calls them."""
    return [op.get_attr("f").name for op in graph.get_operations() if op.type.endswith("PartitionedCall")]


def test_a_kernel_is_compiled_once() -> None:
    def twice(x: Any) -> Any:
        return 2.0 * x

    assert as_kernel(twice) is as_kernel(twice)


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
