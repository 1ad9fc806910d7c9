"""A discriminator that is known by heart, in the folder of a model."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from textgen.config import DiscriminatorConfig
from textgen.discriminator.file import SavedDiscriminator
from textgen.inference.weights import weight_shapes
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import Tokenizer


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


def hears(tokenizer: Tokenizer, **changes: Any) -> SavedDiscriminator:
    """Finds a reply the more real the more tokens it shares with its message; by themselves all are alike."""
    config = DiscriminatorConfig(tokenizer.vocabulary_size, embedding=1, widths=(1,), filters=1, matching=1)
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    weights["match/shared"][tokenizer.first_piece :] = 4.0
    weights["match/bias"][:] = -2.0
    values = {"temperature": 1.0, "generator": {}, "decoding": {}, "corpus": None, "metrics": {}}
    return SavedDiscriminator(config, weights, **{**values, "matching_temperature": 2.0, **changes})


def knows(words: tuple[str, str], tokenizer: Tokenizer, **changes: Any) -> SavedDiscriminator:
    """Knows the first speaker by a word's last token, and the second by that of another; the others say neither.

    The logits of the three classes are 0, but that of a speaker whose token is there is log 6. Each has the share that
    `voice_shares` says, and both temperatures are 1.
    """
    config = DiscriminatorConfig(tokenizer.vocabulary_size, embedding=2, widths=(1,), filters=2, voices=3)
    embedding = np.zeros((tokenizer.vocabulary_size, 2), np.float32)
    for number, word in enumerate(words):
        embedding[tokenizer.encode(word)[-1], number] = 1.0
    weights = {
        "embedding": embedding,
        "convolution_1/kernel": np.eye(2, dtype=np.float32),
        "convolution_1/bias": np.zeros(2, np.float32),
        "output/kernel": np.eye(2, 3, dtype=np.float32) * np.float32(np.log(6.0)),
        "output/bias": np.zeros(3, np.float32),
    }
    values = {"temperature": 1.0, "generator": {}, "decoding": {}, "corpus": None, "metrics": {}}
    return SavedDiscriminator(config, weights, **{**values, "voice_shares": (0.5, 0.25, 0.25), **changes})


def put_discriminator(model: Path, word: str) -> Path:
    """Puts such a discriminator into a model folder."""
    folder = ModelFolder(model)
    opened = folder.load()
    likes(word, opened.tokenizer, generator=opened.card.metrics).save(folder)
    return model


def with_discriminator(model: Path, place: Path, word: str) -> Path:
    """A copy of a model folder with such a discriminator in it."""
    return put_discriminator(Path(shutil.copytree(model, place)), word)
