"""Drawing tokens so that a gradient can pass."""

from typing import Any

import tensorflow as tf

Tensor = Any


def gumbel_noise(shape: tuple[int, ...], seed: Tensor) -> Tensor:
    """Standard Gumbel noise: the largest of logits plus noise is a draw from their softmax.

    Args:
        shape: of the noise.
        seed: *Shape:* (2,), int64.
    """
    uniform = tf.random.stateless_uniform(shape, seed, minval=1e-7, maxval=1.0)
    return -tf.math.log(-tf.math.log(uniform))


def relaxed_tokens(noisy: Tensor, temperature: Tensor, hard: bool) -> Tensor:
    """Draws as vectors over the vocabulary whose gradient is that of a softmax (Jang et al. 2017).

    Args:
        noisy: logits plus Gumbel noise. *Shape:* (batch, vocabulary).
        temperature: of the softmax; the lower, the closer to one-hot and the larger the gradient's variance.
        hard: give one-hot vectors whose gradient is that of the soft ones (straight-through); otherwise the soft ones
            themselves.

    Returns:
        *Shape:* (batch, vocabulary).
    """
    soft = tf.nn.softmax(noisy / temperature)
    if not hard:
        return soft
    drawn = tf.one_hot(tf.argmax(noisy, axis=-1), noisy.shape[-1])
    return drawn + (soft - tf.stop_gradient(soft))
