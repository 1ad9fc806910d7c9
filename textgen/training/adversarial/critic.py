"""The critic: the losses of both networks, the gradient penalty, the critic's noise and dropout, and its update."""

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf
from keras import ops

from textgen.config import AdversarialConfig
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator
from textgen.training.adamw import AdamW
from textgen.training.dropout import Masks

Tensor = Any


class Loss(NamedTuple):
    """What the critic and the generator minimise.

    Args:
        critic: maps logits of real texts, logits of generated texts and the label of real text to a loss per pair.
            *Shapes:* (batch,), (batch,), () to (batch,).
        generator: maps logits of generated texts, logits of real texts and the label of real text to a loss per
            generated text.
            *Shapes:* (...), (...), () to (...).
    """

    critic: Callable[[Tensor, Tensor, float], Tensor]
    generator: Callable[[Tensor, Tensor, float], Tensor]


def _cross_entropy(real: Tensor, generated: Tensor, label: float) -> Tensor:
    """The critic's cross-entropy loss; only the label of real text is smoothed (Salimans et al. 2016)."""
    smoothed = label * ops.softplus(-real) + (1.0 - label) * ops.softplus(real)
    return smoothed + ops.softplus(generated)


LOSSES = {
    # Goodfellow et al. 2014, the loss of the theory: the generator maximises the critic's loss.
    "minimax": Loss(_cross_entropy, lambda generated, real, label: -ops.softplus(generated)),
    # The same paper, the loss used in practice: its gradient does not vanish while the critic is ahead.
    "non-saturating": Loss(_cross_entropy, lambda generated, real, label: ops.softplus(-generated)),
    # Mao et al. 2017: the logit is fitted to the label itself.
    "least-squares": Loss(
        lambda real, generated, label: 0.5 * (ops.square(real - label) + ops.square(generated)),
        lambda generated, real, label: 0.5 * ops.square(generated - label),
    ),
    # Jolicoeur-Martineau 2019, in pairs: which of the two is more real?
    "relativistic": Loss(
        lambda real, generated, label: ops.softplus(generated - real),
        lambda generated, real, label: ops.softplus(real - generated),
    ),
    # Arjovsky et al. 2017; the gradient penalty comes on top.
    "wasserstein": Loss(
        lambda real, generated, label: generated - real,
        lambda generated, real, label: -generated,
    ),
}
"""The losses by their names in `AdversarialConfig`."""


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, generated: Tensor, shares: Tensor) -> Tensor:
    """How far the norm of the critic's gradient is from one between real and generated texts (Gulrajani et al. 2017).

    Args:
        critic: soft tokens to logits. *Shape:* (batch, time, vocabulary) to (batch,).
        real: one-hot tokens, zeros where a text is over. *Shape:* (batch, time, vocabulary).
        generated: likewise.
        shares: the real text's share in the mixture of each pair, 0 to 1. *Shape:* (batch,).

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


class Critic:
    """Learns to tell real lines from generated ones.

    Args:
        network: the discriminator; it follows the current generator, and is not the calibrated one of a finished model.
        config: loss, noise and dropout.
        seed: of noise and dropout.
        clip: largest global norm of a gradient.
    """

    def __init__(self, network: KerasDiscriminator, config: AdversarialConfig, seed: int, clip: float) -> None:
        self.network, self.config, self._seed = network, config, seed
        self.optimizer = AdamW(network.named_weights(), 0.0, clip)

    def judge(
        self, tokens: Tensor, lengths: Tensor, speakers: Tensor, noise: DiscriminatorNoise | None = None
    ) -> Tensor:
        """Logits of "real"; of "real, and this speaker's" where the critic learns whose lines are.

        Args:
            tokens: ids (batch, time) or vectors (batch, time, vocabulary).
            lengths: *Shape:* (batch,).
            speakers: index of the label; the number of labels where a line has none. *Shape:* (batch,).
            noise: None where the critic does not learn.
        """
        if self.network.config.voices:
            return self._own(self.network.class_logits(tokens, lengths, noise), speakers)
        return self.network(tokens, lengths, speakers if self.config.conditional else None, noise)

    def _own(self, logits: Tensor, speakers: Tensor) -> Tensor:
        """The logits of the speakers' classes; those whose label has none share the last."""
        voices = ops.minimum(ops.cast(speakers, "int32"), self.network.config.voices - 1)
        return ops.take_along_axis(logits, voices[:, None], axis=-1)[:, 0]

    def disturbed(
        self, tokens: Tensor, lengths: Tensor, speakers: Tensor, place: str, step: Tensor, deviation: Tensor
    ) -> Tensor:
        """`judge` with noise and dropout.

        Args:
            tokens: as above.
            lengths: as above.
            speakers: as above.
            place: name of the draw; each draw of a step has its own.
            step: number of the update. *Shape:* (), int64.
            deviation: of the noise on the token vectors. *Shape:* ().
        """
        return self.judge(tokens, lengths, speakers, self._noise(tokens, place, step, deviation))

    def _noise(self, tokens: Tensor, place: str, step: Tensor, deviation: Tensor) -> DiscriminatorNoise:
        config = self.network.config
        shape = tf.concat([tf.shape(tokens)[:2], [config.embedding]], axis=0)
        seed = tf.stack([tf.constant(self._seed ^ zlib.crc32(place.encode()), tf.int64), step])
        return DiscriminatorNoise(
            inputs=deviation * tf.random.stateless_normal(shape, seed) if self.config.noise else None,
            features=Masks(self._seed, step).draw(
                f"{place} features", (tokens.shape[0], config.features), self.config.dropout
            ),
        )

    def learn(
        self,
        real: tuple[Tensor, Tensor],
        generated: tuple[Tensor, Tensor],
        speakers: Tensor,
        step: Tensor,
        rate: Tensor,
        deviation: Tensor,
    ) -> Tensor:
        """One update.

        Args:
            real: tokens and lengths of real lines.
            generated: tokens and lengths of as many generated lines; no gradient reaches the generator.
            speakers: of both. *Shape:* (batch,).
            step: number of the update. *Shape:* (), int64.
            rate: learning rate. *Shape:* ().
            deviation: of the noise. *Shape:* ().

        Returns:
            The loss. *Shape:* ().
        """
        with tf.GradientTape() as tape:
            ours, missed = self._learned(*real, speakers, "real", step, deviation)
            theirs, _ = self._learned(*generated, speakers, "generated", step, deviation)
            loss = tf.reduce_mean(LOSSES[self.config.loss].critic(ours, theirs, self.config.real_label or 1.0))
            total = loss + tf.reduce_mean(missed)
            if self.config.penalty:
                total += self.config.penalty * self._penalty(real, generated, speakers, step)
        variables = self.optimizer.variables
        gradients = tape.gradient(total, list(variables.values()), unconnected_gradients=tf.UnconnectedGradients.ZERO)
        self.optimizer.apply(dict(zip(variables, gradients, strict=True)), rate, step)
        return loss

    def _learned(
        self, tokens: Tensor, lengths: Tensor, speakers: Tensor, place: str, step: Tensor, deviation: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits of "real", whoever speaks, and the cross-entropy of the speaker; 0 where speakers are not learned.

        *Shape of each:* (batch,).
        """
        if not self.network.config.voices:
            return self.disturbed(tokens, lengths, speakers, place, step, deviation), tf.zeros(tokens.shape[0])
        logits = self.network.class_logits(tokens, lengths, self._noise(tokens, place, step, deviation))
        real = ops.logsumexp(logits, axis=-1)
        return real, real - self._own(logits, speakers)

    def _penalty(
        self, real: tuple[Tensor, Tensor], generated: tuple[Tensor, Tensor], speakers: Tensor, step: Tensor
    ) -> Tensor:
        seed = tf.stack([tf.constant(self._seed ^ zlib.crc32(b"penalty"), tf.int64), step])
        shares = tf.random.stateless_uniform((real[0].shape[0],), seed)
        time = tf.maximum(tf.shape(real[0])[1], tf.shape(generated[0])[1])
        lengths = tf.maximum(real[1], generated[1])
        ours, theirs = (self._vectors(*texts, time) for texts in (real, generated))
        return gradient_penalty(lambda mixed: self.judge(mixed, lengths, speakers), ours, theirs, shares)

    def _vectors(self, tokens: Tensor, lengths: Tensor, time: Tensor) -> Tensor:
        """Tokens as vectors over the vocabulary, zeros where a text is over. *Shape:* (batch, time, vocabulary)."""
        size = self.network.config.vocabulary_size
        vectors = tf.one_hot(tokens, size) if len(tokens.shape) == 2 else tokens
        vectors = vectors * tf.sequence_mask(lengths, tf.shape(tokens)[1], tf.float32)[..., None]
        return tf.pad(vectors, [[0, 0], [0, time - tf.shape(tokens)[1]], [0, 0]])
