"""Encoder-decoders with random weights, and exchanges of many lengths to run them on."""

from typing import Any

import numpy as np

from tests.inference.small import random_weights
from textgen.config import EncoderDecoderConfig
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.tokenizers.base import END, START, TURN

VOCABULARY = 270
CONTEXT_LENGTHS = (9, 1, 4, 9, 2)
REPLY_LENGTHS = (3, 8, 2, 5, 11)


KINDS: dict[str, dict[str, Any]] = {
    "one layer": {"layers": 1},
    "two layers": {"layers": 2},
    "no attention": {"layers": 2, "attention": False},
    "scaled": {"layers": 1, "scaled": True},
    "copying": {"layers": 1, "copying": True},
    "everything": {"layers": 2, "scaled": True, "copying": True, "told_whose": True},
}
"""Architectures of all kinds, by name."""


def config(**choice: Any) -> EncoderDecoderConfig:
    return EncoderDecoderConfig(VOCABULARY, embedding=10, hidden=12, **{"layers": 2, **choice})


def encoder_decoder(**choice: Any) -> EncoderDecoder:
    chosen = config(**choice)
    return EncoderDecoder(chosen, random_weights(chosen))


def exchanges() -> tuple[list[list[int]], list[list[int]]]:
    """Contexts and replies; the second context is the empty one."""
    random = np.random.default_rng(1)

    def words(count: int) -> list[int]:
        return [int(word) for word in random.integers(8, VOCABULARY, count)]

    contexts = [[START, *words(length - 2), TURN] if length > 1 else [START] for length in CONTEXT_LENGTHS]
    replies = [[START, *words(length - 2), END] for length in REPLY_LENGTHS]
    return contexts, replies
