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
    logits = ops.cast(logits, "float32")
    top = ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    normaliser = ops.log(ops.sum(ops.exp(logits - top), axis=-1)) + top[..., 0]
    chosen = ops.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return ops.sum((normaliser - chosen) * scored)
