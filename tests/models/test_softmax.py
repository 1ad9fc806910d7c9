import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.models.softmax import cross_entropy


def loss(logits: list[list[float]], targets: list[int], scored: list[float], dtype: str = "float32") -> float:
    bias = tf.zeros(len(logits[0]))
    return float(cross_entropy(tf.constant(logits, dtype), bias, tf.constant(targets), tf.constant(scored))[0])


def test_the_sum_over_scored_targets_by_hand() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [0.0, 0.0, 0.0], [9.0, 9.0, 9.0]]
    assert loss(logits, [1, 2, 0], [1.0, 1.0, 0.0]) == pytest.approx(math.log(4) + math.log(3))
    assert loss(logits, [1, 2, 0], [0.0, 0.0, 0.0]) == 0.0


def test_logits_far_from_zero_do_not_overflow() -> None:
    assert loss([[1000.0, 0.0]], [1], [1.0]) == pytest.approx(1000.0)
    assert loss([[-1000.0, -1000.0]], [0], [1.0]) == pytest.approx(math.log(2), abs=1e-4)


def test_any_rank() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 2, 5)).astype(np.float32)
    targets = np.array([[0, 1], [2, 3], [4, 0], [1, 2]])
    scored = np.ones((4, 2), np.float32)
    bias = tf.constant([0.1, -0.2, 0.3, 0.0, 1.0])
    flat, _ = cross_entropy(tf.constant(logits.reshape(8, 5)), bias, targets.reshape(8), scored.reshape(8))
    assert float(cross_entropy(tf.constant(logits), bias, targets, scored)[0]) == pytest.approx(float(flat))


def test_bfloat16_logits_come_near() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [1.0, 2.0, 3.0]]
    exact = loss(logits, [1, 2], [1.0, 1.0])
    assert loss(logits, [1, 2], [1.0, 1.0], "bfloat16") == pytest.approx(exact, rel=0.02)


def smoothed(logits: list[list[float]], targets: list[int], scored: list[float], share: float) -> tuple[float, float]:
    bias = tf.zeros(len(logits[0]))
    plain, loss = cross_entropy(tf.constant(logits), bias, tf.constant(targets), tf.constant(scored), share)
    return float(plain), float(loss)


def test_smoothed_labels_by_hand() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [9.0, 0.0, 0.0]]
    plain, loss = smoothed(logits, [0, 1], [1.0, 0.0], 0.3)
    # The target has 0.7 + 0.1 of the probability, and each of the others 0.1.
    assert plain == pytest.approx(math.log(2))
    assert loss == pytest.approx(0.8 * math.log(2) + 0.2 * math.log(4))


def test_without_smoothing_both_figures_are_the_same() -> None:
    plain, loss = smoothed([[0.3, -2.0, 1.0]], [2], [1.0], 0.0)
    assert plain == loss == pytest.approx(-math.log(math.exp(1.0) / (math.exp(0.3) + math.exp(-2.0) + math.exp(1.0))))


@pytest.mark.parametrize(("smoothing", "expected"), [(0.0, [0.5, -0.7, 0.2]), (0.3, [0.4, -0.5, 0.1])])
def test_the_gradient_is_probability_minus_label(smoothing: float, expected: list[float]) -> None:
    products, bias = (
        tf.constant([[math.log(0.5), 0.0, math.log(0.2)], [1.0, 2.0, 3.0]]),
        tf.constant([0.0, math.log(0.3), 0.0]),
    )
    with tf.GradientTape() as tape:
        tape.watch([products, bias])
        _, loss = cross_entropy(products, bias, tf.constant([1, 0]), tf.constant([1.0, 0.0]), smoothing)
        loss *= 2.0
    first, second = (np.asarray(gradient) for gradient in tape.gradient(loss, [products, bias]))
    assert first == pytest.approx(2 * np.array([expected, [0.0, 0.0, 0.0]]), abs=1e-6)
    assert second == pytest.approx(2 * np.array(expected), abs=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_values_and_gradients_are_those_of_the_plain_ops(dtype: str) -> None:
    random = np.random.default_rng(1)
    products, bias = tf.cast(random.normal(size=(5, 3, 40)), dtype), tf.constant(random.normal(size=40), tf.float32)
    targets, scored = (
        tf.constant(random.integers(0, 40, (5, 3))),
        tf.constant(random.integers(0, 2, (5, 3)), tf.float32),
    )

    def by_ops() -> Any:
        logits = tf.cast(products, tf.float32) + bias
        labels = 0.9 * tf.one_hot(targets, 40) + 0.1 / 40
        return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels, logits) * scored)

    results = []
    for function in (by_ops, lambda: cross_entropy(products, bias, targets, scored, 0.1)[1]):
        with tf.GradientTape() as tape:
            tape.watch([products, bias])
            loss = function()
        results.append([float(loss), *tape.gradient(loss, [products, bias])])
    (loss, *gradients), (same, *ours) = results
    assert same == pytest.approx(loss, rel=1e-5)
    for one, other in zip(gradients, ours, strict=True):
        assert one.dtype == other.dtype
        assert np.allclose(
            tf.cast(one, tf.float32), tf.cast(other, tf.float32), atol=1e-5 if dtype == "float32" else 4e-3
        )


def test_smoothing_pulls_a_certain_model_back() -> None:
    certain, hesitant = (smoothed([[top, 0.0, 0.0]], [0], [1.0], 0.1) for top in (30.0, 4.0))
    assert certain[0] < hesitant[0]
    assert certain[1] > hesitant[1]
