"""What the Keras networks share: a configuration that Keras saves and loads, and the output layer."""

from typing import Any, ClassVar, Self

import keras
from keras import ops

from textgen.config import AnyArchitecture, EncoderDecoderConfig, ModelConfig
from textgen.models.kernels import columns

Tensor = Any

registered = keras.saving.register_keras_serializable("textgen")
"""Lets Keras find a class again when it loads a file, once the module of the class is imported."""


class KerasNetwork(keras.Model):
    """A Keras model that is made from an architecture.

    Its weights are made with it, so that it is always built. Everything random in training is an argument of the
    training step, and no layer draws anything.

    Args:
        config: the architecture.
        compute: dtype of the matrix products, `float32` or `bfloat16`; weights are float32 in either case.
        options: Keras's own, such as `name`.
    """

    architecture: ClassVar[type[AnyArchitecture]]
    """The class of the architecture."""

    def __init__(self, config: Any, compute: str = "float32", **options: Any) -> None:
        super().__init__(autocast=False, **options)
        self.config, self.compute = config, compute

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain values."""
        fields = self.config.to_json().items()
        config = {name: list(value) if isinstance(value, tuple) else value for name, value in fields}
        return {**super().get_config(), "config": config, "compute": self.compute}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Makes the network that `get_config` describes, with new weights.

        Raises:
            ModelError: the architecture was edited, or comes from another version.
        """
        return cls(**{**config, "config": cls.architecture.from_json(config["config"])})


def product(x: Tensor, kernel: Tensor) -> Tensor:
    """A matrix product in the dtype of `x`."""
    return ops.matmul(x, ops.cast(kernel, x.dtype))


def masked(x: Tensor, mask: Tensor | None) -> Tensor:
    """`x` times a dropout mask; None means none."""
    return x if mask is None else x * ops.cast(mask, x.dtype)


def token_embedding(config: ModelConfig | EncoderDecoderConfig) -> keras.layers.Embedding:
    """The layer of the token vectors, with its weights."""
    layer = keras.layers.Embedding(config.vocabulary_size, config.embedding, "zeros", dtype="float32", name="embedding")
    layer.build()
    return layer


@registered
class SoftmaxLayer(keras.layers.Layer):
    """The output layer, up to the logits.

    An untied one has a vector for each token. A tied one projects its inputs to the width of the token vectors, and
    compares them with the embedding's own (Press and Wolf 2017), which it is given.

    Args:
        vocabulary_size: number of logits.
        width: of the token vectors of a tied layer; None for an untied one.
        options: Keras's own, such as `name`.
    """

    def __init__(self, vocabulary_size: int, width: int | None = None, **options: Any) -> None:
        super().__init__(autocast=False, **options)
        self.vocabulary_size, self.width = vocabulary_size, width

    def build(self, inputs_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of width `inputs_shape[-1]`."""
        shape = (inputs_shape[-1], self.width or self.vocabulary_size)
        self.kernel = self.add_weight(shape, "glorot_uniform", name="kernel")
        self.bias = self.add_weight((self.vocabulary_size,), "zeros", name="bias")

    def vectors(self, x: Tensor) -> Tensor:
        """What is compared with the vectors of the tokens: `x`, or its projection in a tied layer."""
        return product(x, self.kernel) if self.width else x

    def products(self, vectors: Tensor, table: Tensor) -> Tensor:
        """Logits without the bias.

        Args:
            vectors: as `vectors` gives them, in the compute dtype. *Shape:* (..., width).
            table: the embedding's vectors, which a tied layer needs. *Shape:* (vocabulary, width).

        Returns:
            In the compute dtype. *Shape:* (..., vocabulary).
        """
        return product(vectors, ops.transpose(table) if self.width else self.kernel)

    def call(self, x: Tensor, table: Tensor) -> Tensor:
        """Maps the inputs of the layer to logits (..., vocabulary) in float32."""
        return ops.cast(self.products(self.vectors(x), table), "float32") + self.bias

    def of(self, ids: Tensor, table: Tensor) -> tuple[Tensor, Tensor]:
        """The weights of some ids (n,): in float32 their vectors (n, width) and their biases (n,)."""
        rows = ops.take(table, ids, axis=0) if self.width else columns(self.kernel, ids)
        return rows, ops.take(self.bias, ids, axis=0)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size, "width": self.width}
