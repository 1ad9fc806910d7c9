"""What the benchmarks of speed give to all systems: two LSTM layers of 512 over characters or words."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from textgen.config import ModelConfig

Weights = Mapping[str, NDArray[np.float32]]
"""Of a network, under the names they have in a model folder."""

Train = Callable[..., float]
"""One training step: the arrays of a batch, time first, to its cross-entropy in nats a token before the update."""

UNITS, LAYERS = 512, 2
WIDTHS = {"characters": 64, "words": 256}
VOCABULARIES = {"characters": 100, "words": 10_000}
LEARNING_RATE, CLIP = 1e-3, 1.0


class Architecture(ModelConfig):
    """One that may have fewer ids than there are bytes, as the peers'."""

    def __post_init__(self) -> None:
        """Checks nothing."""


def architecture(case: str, tied: bool = False) -> ModelConfig:
    """The network of a case."""
    return Architecture(VOCABULARIES[case], WIDTHS[case], UNITS, LAYERS, tied)
