"""The softmax's cross-entropy as two kernels: a large vocabulary is passed over once on the way there and once back.

Op by op, float32 copies of (tokens, vocabulary) are written and read a dozen times; here the matmul's result stays in
the compute dtype, and its gradient is formed in one go. Like the fused LSTM, this knows TensorFlow rather than Keras.
"""

from typing import Any

import tensorflow as tf

from textgen.models.graph import as_own_kernel

Tensor = Any


def cross_entropy(
    products: Tensor, bias: Tensor, targets: Tensor, scored: Tensor, smoothing: float = 0.0
) -> tuple[Tensor, Tensor]:
    """The negative log-probability of the scored targets, and the same for smoothed targets (Szegedy et al. 2016).

    Args:
        products: logits but for the bias, in the compute dtype. *Shape:* (..., vocabulary).
        bias: *Shape:* (vocabulary,).
        targets: ids. *Shape:* (...).
        scored: 1 where the target counts, else 0. *Shape:* (...).
        smoothing: share of a target's probability that is spread evenly over the vocabulary.

    Returns:
        Both as sums over the scored targets, in nats and float32. Only the second has a gradient.
    """
    flat = tf.reshape(products, [-1, products.shape[-1]])
    rows = [tf.reshape(x, [-1]) for x in (targets, scored)]
    plain, smoothed = _differentiable(flat, tf.convert_to_tensor(bias), *rows, tf.constant(smoothing, tf.float32))
    return tf.stop_gradient(plain), smoothed


def _forward(products: Tensor, bias: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The normaliser, the target's logit and the mean logit of each row."""
    logits = tf.cast(products, tf.float32) + bias
    top = tf.reduce_max(logits, axis=-1)
    normaliser = top + tf.math.log(tf.reduce_sum(tf.exp(logits - top[:, None]), axis=-1))
    return normaliser, tf.gather(logits, targets, batch_dims=1), tf.reduce_mean(logits, axis=-1)


def _backward(
    products: Tensor, bias: Tensor, targets: Tensor, normaliser: Tensor, weights: Tensor, smoothing: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of products and bias: probabilities minus smoothed targets, times the weight of each row."""
    vocabulary = products.shape[-1]
    probabilities = tf.exp(tf.cast(products, tf.float32) + bias - normaliser[:, None])
    chosen = tf.cast(targets[:, None] == tf.range(vocabulary, dtype=targets.dtype), tf.float32)
    gradient = weights[:, None] * (probabilities - (1.0 - smoothing) * chosen - smoothing / vocabulary)
    return tf.cast(gradient, products.dtype), tf.reduce_sum(gradient, axis=0)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _differentiable(products: Tensor, bias: Tensor, targets: Tensor, scored: Tensor, smoothing: Tensor) -> Any:
    normaliser, chosen, mean = as_own_kernel(_forward)(products, bias, targets)
    plain = tf.reduce_sum((normaliser - chosen) * scored)
    even = tf.reduce_sum((normaliser - mean) * scored)

    def gradient(_: Tensor, upstream: Tensor) -> tuple[Tensor | None, ...]:
        weights = upstream * scored
        return *as_own_kernel(_backward)(products, bias, targets, normaliser, weights, smoothing), None, None, None

    return (plain, (1.0 - smoothing) * plain + smoothing * even), gradient
