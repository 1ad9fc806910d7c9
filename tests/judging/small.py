"""A discriminator that is known by heart, in the folder of a model."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from textgen.config import DiscriminatorConfig
from textgen.judging.saved import SavedDiscriminator
from textgen.model_folder import ModelFolder
from textgen.text.tokenizer import Tokenizer


def likes(word: str, tokenizer: Tokenizer, **changes: Any) -> SavedDiscriminator:
    """Finds a text the more real the more of a word's last token it sees: logit 2 where it is, -2 where it is not."""
    config = DiscriminatorConfig(tokenizer.vocabulary_size, embedding=1, widths=(1,), filters=1)
    embedding = np.zeros((tokenizer.vocabulary_size, 1), np.float32)
    embedding[tokenizer.encode(word)[-1]] = 1.0
    weights = {
        "embedding": embedding,
        "convolution_1/kernel": np.ones((1, 1), np.float32),
        "convolution_1/bias": np.zeros(1, np.float32),
        "output/kernel": np.full((1, 1), 4.0, np.float32),
        "output/bias": np.full(1, -2.0, np.float32),
    }
    values = {"temperature": 2.0, "generator": {}, "decoding": {}, "corpus": None, "metrics": {}}
    return SavedDiscriminator(config, weights, **{**values, **changes})


def put_discriminator(model: Path, word: str) -> Path:
    """Puts such a discriminator into a model folder."""
    folder = ModelFolder(model)
    opened = folder.load()
    likes(word, opened.tokenizer, generator=opened.card.metrics).save(folder)
    return model


def with_discriminator(model: Path, place: Path, word: str) -> Path:
    """A copy of a model folder with such a discriminator in it."""
    return put_discriminator(Path(shutil.copytree(model, place)), word)
