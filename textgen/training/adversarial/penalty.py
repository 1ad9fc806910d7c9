"""The gradient penalty of the Wasserstein critic."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Tensor = Any


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, generated: Tensor, shares: Tensor) -> Tensor:
    """How far the critic's slope is from one between real and generated texts (Gulrajani et al. 2017).

    Args:
        critic: soft tokens to logits. *Shape:* (batch, time, vocabulary) to (batch,).
        real: one-hot tokens, zeros where a text is over. *Shape:* (batch, time, vocabulary).
        generated: likewise.
        shares: of the real text in the mixture of each pair, 0 to 1. *Shape:* (batch,).

    Returns:
        The mean squared difference between the gradient's norm and one. *Shape:* ().
    """
    shares = shares[:, None, None]
    mixed = shares * real + (1.0 - shares) * generated
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        total = tf.reduce_sum(critic(mixed))
    slopes = tape.gradient(total, mixed)
    # The root's own slope is infinite at zero, where a dead critic begins.
    norms = tf.sqrt(tf.reduce_sum(slopes * slopes, axis=(1, 2)) + 1e-12)
    return tf.reduce_mean(tf.square(norms - 1.0))
