"""The free-running generator, and the reward of each token it draws (REINFORCE, Williams 1992).

`models/lstm.py` runs over a window whose inputs are known, with a gradient of its own. Here each input is the token
drawn at the step before, and plain operations let the gradient pass through the draws.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.models.kernels import as_graph
from textgen.models.language_model import KerasLanguageModel
from textgen.models.recurrent import State, weights_of
from textgen.tokenizers.base import LINE_END, PAD, START

Tensor = Any

_NEVER = -1e9


class Rollout(NamedTuple):
    """Lines as the generator writes them.

    Args:
        ids: LINE_END included, then PAD; a line that was cut for its length has no LINE_END. *Shape:* (batch, time).
        lengths: tokens of each line, LINE_END included. *Shape:* (batch,), int32.
        tokens: the ids as vectors that pass gradients on, zeros after the end. *Shape:* (batch, time, vocabulary).
        entropy: of the distributions drawn from, nats a token. *Shape:* ().
    """

    ids: Tensor
    lengths: Tensor
    tokens: Tensor
    entropy: Tensor


class Generator:
    """Writes lines after a context.

    Args:
        network: the language model.
        spoken: True for ids that may stand in a line, LINE_END among them. *Shape:* (vocabulary,).
        length: most tokens of a line, LINE_END included.
    """

    def __init__(self, network: KerasLanguageModel, spoken: NDArray[np.bool_], length: int) -> None:
        self.network, self.length = network, length
        inside = np.where(spoken, 0.0, _NEVER).astype(np.float32)
        first = inside.copy()
        first[LINE_END] = _NEVER  # a line has at least one token
        self.barred = np.stack([first, inside])
        self.sample = as_graph(self._sample)

    def begin(self, context: Tensor) -> tuple[Tensor, State]:
        """The last token of a context and the state before it; no gradient passes.

        Args:
            context: ids. *Shape:* (time, batch).
        """
        state = self.network.initial_state(context.shape[1])
        keep = tf.cast(context != START, tf.float32)
        if context.shape[0] > 1:
            _, state = self.network.logits(context[:-1], state, keep[:-1])
        return context[-1], [tf.stop_gradient(part * keep[-1][:, None]) for part in state]

    def relaxed(self, context: Tensor, seed: Tensor, temperature: Tensor, hard: bool) -> Rollout:
        """Writes lines through which a gradient passes.

        Args:
            context: ids. *Shape:* (time, batch).
            seed: of the draws. *Shape:* (2,), int64.
            temperature: of the relaxation; with `hard`, the ids drawn do not depend on it.
            hard: straight-through one-hot vectors instead of soft ones.
        """
        weights = self._weights()

        def embed(noisy: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
            tokens = relaxed_tokens(noisy, temperature, hard)
            return tokens, tf.matmul(tf.cast(tokens, weights["table"].dtype), weights["table"])

        return self._unroll(context, seed, weights, embed)

    def score(self, context: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The teacher-forced pass over lines that the generator has written.

        Args:
            context: ids. *Shape:* (time, batch).
            ids: as written. *Shape:* (batch, time).

        Returns:
            Log-probabilities of the ids and the entropies of the distributions they were drawn from, in nats.
            *Shape of each:* (batch, time).
        """
        last, state = self.begin(context)
        following = _turned(ids)
        inputs = tf.concat([last[None], following[:-1]], axis=0)
        logits, _ = self.network.logits(inputs, state, tf.ones(inputs.shape))
        barred = tf.concat([self.barred[:1], tf.repeat(self.barred[1:], inputs.shape[0] - 1, axis=0)], axis=0)
        log = tf.nn.log_softmax(logits + barred[:, None, :])
        chosen = tf.gather(log, following, batch_dims=2)
        return tf.transpose(chosen), tf.transpose(-tf.reduce_sum(tf.exp(log) * log, axis=-1))

    def _sample(self, context: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        """Writes lines, ids (batch, time) and lengths (batch,), without any gradient."""
        weights = self._weights()

        def embed(noisy: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
            return tf.zeros((noisy.shape[0], 0)), tf.gather(weights["table"], ids)

        rollout = self._unroll(context, seed, weights, embed)
        return rollout.ids, rollout.lengths

    def _weights(self) -> dict[str, Tensor]:
        """The language model's weights in the dtype of its matrix products, converted once and not at each token."""
        dtype = tf.as_dtype(self.network.compute)
        weights = {name: tf.cast(variable.value, dtype) for name, variable in self.network.named_weights().items()}
        table = weights.pop("embedding")
        head = tf.transpose(table) if self.network.config.tied else None
        return {**weights, "table": table} | ({} if head is None else {"head": head})

    def _unroll(
        self, context: Tensor, seed: Tensor, weights: dict[str, Tensor], embed: Callable[..., tuple[Tensor, Tensor]]
    ) -> Rollout:
        last, state = self.begin(context)
        batch, size = context.shape[1], self.network.config.vocabulary_size
        barred = tf.constant(self.barred)

        def body(t: Tensor, x: Tensor, alive: Tensor, lengths: Tensor, nats: Tensor, *rest: Any) -> tuple[Any, ...]:
            drawn, vectors, *before = rest
            logits, after = self._step(weights, x, before)
            logits = logits + barred[tf.minimum(t, 1)]
            noisy = logits + gumbel_noise((batch, size), seed + tf.cast(tf.stack([0, t]), tf.int64))
            ids = tf.argmax(noisy, axis=-1, output_type=tf.int32)
            tokens, x = embed(noisy, ids)
            going = tf.cast(alive, tf.float32)
            log = tf.nn.log_softmax(tf.stop_gradient(logits))
            nats = nats - tf.reduce_sum(going[:, None] * tf.exp(log) * log)
            drawn = drawn.write(t, tf.where(alive, ids, PAD))
            vectors = vectors.write(t, tokens * going[:, None])
            lengths = lengths + tf.cast(alive, tf.int32)
            return t + 1, x, alive & (ids != LINE_END), lengths, nats, drawn, vectors, *after

        arrays = [tf.TensorArray(dtype, 0, dynamic_size=True) for dtype in (tf.int32, tf.float32)]
        alive, lengths = tf.ones((batch,), tf.bool), tf.zeros((batch,), tf.int32)
        first = (0, tf.gather(weights["table"], last), alive, lengths, 0.0, *arrays, *state)
        _, _, _, lengths, nats, drawn, vectors, *_ = tf.while_loop(
            lambda t, x, alive, *_: tf.reduce_any(alive), body, first, maximum_iterations=self.length
        )
        entropy = nats / tf.cast(tf.reduce_sum(lengths), tf.float32)
        return Rollout(_turned(drawn.stack()), lengths, tf.transpose(vectors.stack(), (1, 0, 2)), entropy)

    def _step(self, weights: dict[str, Tensor], x: Tensor, state: State) -> tuple[Tensor, State]:
        """Maps token vectors (batch, embedding) to the next tokens' logits (batch, vocabulary) and the new state."""
        after: State = []
        for k, layer in enumerate(self.network.recurrent):
            parts = (weights[name] for name in weights_of(f"{self.network.config.cell}_{k}", layer))
            carried = layer.step(x, self.network.of_layer(k, state), *parts)
            after += carried
            x = tf.cast(carried[0], x.dtype)
        logits = tf.matmul(x, weights["output/kernel"])
        if "head" in weights:
            logits = tf.matmul(logits, weights["head"])
        return tf.cast(logits, tf.float32) + tf.cast(weights["output/bias"], tf.float32), after


def _turned(ids: Tensor) -> Tensor:
    """Transposes ids by a gather: oneDNN cannot transpose int32 and reports that as an error."""
    rows, columns = tf.unstack(tf.shape(ids))
    places = tf.range(columns)[:, None] + columns * tf.range(rows)[None, :]
    return tf.ensure_shape(tf.gather(tf.reshape(ids, [-1]), places), list(ids.shape)[::-1])


def gumbel_noise(shape: tuple[int, ...], seed: Tensor) -> Tensor:
    """Standard Gumbel noise: the largest of logits plus noise is a draw from their softmax.

    Args:
        shape: of the noise.
        seed: *Shape:* (2,), int64.
    """
    uniform = tf.random.stateless_uniform(shape, seed, minval=1e-7, maxval=1.0)
    return -tf.math.log(-tf.math.log(uniform))


def relaxed_tokens(noisy: Tensor, temperature: Tensor, hard: bool) -> Tensor:
    """The drawn tokens as vectors over the vocabulary, with the gradient of a softmax (Jang et al. 2017).

    Args:
        noisy: logits plus Gumbel noise. *Shape:* (batch, vocabulary).
        temperature: of the softmax; the lower, the closer to one-hot and the larger the gradient's variance.
        hard: True gives one-hot vectors with the gradient of the soft vectors (straight-through); False gives the soft
            vectors themselves.

    Returns:
        *Shape:* (batch, vocabulary).
    """
    soft = tf.nn.softmax(noisy / temperature)
    if not hard:
        return soft
    drawn = tf.one_hot(tf.argmax(noisy, axis=-1), noisy.shape[-1])
    return drawn + (soft - tf.stop_gradient(soft))


_MEMORY = 0.95


def prefixes(ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """All prefixes of each text: the critic judges each token by the prefix that ends with it.

    Args:
        ids: *Shape:* (batch, time).
        lengths: *Shape:* (batch,).

    Returns:
        Ids (batch x time, time) and lengths (batch x time,); a prefix is never longer than its text.
    """
    time = tf.shape(ids)[1]
    ends = tf.minimum(tf.range(1, time + 1)[None, :], lengths[:, None])
    return tf.repeat(ids, time, axis=0), tf.reshape(ends, [-1])


def returns(rewards: Tensor, discount: float) -> Tensor:
    """Discounted sums of the rewards from each token on (d'Autume et al. 2019).

    Args:
        rewards: zero after a text's end. *Shape:* (batch, time).
        discount: factor by which a reward shrinks for each token in between.
    """
    backward = tf.transpose(tf.reverse(rewards, [1]))
    total = tf.scan(lambda later, reward: reward + discount * later, backward)
    return tf.reverse(tf.transpose(total), [1])


def advantages(returned: Tensor, mask: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Returns minus the average return at that position, divided by the standard deviation.

    Args:
        returned: *Shape:* (batch, time).
        mask: 1 where a token was drawn. *Shape:* (batch, time).
        memory: decaying sums of returns, of their squares and of their number at each position; first from `no_memory`.
            *Shape:* (3, time).

    Returns:
        Advantages (batch, time), and the memory for the next batch.
    """
    seen = tf.stack(
        [tf.reduce_sum(part * mask, axis=0) for part in (returned, returned * returned, tf.ones_like(mask))]
    )
    # A position that was never reached before takes its statistics from this batch.
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
    """The loss whose gradient is that of the negative expected return.

    Args:
        log_probabilities: of the drawn tokens, nats. *Shape:* (batch, time).
        advantage: of each token. *Shape:* (batch, time).
        mask: 1 where a token was drawn. *Shape:* (batch, time).
    """
    weighted = log_probabilities * tf.stop_gradient(advantage) * mask
    return -tf.reduce_sum(weighted) / tf.maximum(tf.reduce_sum(mask), 1.0)
