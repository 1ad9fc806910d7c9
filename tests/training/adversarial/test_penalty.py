"""The gradient penalty on critics whose slope is known, and against finite differences."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.training.adversarial.penalty import gradient_penalty


def random_texts(seed: int) -> Any:
    return tf.constant(np.random.default_rng(seed).random((3, 4, 5)), tf.float32)


def test_a_linear_critic_has_the_same_slope_everywhere() -> None:
    slope = np.zeros((4, 5), np.float32)
    slope[0, 0], slope[2, 3] = 3.0, 4.0  # of norm 5, which is 4 too much
    penalty = gradient_penalty(
        lambda x: tf.reduce_sum(x * slope, axis=(1, 2)), random_texts(0), random_texts(1), tf.constant([0.0, 0.5, 1.0])
    )
    assert float(penalty) == pytest.approx(16.0, rel=1e-5)


def test_the_slope_is_taken_between_the_texts_and_not_elsewhere() -> None:
    real, generated = tf.zeros((2, 1, 2)), tf.constant([[[4.0, 0.0]], [[0.0, 4.0]]])
    # Half the square: the slope at x is x itself. A quarter of the way to the real text x is 3 long, at it 0.
    penalty = gradient_penalty(
        lambda x: 0.5 * tf.reduce_sum(x * x, axis=(1, 2)), real, generated, tf.constant([0.25, 1.0])
    )
    assert float(penalty) == pytest.approx(((3 - 1) ** 2 + (0 - 1) ** 2) / 2, rel=1e-4)


def test_its_own_gradient_is_the_numeric_one() -> None:
    weight = tf.Variable(np.random.default_rng(2).normal(0, 1, (5, 6)), dtype=tf.float32)
    head = tf.constant(np.random.default_rng(3).normal(0, 1, (6,)), tf.float32)
    shares = tf.constant([0.2, 0.7, 0.4])

    def penalty() -> Any:
        def critic(x: Any) -> Any:
            return tf.reduce_sum(tf.tanh(x @ weight) * head, axis=(1, 2))

        return gradient_penalty(critic, random_texts(0), random_texts(1), shares)

    with tf.GradientTape() as tape:
        value = penalty()
    gradient = tape.gradient(value, weight).numpy()
    change = np.zeros_like(gradient)
    change[2, 1] = 1e-2
    weight.assign_add(change)
    above = float(penalty())
    weight.assign_sub(2 * change)
    assert (above - float(penalty())) / 2e-2 == pytest.approx(gradient[2, 1], rel=2e-2)
