"""Draws are draws from the softmax, and the gradient of hard ones is that of soft ones."""

import numpy as np
import pytest
import tensorflow as tf

from textgen.training.adversarial.gumbel import gumbel_noise, relaxed_tokens

SEED = tf.constant([1, 2], tf.int64)


def test_the_largest_of_logits_and_noise_is_a_draw_from_the_softmax() -> None:
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    drawn = tf.argmax(np.log(shares).astype(np.float32) + gumbel_noise((20_000, 4), SEED), axis=-1).numpy()
    assert np.bincount(drawn, minlength=4) / 20_000 == pytest.approx(shares, abs=0.012)


def test_noise_is_a_function_of_the_seed() -> None:
    one, same, other = (gumbel_noise((3, 4), seed).numpy() for seed in (SEED, SEED, SEED + 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_hard_tokens_are_one_hot_at_any_temperature() -> None:
    noisy = tf.constant([[0.1, 2.0, -1.0], [3.0, 2.9, 0.0]])
    for temperature in (0.1, 1.0, 5.0):
        assert relaxed_tokens(noisy, temperature, hard=True).numpy() == pytest.approx(np.eye(3)[[1, 0]], abs=1e-6)


def test_soft_tokens_are_a_softmax_that_sharpens() -> None:
    noisy = tf.constant([[np.log(3.0), 0.0]], tf.float32)
    assert relaxed_tokens(noisy, 1.0, hard=False).numpy() == pytest.approx(np.array([[0.75, 0.25]]))
    assert relaxed_tokens(noisy, 0.5, hard=False).numpy() == pytest.approx(np.array([[0.9, 0.1]]))


def test_the_gradient_of_hard_tokens_is_that_of_soft_ones() -> None:
    noisy, worth = tf.constant([[np.log(3.0), 0.0]], tf.float32), tf.constant([[2.0, -1.0]])
    gradients = []
    for hard in (True, False):
        with tf.GradientTape() as tape:
            tape.watch(noisy)
            total = tf.reduce_sum(relaxed_tokens(noisy, 0.5, hard) * worth)
        gradients.append(tape.gradient(total, noisy).numpy())
    # Of a softmax at half the temperature: 2 p (1 - p) times the difference in worth, p = 0.9.
    assert gradients[0] == pytest.approx(np.array([[0.54, -0.54]]), abs=1e-5)
    assert np.array_equal(*gradients)
