"""The discriminator in Keras: is this text real, whose is it, and does it answer the message?

Texts are ids, or soft tokens that pass gradients on; messages are ids.
"""

from typing import Any, NamedTuple

import keras
from keras import ops

from textgen.config import DiscriminatorConfig
from textgen.models.network import KerasNetwork, registered

Tensor = Any


class DiscriminatorNoise(NamedTuple):
    """Noise and dropout of one training step; None means none.

    Args:
        inputs: added to the tokens' vectors. *Shape:* (batch, time, embedding).
        features: dropout mask on the features, 0 or 1 / (1 - rate). *Shape:* (batch, features).
    """

    inputs: Tensor | None = None
    features: Tensor | None = None


class _Side:
    """The weights that read messages, or replies to be matched with them."""

    def __init__(self, model: keras.Model, name: str, embedding: int, matching: int) -> None:
        hidden = 2 * matching
        self.hidden_kernel = model.add_weight((embedding, hidden), "glorot_uniform", name=f"{name}_hidden_kernel")
        self.hidden_bias = model.add_weight((hidden,), "zeros", name=f"{name}_hidden_bias")
        self.kernel = model.add_weight((hidden, matching), "glorot_uniform", name=f"{name}_kernel")


@registered
class KerasDiscriminator(KerasNetwork):
    """Embedding, convolutions of several widths, their maxima over time, logits of classes of real texts (Kim 2014).

    The logit of "generated" is 0, so that of "real" is the logarithm of the summed exponentials of the classes' logits
    (Salimans et al. 2016); with one class it is that class's own. With speakers it gets the scalar product of the
    features and the speaker's vector (projection, Miyato and Koyama 2018). Where replies are matched with messages it
    gets that of `message_vectors` and `reply_vectors`: what the two are about, by a hidden layer over the sum of their
    tokens' vectors, and the tokens that they share. Only plain operations are used, so that a gradient can be
    differentiated again.

    Args:
        config: the architecture.
        compute: dtype of the matrix products, `float32` or `bfloat16`; weights are float32 in either case.
        options: Keras's own, such as `name`.
    """

    architecture = DiscriminatorConfig

    def __init__(self, config: DiscriminatorConfig, compute: str = "float32", **options: Any) -> None:
        super().__init__(config, compute, **{"name": "discriminator", **options})
        e, f = config.embedding, config.filters
        self.embedding = self.add_weight((config.vocabulary_size, e), "zeros", name="embedding")
        self.kernels = [self.add_weight((w * e, f), "glorot_uniform", name=f"kernel_{w}") for w in config.widths]
        self.biases = [self.add_weight((f,), "zeros", name=f"bias_{w}") for w in config.widths]
        if config.speakers:
            self.speakers = self.add_weight((config.speakers, config.features), "zeros", name="speakers")
        if m := config.matching:
            self.sides = {side: _Side(self, side, e, m) for side in ("message", "reply")}
            self.shared = self.add_weight((config.vocabulary_size,), "zeros", name="shared")
            self.log_scale = self.add_weight((1,), "zeros", name="log_scale")
            self.match_bias = self.add_weight((1,), "zeros", name="match_bias")
        self.output_kernel = self.add_weight((config.features, config.classes), "glorot_uniform", name="output_kernel")
        self.output_bias = self.add_weight((config.classes,), "zeros", name="output_bias")
        self.built = True

    def named_weights(self) -> dict[str, Any]:
        """Every weight under the name it has in a file."""
        weights = {"embedding": self.embedding}
        for width, kernel, bias in zip(self.config.widths, self.kernels, self.biases, strict=True):
            weights |= {f"convolution_{width}/kernel": kernel, f"convolution_{width}/bias": bias}
        if self.config.speakers:
            weights["speakers"] = self.speakers
        if self.config.matching:
            for name, side in self.sides.items():
                weights |= {f"{name}/hidden/kernel": side.hidden_kernel, f"{name}/hidden/bias": side.hidden_bias}
                weights[f"{name}/kernel"] = side.kernel
            weights |= {"match/shared": self.shared, "match/log_scale": self.log_scale, "match/bias": self.match_bias}
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
        features = self._features(tokens, lengths, noise or DiscriminatorNoise())
        logits = ops.logsumexp(self._classified(features), axis=-1)
        if self.config.speakers:
            logits = logits + ops.sum(features * ops.take(self.speakers, speakers, axis=0), axis=-1)
        return logits

    def class_logits(self, tokens: Tensor, lengths: Tensor, noise: DiscriminatorNoise | None = None) -> Tensor:
        """Judges texts by the classes of real ones: whose are they?

        Args:
            tokens, lengths, noise: as above; the texts are without their speaker.

        Returns:
            Logits of "real, and of this class"; that of "generated" is 0. *Shape:* (batch, classes).
        """
        return self._classified(self._features(tokens, lengths, noise or DiscriminatorNoise()))

    def _classified(self, features: Tensor) -> Tensor:
        return ops.matmul(features, self.output_kernel) + self.output_bias

    def message_vectors(self, tokens: Tensor, lengths: Tensor, noise: Tensor | None = None) -> Tensor:
        """Messages as replies are matched with them: the logit of a reply gains the scalar product of both vectors.

        Args:
            tokens: ids. *Shape:* (batch, time).
            lengths: number of tokens of each message; an empty one has the vector zero. *Shape:* (batch,).
            noise: dropout mask on the hidden layer; None when not training. *Shape:* (batch, 2 * matching).

        Returns:
            *Shape:* (batch, matching + vocabulary + 1).
        """
        direction, bag, _ = self._about("message", tokens, lengths, noise)
        said = ops.cast(lengths > 0, "float32")[:, None]
        return said * ops.concatenate(
            [ops.exp(self.log_scale) * direction, self.shared * bag, said * self.match_bias], axis=-1
        )

    def reply_vectors(self, tokens: Tensor, lengths: Tensor, noise: Tensor | None = None) -> Tensor:
        """Replies as they are matched with `message_vectors`, of the same arguments and shape."""
        direction, bag, size = self._about("reply", tokens, lengths, noise)
        return ops.concatenate([direction, bag / size, ops.ones_like(bag[:, :1])], axis=-1)

    def _about(self, side: str, tokens: Tensor, lengths: Tensor, noise: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """What texts are about as a vector of length one, 1 for each token they have, the roots of their lengths."""
        batch, time = ops.shape(tokens)[0], ops.shape(tokens)[1]
        is_there = ops.cast(ops.arange(time)[None, :] < ops.cast(lengths, "int32")[:, None], "float32")
        size = ops.sqrt(ops.maximum(ops.cast(lengths, "float32"), 1.0))[:, None]
        # A sum, but one that long texts do not dominate: unrelated vectors add up to the root of their number.
        found = ops.sum(ops.take(self.embedding, tokens, axis=0) * is_there[..., None], axis=1) / size
        layer = self.sides[side]
        hidden = ops.relu(ops.matmul(found, layer.hidden_kernel) + layer.hidden_bias)
        if noise is not None:
            hidden = hidden * noise
        vector = ops.matmul(hidden, layer.kernel)
        direction = vector * ops.rsqrt(ops.sum(vector**2, axis=-1, keepdims=True) + 1e-6)
        rows = ops.broadcast_to(ops.arange(batch, dtype="int32")[:, None], (batch, time))
        places = ops.reshape(ops.stack([rows, ops.cast(tokens, "int32")], axis=-1), (-1, 2))
        counts = ops.scatter(places, ops.reshape(is_there, (-1,)), (batch, self.config.vocabulary_size))
        return direction, ops.minimum(counts, 1.0), size

    def _vectors(self, tokens: Tensor) -> Tensor:
        """Token vectors (batch, time, embedding); those of soft tokens are weighted means."""
        table = ops.cast(self.embedding, self.compute)
        soft = len(tokens.shape) == 3
        return ops.matmul(ops.cast(tokens, self.compute), table) if soft else ops.take(table, tokens, axis=0)

    def _features(self, tokens: Tensor, lengths: Tensor, noise: DiscriminatorNoise) -> Tensor:
        """The features of texts, with the noise of a step. *Shape:* (batch, features)."""
        vectors = self._vectors(tokens)
        if noise.inputs is not None:
            vectors = vectors + ops.cast(noise.inputs, self.compute)
        features = self._found(vectors, lengths)
        return features if noise.features is None else features * noise.features

    def _found(self, vectors: Tensor, lengths: Tensor) -> Tensor:
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
