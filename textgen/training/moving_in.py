"""Moves a trained model to another corpus: what it knows stays, and the corpus's speakers and frequent words join."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textgen.config import EncoderDecoderConfig, ModelConfig
from textgen.model_folder import Model
from textgen.tokenizers import tokenizer_from_json
from textgen.tokenizers.base import FIRST_LABEL, NAME, Tokenizer
from textgen.tokenizers.subword import SubwordTokenizer

Array = NDArray[np.float32]

_OFTEN, _MOST = 10, 500
"""How often two pieces must stand side by side in a corpus to be joined, and how many are. The starters' vocabularies
are large, so that what they lack is names, pictograms and marks (`benchmarks/README.md`)."""


def with_words(origin: Model, texts: Iterable[str]) -> Model:
    """The same model with the frequent characters and words of a corpus for which it needs several pieces.

    Each begins as the mean of its pieces, their biases included: where they are likely, it is.

    Args:
        origin: a script or chat model.
        texts: of the corpus; read once.
    """
    old = origin.tokenizer
    if not isinstance(old, SubwordTokenizer):
        return origin
    tokenizer = old.grown(texts, _MOST, _OFTEN)
    parts = [old.parts(tokenizer.piece(index)) for index in range(old.first_byte, tokenizer.first_byte)]
    if not parts:
        return origin

    def rows(wide: Array) -> Array:
        joined = [wide[ids].mean(axis=0) for ids in parts]
        return np.concatenate([wide[: old.first_byte], joined, wide[old.first_byte :]])

    return _with_rows(origin, tokenizer, rows)


def moved_in(origin: Model, speakers: Mapping[str, int]) -> Model:
    """The same model with the labels of other speakers.

    A speaker that had a label keeps its row. A new one begins as the mean of the old labels: what follows a label is
    known, only not yet whose. All labels together are as likely as before, each by its share of the lines.

    Args:
        origin: a script model.
        speakers: those that get a label, with their number of lines.
    """
    old = origin.tokenizer
    if tuple(speakers) == old.speakers:
        return origin
    tokenizer = tokenizer_from_json({**old.to_json(), "speakers": list(speakers)})
    labels = slice(FIRST_LABEL, old.first_piece) if old.speakers else slice(NAME, NAME + 1)
    kept = [old.label_id(name) for name in speakers]

    def rows(wide: Array) -> Array:
        mean = wide[labels].mean(axis=0)
        own = np.array([mean if index is None else wide[index] for index in kept], np.float32)
        return np.concatenate([wide[:FIRST_LABEL], own.reshape(-1, *wide.shape[1:]), wide[old.first_piece :]])

    moved = _with_rows(origin, tokenizer, rows)
    bias, lines = moved.weights["output/bias"], np.array(list(speakers.values()), np.float64)
    together = np.logaddexp.reduce(origin.weights["output/bias"][labels].astype(np.float64))
    bias[FIRST_LABEL : tokenizer.first_piece] = together + np.log(lines / lines.sum())
    return moved


def _with_rows(origin: Model, tokenizer: Tokenizer, rows: Callable[[Array], Array]) -> Model:
    """The model with another vocabulary.

    Args:
        origin: a script or chat model.
        tokenizer: the vocabulary.
        rows: makes the rows of its ids from those of the old ones.
    """
    config = origin.card.architecture
    assert isinstance(config, ModelConfig | EncoderDecoderConfig)
    weights = {name: array.astype(np.float32) for name, array in origin.weights.items()}
    for name in ("embedding", "output/bias"):
        weights[name] = rows(weights[name])
    if isinstance(config, ModelConfig) and not config.tied:
        weights["output/kernel"] = np.ascontiguousarray(rows(weights["output/kernel"].T).T)
    card = replace(origin.card, architecture=replace(config, vocabulary_size=tokenizer.vocabulary_size))
    return replace(origin, card=card, tokenizer=tokenizer, weights=weights)
