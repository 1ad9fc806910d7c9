"""Language models with random weights."""

from typing import Any

import numpy as np

from textgen.config import ModelConfig
from textgen.inference.language_model import LanguageModel
from textgen.inference.weights import weight_shapes


def config(tied: bool = False, layers: int = 2, vocabulary_size: int = 280) -> ModelConfig:
    return ModelConfig(vocabulary_size, embedding=12, hidden=16, layers=layers, tied=tied)


def random_weights(config: ModelConfig, seed: int = 0, scale: float = 0.4) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, scale, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}


def language_model(**choice: Any) -> LanguageModel:
    chosen = config(**choice)
    return LanguageModel(chosen, random_weights(chosen))
