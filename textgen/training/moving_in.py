"""Moves a trained language model to another corpus: its pieces and weights stay, the speakers are the corpus's own."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textgen.config import ModelConfig
from textgen.model_folder import Model
from textgen.tokenizers import tokenizer_from_json
from textgen.tokenizers.base import FIRST_LABEL, NAME

Array = NDArray[np.float32]


def moved_in(origin: Model, speakers: Mapping[str, int]) -> Model:
    """The same model with the labels of other speakers.

    A speaker that had a label keeps its row. A new one begins as the mean of the old labels: what follows a label is
    known, only not yet whose. All labels together are as likely as before, each by its share of the lines.

    Args:
        origin: a script model.
        speakers: those that get a label, with their number of lines.
    """
    old, config = origin.tokenizer, origin.card.architecture
    assert isinstance(config, ModelConfig)
    if tuple(speakers) == old.speakers:
        return origin
    tokenizer = tokenizer_from_json({**old.to_json(), "speakers": list(speakers)})
    labels = slice(FIRST_LABEL, old.first_piece) if old.speakers else slice(NAME, NAME + 1)
    kept = [old.label_id(name) for name in speakers]

    def rows(array: NDArray[np.floating]) -> Array:
        """One row for each id of the new vocabulary, from those of the old one."""
        wide = array.astype(np.float32)
        mean = wide[labels].mean(axis=0)
        own = np.array([mean if index is None else wide[index] for index in kept], np.float32)
        return np.concatenate([wide[:FIRST_LABEL], own.reshape(-1, *wide.shape[1:]), wide[old.first_piece :]])

    weights = {name: array.astype(np.float32) for name, array in origin.weights.items()}
    weights["embedding"] = rows(weights["embedding"])
    if not config.tied:
        weights["output/kernel"] = np.ascontiguousarray(rows(weights["output/kernel"].T).T)
    bias = rows(weights["output/bias"])
    lines = np.array(list(speakers.values()), np.float64)
    together = np.logaddexp.reduce(weights["output/bias"][labels].astype(np.float64))
    bias[FIRST_LABEL : tokenizer.first_piece] = together + np.log(lines / lines.sum())
    weights["output/bias"] = bias
    card = replace(origin.card, architecture=replace(config, vocabulary_size=tokenizer.vocabulary_size))
    return replace(origin, card=card, tokenizer=tokenizer, weights=weights)
