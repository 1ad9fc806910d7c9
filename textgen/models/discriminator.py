"""The discriminator in Keras: is this text real or generated? Over ids, or over soft tokens that pass gradients on."""

from typing import Any, NamedTuple

import keras
from keras import ops

from textgen.config import DiscriminatorConfig

Tensor = Any


class DiscriminatorNoise(NamedTuple):
    """Noise and dropout of one training step; None means none.

    Args:
        inputs: added to the tokens' vectors. *Shape:* (batch, time, embedding).
        features: dropout mask on the features, 0 or 1 / (1 - rate). *Shape:* (batch, features).
    """

    inputs: Tensor | None = None
    features: Tensor | None = None


class KerasDiscriminator(keras.Model):
    """Embedding, convolutions of several widths, their maxima over time, one logit (Kim 2014).

    With speakers the logit gets the scalar product of the features and the speaker's vector (projection, Miyato and
    Koyama 2018). Only plain operations are used, so that a gradient can be differentiated again.

    Args:
        config: the architecture.
        compute: dtype of the matrix products, `float32` or `bfloat16`; weights are float32 in either case.
    """

    def __init__(self, config: DiscriminatorConfig, compute: str = "float32") -> None:
        super().__init__(name="discriminator", autocast=False)
        self.config, self.compute = config, compute
        e, f = config.embedding, config.filters
        self.embedding = self.add_weight((config.vocabulary_size, e), "zeros", name="embedding")
        self.kernels = [self.add_weight((w * e, f), "glorot_uniform", name=f"kernel_{w}") for w in config.widths]
        self.biases = [self.add_weight((f,), "zeros", name=f"bias_{w}") for w in config.widths]
        if config.speakers:
            self.speakers = self.add_weight((config.speakers, config.features), "zeros", name="speakers")
        self.output_kernel = self.add_weight((config.features, 1), "glorot_uniform", name="output_kernel")
        self.output_bias = self.add_weight((1,), "zeros", name="output_bias")
        self.built = True

    def named_weights(self) -> dict[str, Any]:
        """Every weight under the name it has in a file."""
        weights = {"embedding": self.embedding}
        for width, kernel, bias in zip(self.config.widths, self.kernels, self.biases, strict=True):
            weights |= {f"convolution_{width}/kernel": kernel, f"convolution_{width}/bias": bias}
        if self.config.speakers:
            weights["speakers"] = self.speakers
        return {**weights, "output/kernel": self.output_kernel, "output/bias": self.output_bias}

    def call(
        self, tokens: Tensor, lengths: Tensor, speakers: Tensor | None = None, noise: DiscriminatorNoise | None = None
    ) -> Tensor:
        """Judges texts.

        Args:
            tokens: ids (batch, time), or a distribution over the vocabulary at each place (batch, time, vocabulary).
            lengths: number of tokens of each text; what follows is padding and changes nothing. *Shape:* (batch,).
            speakers: who speaks, where the architecture has speakers. *Shape:* (batch,).
            noise: noise and dropout of the step; None when not training.

        Returns:
            Logits of "real" in float32. *Shape:* (batch,).
        """
        noise = noise or DiscriminatorNoise()
        vectors = self._vectors(tokens)
        if noise.inputs is not None:
            vectors = vectors + ops.cast(noise.inputs, self.compute)
        features = self._features(vectors, lengths)
        if noise.features is not None:
            features = features * noise.features
        logits = ops.matmul(features, self.output_kernel)[:, 0] + self.output_bias
        if self.config.speakers:
            logits = logits + ops.sum(features * ops.take(self.speakers, speakers, axis=0), axis=-1)
        return logits

    def _vectors(self, tokens: Tensor) -> Tensor:
        """Token vectors (batch, time, embedding); those of soft tokens are weighted means."""
        table = ops.cast(self.embedding, self.compute)
        soft = len(tokens.shape) == 3
        return ops.matmul(ops.cast(tokens, self.compute), table) if soft else ops.take(table, tokens, axis=0)

    def _features(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """The maximum over time of each convolution's output. *Shape:* (batch, features)."""
        config, time = self.config, ops.shape(vectors)[1]
        places, lengths = ops.arange(time, dtype="int32")[None, :], ops.cast(lengths, "int32")[:, None]
        vectors = vectors * ops.cast(places < lengths, self.compute)[..., None]
        widest = max(config.widths)
        padded = ops.pad(vectors, ((0, 0), (0, widest - 1), (0, 0)))
        spans = ops.concatenate([padded[:, k : k + time] for k in range(widest)], axis=-1)
        features = []
        for width, kernel, bias in zip(config.widths, self.kernels, self.biases, strict=True):
            found = ops.matmul(spans[..., : width * config.embedding], ops.cast(kernel, self.compute))
            # A text shorter than the span has one span, filled up with zeros.
            whole = places < ops.maximum(lengths - width + 1, 1)
            found = ops.where(whole[..., None], ops.cast(found, "float32"), -1e9)
            features.append(ops.relu(ops.max(found, axis=1) + bias))
        return ops.concatenate(features, axis=-1)
