"""The weights a fresh language model begins with, as a function of the seed."""

import numpy as np
from numpy.typing import NDArray

from textgen.config import ModelConfig
from textgen.inference.language_model import weight_shapes

_TIED_EMBEDDING = 0.1


def initial_weights(config: ModelConfig, seed: int) -> dict[str, NDArray[np.float32]]:
    """Draws the weights of a model.

    Kernels are uniform within 1 / sqrt(hidden), the forget gates' biases one (Jozefowicz et al. 2015) and the other
    biases zero. Token vectors are standard normal, or uniform within 0.1 where they are the softmax's weights too
    (Merity et al. 2018).

    Returns:
        Arrays under their names in the model folder.
    """
    bound = config.hidden**-0.5
    weights: dict[str, NDArray[np.float32]] = {}
    for number, (name, shape) in enumerate(weight_shapes(config).items()):
        random = np.random.default_rng([seed, number])
        if name == "embedding" and not config.tied:
            weight = random.standard_normal(shape)
        elif name == "embedding":
            weight = random.uniform(-_TIED_EMBEDDING, _TIED_EMBEDDING, shape)
        elif name.endswith("bias"):
            weight = np.zeros(shape)
        else:
            weight = random.uniform(-bound, bound, shape)
        if name.startswith("lstm") and name.endswith("bias"):
            weight[config.hidden : 2 * config.hidden] = 1.0
        weights[name] = weight.astype(np.float32)
    return weights
