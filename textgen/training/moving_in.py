"""Moves a trained model to another corpus: what it knows stays, speakers and words join, and it learns more gently."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.config import ChatTrainingConfig, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig
from textgen.model_folder import Model
from textgen.tokenizers import tokenizer_from_json
from textgen.tokenizers.base import FIRST_LABEL, NAME, Tokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.training.sizing import ChatChoice, Choice, dropout_for

Array = NDArray[np.float32]
_Training = TypeVar("_Training", ScriptTrainingConfig, ChatTrainingConfig)

_OFTEN, _MOST = 10, 500
"""How often two pieces must stand side by side in a corpus to be joined, and how many are. The starters' vocabularies
are large, so that what they lack is names, pictograms and marks (`benchmarks/README.md`)."""

_TUNING_RATE, _TUNING_EPOCHS, _TUNING_WARM_UP = 2e-3, 4, 10
"""The learning rate of a model that goes on from another one and reads a text at most so often, and the steps in which
it rises."""

_CHAT_TUNING_RATE = 4e-3


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


def for_tuning(training: _Training, choice: Choice, epochs: float, highest: float = _TUNING_RATE) -> _Training:
    """The same training for a model that knows the language: it needs no long warm-up, and a lower rate.

    The more often the text is read, the lower the rate: at the rate that is best for a few epochs, a model that reads
    a short text more often soon knows it by heart (`benchmarks/README.md`).

    Args:
        training: for a model that begins afresh.
        choice: what was asked for; its learning rate wins.
        epochs: that the run will take.
        highest: the rate for a few epochs.
    """
    rate = highest * min(1.0, (_TUNING_EPOCHS / epochs) ** 0.5)
    rate = round(rate, 5) if choice.learning_rate is None else choice.learning_rate
    return replace(training, learning_rate=rate, warm_up=_TUNING_WARM_UP)


def for_chat_tuning(training: ChatTrainingConfig, choice: ChatChoice, epochs: float) -> ChatTrainingConfig:
    """The same training for a chatbot that knows the language, by the number of epochs.

    Replies are short, so that a run of some minutes learns from few tokens: at twice the rate of scripts and with half
    the dropout it gets further with them (`benchmarks/README.md`).
    """
    training = for_tuning(training, choice, epochs, _CHAT_TUNING_RATE)
    return replace(training, dropout=round(dropout_for(epochs) / 2, 2)) if choice.dropout is None else training


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
