"""The weights a fresh model begins with, as a function of the seed."""

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, DiscriminatorConfig, EncoderDecoderConfig, ModelConfig
from textgen.inference.weights import Network, weight_shapes


def initial_weights(config: Network, seed: int) -> dict[str, NDArray[np.float32]]:
    """Draws the weights of a network.

    Kernels are normal and keep the variance of their inputs (LeCun et al. 1998); smaller ones, such as libraries begin
    with, learn nothing but the frequencies of tokens for some hundred steps. Recurrent kernels are orthogonal for each
    gate (Saxe et al. 2014), the forget gates' biases one (Jozefowicz et al. 2015) and the other biases zero. Token
    vectors are standard normal, or of length one where they are the softmax's weights too; the first kernel makes up
    for it. A discriminator's speakers begin at zero: it learns first what all have in common. So does its last kernel,
    for a discriminator that judges before it has learned anything has to unlearn that.

    Returns:
        Arrays under their names in the model folder.
    """
    tied = isinstance(config, EncoderDecoderConfig) or (isinstance(config, ModelConfig) and config.tied)
    vector = config.embedding**-0.5 if tied else 1.0
    weights, shapes = dict[str, NDArray[np.float32]](), weight_shapes(config)
    for number, (name, shape) in enumerate(shapes.items()):
        random = np.random.default_rng([seed, number])
        layer, _, part = name.rpartition("/")
        if name == "embedding":
            weight = vector * random.standard_normal(shape)
        elif part in ("bias", "speakers") or (name == "output/kernel" and isinstance(config, DiscriminatorConfig)):
            weight = np.zeros(shape)
            if not isinstance(config, DiscriminatorConfig) and f"{layer}/recurrent_kernel" in shapes:
                units = shapes[f"{layer}/recurrent_kernel"][0]
                for gate in CELLS[config.cell].open_gates:
                    weight[gate * units : (gate + 1) * units] = 1.0
        elif part == "recurrent_kernel":
            squares = random.standard_normal((shape[1] // shape[0], shape[0], shape[0]))
            weight = np.concatenate(np.linalg.qr(squares)[0], axis=1)
        else:
            reads_embedding = layer.split("/")[0].endswith("_0")
            deviation = shape[0] ** -0.5 / (vector if reads_embedding else 1.0)
            weight = deviation * random.standard_normal(shape)
        weights[name] = weight.astype(np.float32)
    return weights
