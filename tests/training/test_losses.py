import math

import numpy as np
import pytest
import tensorflow as tf

from textgen.training.losses import cross_entropy, smoothed_cross_entropy


def loss(logits: list[list[float]], targets: list[int], scored: list[float], dtype: str = "float32") -> float:
    return float(cross_entropy(tf.constant(logits, dtype), tf.constant(targets), tf.constant(scored)))


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
    flat = cross_entropy(tf.constant(logits.reshape(8, 5)), tf.constant(targets.reshape(8)), scored.reshape(8))
    assert float(cross_entropy(tf.constant(logits), tf.constant(targets), scored)) == pytest.approx(float(flat))


def test_bfloat16_logits_come_near() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [1.0, 2.0, 3.0]]
    exact = loss(logits, [1, 2], [1.0, 1.0])
    assert loss(logits, [1, 2], [1.0, 1.0], "bfloat16") == pytest.approx(exact, rel=0.02)


def test_the_gradient_is_probability_minus_one_at_the_target() -> None:
    logits = tf.constant([[math.log(0.5), math.log(0.3), math.log(0.2)]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = cross_entropy(logits, tf.constant([1]), tf.constant([1.0]))
    assert np.asarray(tape.gradient(value, logits))[0] == pytest.approx([0.5, -0.7, 0.2], abs=1e-6)


def smoothed(logits: list[list[float]], targets: list[int], scored: list[float], share: float) -> tuple[float, float]:
    plain, loss = smoothed_cross_entropy(tf.constant(logits), tf.constant(targets), tf.constant(scored), share)
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


def test_the_gradient_of_smoothed_labels_is_probability_minus_label() -> None:
    logits = tf.constant([[math.log(0.5), math.log(0.3), math.log(0.2)]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        _, value = smoothed_cross_entropy(logits, tf.constant([1]), tf.constant([1.0]), 0.3)
    assert np.asarray(tape.gradient(value, logits))[0] == pytest.approx([0.4, -0.5, 0.1], abs=1e-6)


def test_smoothing_pulls_a_certain_model_back() -> None:
    certain, hesitant = (smoothed([[top, 0.0, 0.0]], [0], [1.0], 0.1) for top in (30.0, 4.0))
    assert certain[0] < hesitant[0]
    assert certain[1] > hesitant[1]
