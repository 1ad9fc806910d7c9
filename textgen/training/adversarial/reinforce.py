"""REINFORCE (Williams 1992): what each drawn token is worth, and the loss that makes rewarded tokens likelier."""

from typing import Any

import tensorflow as tf

Tensor = Any

_MEMORY = 0.95


def prefixes(ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """All beginnings of each text, so that a critic of texts judges every token (the prefix that ends with it).

    Args:
        ids: *Shape:* (batch, time).
        lengths: *Shape:* (batch,).

    Returns:
        Ids (batch x time, time) and lengths (batch x time,); a beginning is never longer than its text.
    """
    time = tf.shape(ids)[1]
    ends = tf.minimum(tf.range(1, time + 1)[None, :], lengths[:, None])
    return tf.repeat(ids, time, axis=0), tf.reshape(ends, [-1])


def returns(rewards: Tensor, discount: float) -> Tensor:
    """The rewards from each token on, later ones counting less (d'Autume et al. 2019).

    Args:
        rewards: zero behind a text's end. *Shape:* (batch, time).
        discount: factor for each token in between.
    """
    backward = tf.transpose(tf.reverse(rewards, [1]))
    total = tf.scan(lambda later, reward: reward + discount * later, backward)
    return tf.reverse(tf.transpose(total), [1])


def advantages(returned: Tensor, mask: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Returns less what was usual at that place, in units of what is usual to differ.

    Args:
        returned: *Shape:* (batch, time).
        mask: 1 where a token was drawn. *Shape:* (batch, time).
        memory: decaying sums of returns, of their squares and of their number at each place, from `no_memory`.
            *Shape:* (3, time).

    Returns:
        Advantages (batch, time), and the memory for the next batch.
    """
    seen = tf.stack(
        [tf.reduce_sum(part * mask, axis=0) for part in (returned, returned * returned, tf.ones_like(mask))]
    )
    # Before a place was ever reached, what was just seen there has to do.
    known = tf.where(memory[2] > 0, memory, seen)
    baseline = known[0] / tf.maximum(known[2], 1e-6)
    variance = tf.maximum(
        tf.reduce_sum(known[1] - known[2] * baseline**2) / tf.maximum(tf.reduce_sum(known[2]), 1e-6), 0.0
    )
    return mask * (returned - baseline) / tf.sqrt(variance + 1e-6), _MEMORY * memory + (1.0 - _MEMORY) * seen


def no_memory(time: int) -> Tensor:
    """The memory before the first batch."""
    return tf.zeros((3, time))


def policy_loss(log_probabilities: Tensor, advantage: Tensor, mask: Tensor) -> Tensor:
    """The loss whose gradient is that of the expected return.

    Args:
        log_probabilities: of the drawn tokens, nats. *Shape:* (batch, time).
        advantage: of each. *Shape:* (batch, time).
        mask: 1 where a token was drawn. *Shape:* (batch, time).
    """
    weighted = log_probabilities * tf.stop_gradient(advantage) * mask
    return -tf.reduce_sum(weighted) / tf.maximum(tf.reduce_sum(mask), 1.0)
