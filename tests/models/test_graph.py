from pathlib import Path

import pytest
import tensorflow as tf

import textgen
from textgen.models.graph import as_graph, as_kernel


def test_what_is_written_in_python_happens_once_when_the_graph_is_made() -> None:
    made = []

    def doubled(x: tf.Tensor) -> tf.Tensor:
        made.append(x.shape)
        return 2 * x

    graph = as_graph(doubled)
    assert [float(graph(tf.constant(x))) for x in (1.0, 3.0)] == [2.0, 6.0]
    assert len(made) == 1


def test_a_choice_by_a_tensor_is_refused_and_not_rewritten() -> None:
    graph = as_graph(lambda x: 1.0 if x > 0 else 0.0)
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        graph(tf.constant(1.0))


def test_a_kernel_is_made_once_for_each_set_of_shapes() -> None:
    def squared(x: tf.Tensor) -> tf.Tensor:
        return x * x

    assert as_kernel(squared) is as_kernel(squared)
    for x in ([3.0], [4.0], [3.0, 4.0]):
        assert as_kernel(squared)(tf.constant(x)).numpy().tolist() == [value**2 for value in x]
    assert as_kernel(squared).experimental_get_tracing_count() == 2


def test_graphs_are_made_here_alone() -> None:
    root = Path(textgen.__file__).parent
    makers = {path.name for path in root.rglob("*.py") if "tf.function" in path.read_text(encoding="utf-8")}
    assert makers == {"graph.py"}
