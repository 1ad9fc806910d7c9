"""The softmax's cross-entropy as kernels, over the whole vocabulary or over a sample of a large one.

Separate ops write and read float32 copies of (tokens, vocabulary) a dozen times; here the matmul's result stays in the
compute dtype, and its gradient is formed in one pass. With a large vocabulary this is still most of a training step's
work, so each step takes the softmax over a sample; scoring held-out text and writing use the same weights, over the
whole vocabulary. Like the fused LSTM, this module uses TensorFlow directly rather than Keras.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from textgen.models.kernels import as_own_kernel

Tensor = Any


def cross_entropy(
    products: Tensor, bias: Tensor, targets: Tensor, scored: Tensor, smoothing: float = 0.0
) -> tuple[Tensor, Tensor]:
    """The negative log-probability of the scored targets, and the same for smoothed targets (Szegedy et al. 2016).

    Args:
        products: logits without the bias, in the compute dtype. *Shape:* (..., vocabulary).
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


def copying_cross_entropy(
    products: Tensor,
    bias: Tensor,
    copies: Tensor,
    contexts: Tensor,
    targets: Tensor,
    scored: Tensor,
    smoothing: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """`cross_entropy` where the tokens of contexts compete with the vocabulary in one softmax (Gu et al. 2016).

    Args:
        products, bias, targets, scored, smoothing: as `cross_entropy` takes them, for (time, batch) targets.
        copies: scores of the tokens of the contexts. *Shape:* (time, batch, context), float32.
        contexts: their ids. *Shape:* (context, batch).

    Returns:
        Both as sums over the scored targets, in nats and float32. Only the second has a gradient.
    """
    flat = tf.reshape(products, [-1, products.shape[-1]])
    rows = _row_logits(flat, tf.convert_to_tensor(bias), tf.reshape(targets, [-1]))
    written, chosen, mean = (tf.reshape(row, tf.shape(targets)) for row in rows)
    is_target = tf.transpose(contexts)[None] == targets[:, :, None]
    all_copies = tf.reduce_logsumexp(copies, axis=-1)
    its_copies = tf.reduce_logsumexp(tf.where(is_target, copies, -1e9), axis=-1)
    normaliser = _log_add(written, all_copies)
    plain = tf.reduce_sum((normaliser - _log_add(chosen, its_copies)) * scored)
    even = tf.reduce_sum((normaliser - mean) * scored)
    return tf.stop_gradient(plain), (1.0 - smoothing) * plain + smoothing * even


def _log_add(one: Tensor, other: Tensor) -> Tensor:
    """The logarithm of the sum of two exponentials."""
    return tf.maximum(one, other) + tf.math.softplus(-tf.abs(one - other))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _row_logits(products: Tensor, bias: Tensor, targets: Tensor) -> Any:
    """The normaliser, the target's logit and the mean logit of each row."""
    normaliser, chosen, mean = as_own_kernel(_forward)(products, bias, targets)

    def gradient(*upstream: Tensor) -> tuple[Tensor | None, ...]:
        return *as_own_kernel(_row_gradients)(products, bias, targets, normaliser, *upstream), None

    return (normaliser, chosen, mean), gradient


def _row_gradients(
    products: Tensor, bias: Tensor, targets: Tensor, normaliser: Tensor, total: Tensor, chosen: Tensor, mean: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of products and bias, given those of each row's normaliser, target's logit and mean logit."""
    vocabulary = products.shape[-1]
    probabilities = tf.exp(tf.cast(products, tf.float32) + bias - normaliser[:, None])
    is_target = tf.cast(targets[:, None] == tf.range(vocabulary, dtype=targets.dtype), tf.float32)
    gradient = total[:, None] * probabilities + chosen[:, None] * is_target + mean[:, None] / vocabulary
    return tf.cast(gradient, products.dtype), tf.reduce_sum(gradient, axis=0)


Output = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Gives the softmax's weights of ids (n,): their vectors (n, width) and their biases (n,)."""


class Candidates(NamedTuple):
    """The ids over which one step takes its softmax, instead of the whole vocabulary.

    Args:
        ids: each at most once. *Shape:* (candidates,), int32.
        log_chance: logarithm of each id's probability of being a candidate. *Shape:* (vocabulary,).
    """

    ids: Tensor
    log_chance: Tensor


class SampledOutput(NamedTuple):
    """The softmax's weights that a step needs, read once for all parts of its batch.

    Args:
        candidates: of the step.
        rows, biases: of the candidates. *Shapes:* (candidates, width), (candidates,).
        target_rows, target_biases: of each target. *Shapes:* (time, batch, width), (time, batch).
    """

    candidates: Candidates
    rows: Tensor
    biases: Tensor
    target_rows: Tensor
    target_biases: Tensor

    @classmethod
    def read(cls, output: Output, candidates: Candidates, targets: Tensor) -> "SampledOutput":
        """Reads the weights of candidates and targets (time, batch)."""
        count, shape = candidates.ids.shape[0], targets.shape
        flat = tf.cast(tf.reshape(targets, [-1]), candidates.ids.dtype)
        rows, biases = output(tf.concat([candidates.ids, flat], axis=0))
        chosen = tf.reshape(rows[count:], [*shape, -1]), tf.reshape(biases[count:], shape)
        return cls(candidates, rows[:count], biases[:count], *chosen)

    def of(self, sequences: slice) -> "SampledOutput":
        """The weights that some of the batch's sequences need."""
        rows, biases = self.target_rows[:, sequences], self.target_biases[:, sequences]
        return self._replace(target_rows=rows, target_biases=biases)


def sampled_cross_entropy(
    vectors: Tensor, output: SampledOutput, targets: Tensor, scored: Tensor
) -> tuple[Tensor, Tensor]:
    """An estimate of the negative log-probability of the scored targets, and the loss that is minimised in its place.

    The loss is the cross-entropy over a token's target and the candidates, with the logarithm of its chance subtracted
    from each logit. The same weights minimise it as minimise that of the whole softmax, however few the candidates are
    (Jean et al. 2015, section 3; Bengio and Senecal 2008), but its value is too low. The estimate takes the target's
    logit as it is, and divides every other candidate's share in the normaliser by its chance, so that the normaliser is
    unbiased.

    Args:
        vectors: the inputs of the softmax layer, in the compute dtype. *Shape:* (time, batch, width).
        output: the weights of the softmax layer, read for these targets.
        targets: ids. *Shape:* (time, batch).
        scored: 1 where the target counts, else 0. *Shape:* (time, batch).

    Returns:
        Both as sums over the scored targets, in nats and float32. Only the second has a gradient.
    """
    ids, log_chance = output.candidates
    products = tf.matmul(
        tf.reshape(vectors, [-1, vectors.shape[-1]]), tf.cast(output.rows, vectors.dtype), transpose_b=True
    )
    shift = output.biases - tf.gather(log_chance, ids)
    others = tf.reshape(_others(products, shift, ids, tf.reshape(targets, [-1])), targets.shape)
    chosen = tf.reduce_sum(tf.cast(vectors, tf.float32) * output.target_rows, axis=-1) + output.target_biases
    estimate, loss = (
        tf.reduce_sum(tf.math.softplus(others - logits) * scored)
        for logits in (chosen, chosen - tf.gather(log_chance, targets))
    )
    return tf.stop_gradient(estimate), loss


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _others(products: Tensor, shift: Tensor, ids: Tensor, targets: Tensor) -> Any:
    """The log-sum-exp of each row's shifted products, without its target."""
    normaliser = as_own_kernel(_forward_sampled)(products, shift, ids, targets)

    def gradient(upstream: Tensor) -> tuple[Tensor | None, ...]:
        return *as_own_kernel(_backward_sampled)(products, shift, ids, targets, normaliser, upstream), None, None

    return normaliser, gradient


def _logits(products: Tensor, shift: Tensor, ids: Tensor, targets: Tensor) -> Tensor:
    logits = tf.cast(products, tf.float32) + shift
    return tf.where(targets[:, None] == tf.cast(ids, targets.dtype), float("-inf"), logits)


def _forward_sampled(products: Tensor, shift: Tensor, ids: Tensor, targets: Tensor) -> Tensor:
    logits = _logits(products, shift, ids, targets)
    top = tf.reduce_max(logits, axis=-1)
    return top + tf.math.log(tf.reduce_sum(tf.exp(logits - top[:, None]), axis=-1))


def _backward_sampled(
    products: Tensor, shift: Tensor, ids: Tensor, targets: Tensor, normaliser: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor]:
    shares = tf.exp(_logits(products, shift, ids, targets) - normaliser[:, None])
    gradient = upstream[:, None] * shares
    return tf.cast(gradient, products.dtype), tf.reduce_sum(gradient, axis=0)
