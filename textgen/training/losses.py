"""What training minimises."""

from typing import Any

from keras import ops

Tensor = Any


def cross_entropy(logits: Tensor, targets: Tensor, scored: Tensor) -> Tensor:
    """Sum of the scored targets' negative log-probabilities, in nats.

    Args:
        logits: in any dtype; the sum is formed in float32. *Shape:* (..., vocabulary).
        targets: *Shape:* (...).
        scored: 1 where the target counts, else 0. *Shape:* (...).
    """
    return smoothed_cross_entropy(logits, targets, scored, 0.0)[0]


def smoothed_cross_entropy(logits: Tensor, targets: Tensor, scored: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
    """The cross-entropy, and the same against targets that leave something to all other ids (Szegedy et al. 2016).

    Args:
        logits: in any dtype; the sums are formed in float32. *Shape:* (..., vocabulary).
        targets: *Shape:* (...).
        scored: 1 where the target counts, else 0. *Shape:* (...).
        smoothing: share of the probability that is spread evenly over the vocabulary.

    Returns:
        Both as sums over the scored targets, in nats.
    """
    logits = ops.cast(logits, "float32")
    top = ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    normaliser = ops.log(ops.sum(ops.exp(logits - top), axis=-1)) + top[..., 0]
    chosen = ops.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    plain = ops.sum((normaliser - chosen) * scored)
    if smoothing == 0:
        return plain, plain
    even = ops.sum((normaliser - ops.mean(logits, axis=-1)) * scored)
    return plain, (1.0 - smoothing) * plain + smoothing * even
