import keras
import numpy as np
import pytest
import tensorflow as tf

from textgen.models.kernels import as_kernel
from textgen.training.adamw import AdamW, _update


class PlainAdamW:
    """AdamW with clipping by the global norm, as in the papers, in float64."""

    def __init__(self, weights: dict[str, np.ndarray], decay: float, clip: float) -> None:
        self.weights = {name: weight.astype(np.float64) for name, weight in weights.items()}
        self.first = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        self.second = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        self.decay, self.clip = decay, clip

    def apply(self, gradients: dict[str, np.ndarray], rate: float, step: int) -> float:
        norm = np.sqrt(sum(float(np.sum(g.astype(np.float64) ** 2)) for g in gradients.values()))
        for name, weight in self.weights.items():
            gradient = gradients[name].astype(np.float64) * min(1.0, self.clip / norm)
            self.first[name] = 0.9 * self.first[name] + 0.1 * gradient
            self.second[name] = 0.99 * self.second[name] + 0.01 * gradient**2
            m = self.first[name] / (1 - 0.9 ** (step + 1))
            v = self.second[name] / (1 - 0.99 ** (step + 1))
            decay = self.decay if weight.ndim > 1 else 0.0
            self.weights[name] = weight - rate * (m / (np.sqrt(v) + 1e-8) + decay * weight)
        return float(norm)


SHAPES = {"embedding": (6, 3), "bias": (4,)}


def start(decay: float, clip: float) -> tuple[AdamW, PlainAdamW]:
    random = np.random.default_rng(0)
    weights = {name: random.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}
    return AdamW({name: keras.Variable(weight) for name, weight in weights.items()}, decay, clip), PlainAdamW(
        weights, decay, clip
    )


@pytest.mark.parametrize(("decay", "clip"), [(0.0, 1e9), (0.3, 1e9), (0.1, 0.5)])
def test_several_steps_are_those_of_plain_adamw(decay: float, clip: float) -> None:
    ours, plain = start(decay, clip)
    random = np.random.default_rng(1)
    for step in range(6):
        scale = 10.0 ** (step - 3)  # some gradients are clipped, some are not
        gradients = {name: (scale * random.normal(size=shape)).astype(np.float32) for name, shape in SHAPES.items()}
        norm = ours.apply(
            {name: tf.constant(g) for name, g in gradients.items()}, tf.constant(0.05), tf.constant(step, tf.int64)
        )
        assert float(norm) == pytest.approx(plain.apply(gradients, 0.05, step), rel=1e-5)
        for name in SHAPES:
            assert np.allclose(ours.variables[name].numpy(), plain.weights[name], atol=1e-4), (step, name)
            assert np.allclose(ours.first[name].numpy(), plain.first[name], rtol=1e-4, atol=1e-6)
            assert np.allclose(ours.second[name].numpy(), plain.second[name], rtol=1e-4, atol=1e-6)


def test_a_sparse_gradient_is_a_dense_one_with_zeros() -> None:
    (sparse, _), (dense, _) = start(0.1, 1.0), start(0.1, 1.0)
    rows = tf.IndexedSlices(tf.constant([[1.0, 2.0, 3.0], [1.0, 0.0, 0.0]]), tf.constant([2, 2]), tf.constant([6, 3]))
    bias, rate, step = tf.ones(4), tf.constant(0.1), tf.constant(0, tf.int64)
    sparse.apply({"embedding": rows, "bias": bias}, rate, step)
    dense.apply({"embedding": tf.convert_to_tensor(rows), "bias": bias}, rate, step)
    assert np.array_equal(sparse.variables["embedding"].numpy(), dense.variables["embedding"].numpy())


def test_no_gradient_and_no_decay_is_no_change() -> None:
    ours, plain = start(0.0, 1.0)
    zeros = {name: tf.zeros(shape) for name, shape in SHAPES.items()}
    ours.apply(zeros, tf.constant(0.1), tf.constant(0, tf.int64))
    for name in SHAPES:
        assert np.array_equal(ours.variables[name].numpy(), plain.weights[name].astype(np.float32))


def test_weights_of_one_shape_share_an_update_and_nothing_else() -> None:
    made = as_kernel(_update).experimental_get_tracing_count()
    for rate in (0.5, 0.25):
        one, other = (keras.Variable(np.full((5, 7), value, np.float32)) for value in (1.0, 2.0))
        ours = AdamW({"one": one, "other": other}, 0.0, 1e9)
        gradients = {"one": tf.ones((5, 7)), "other": -tf.ones((5, 7))}
        ours.apply(gradients, tf.constant(rate), tf.constant(0, tf.int64))
        assert np.allclose(one, 1.0 - rate) and np.allclose(other, 2.0 + rate)
        assert np.allclose(ours.first["one"], 0.1) and np.allclose(ours.first["other"], -0.1)
    assert as_kernel(_update).experimental_get_tracing_count() == made + 1
