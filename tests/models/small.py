"""Small networks with random weights, and ids to run them on."""

import numpy as np

from textgen.config import ModelConfig
from textgen.inference.weights import weight_shapes
from textgen.models.language_model import KerasLanguageModel
from textgen.tokenizers.base import START

VOCABULARY = 270


def config(tied: bool = False, layers: int = 2) -> ModelConfig:
    return ModelConfig(VOCABULARY, embedding=10, hidden=12, layers=layers, tied=tied)


def random_weights(config: ModelConfig, seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}


def network(config: ModelConfig, compute: str = "float32") -> KerasLanguageModel:
    model = KerasLanguageModel(config, compute)
    weights = random_weights(config)
    for name, variable in model.named_weights().items():
        variable.assign(weights[name])
    return model


def ragged_ids(time: int = 17, batch: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Streams in which documents begin at places of their own; ids and keep, (time, batch)."""
    ids = np.random.default_rng(1).integers(7, VOCABULARY, (time, batch))
    ids[0, 0] = ids[5, 0] = ids[11, 1] = ids[12, 1] = START
    return ids, (ids != START).astype(np.float32)


def random_state(config: ModelConfig, batch: int) -> list[np.ndarray]:
    random = np.random.default_rng(2)
    return [random.normal(0, 0.5, (batch, config.hidden)).astype(np.float32) for _ in range(2 * config.layers)]
