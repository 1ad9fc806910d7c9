"""How a script model reads a text: each token's probability, rank, alternatives and states; what could come next."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.token_grammar import newest_document
from textgen.decoding.logits import temperature
from textgen.decoding.option_row import is_number
from textgen.errors import ConfigurationError, require_text
from textgen.explanation.page import coloured, page, summary
from textgen.explanation.tokens import (
    ExplainedToken,
    cross_entropy,
    explain_tokens,
    likeliest,
    log_softmax,
    require_some,
)
from textgen.generation.script_model import ScriptModel
from textgen.inference.language_model import State
from textgen.tokenizers.base import START

_LOGITS_BYTES = 64 << 20


@dataclass(frozen=True)
class Explanation:
    """A text as a script model read it.

    Args:
        model: name of the model's folder.
        tokens: of the text, in order. The start of a document is given, not predicted, and is left out.
        hidden: h of each layer after each token was read. *Shape:* (tokens, layers, units).
        cells: the cell states c. *Shape:* (tokens, layers, units).
    """

    model: str
    tokens: tuple[ExplainedToken, ...]
    hidden: NDArray[np.float32]
    cells: NDArray[np.float32]

    @property
    def cross_entropy(self) -> float:
        """The mean surprise, in nats a token."""
        return cross_entropy(self.tokens)

    def to_json_object(self, states: bool = False) -> dict[str, Any]:
        """As plain values.

        Args:
            states: whether the hidden and cell states are in it; they are most of what there is.
        """
        values: dict[str, Any] = {
            "model": self.model,
            "cross_entropy": self.cross_entropy,
            "tokens": [token.to_json_object() for token in self.tokens],
        }
        return {**values, "hidden": self.hidden.tolist(), "cells": self.cells.tolist()} if states else values

    def to_json(self, states: bool = False) -> str:
        """The same as a JSON text."""
        return json.dumps(self.to_json_object(states), ensure_ascii=False, indent=1)

    def to_html(self) -> str:
        """A page of its own: the text coloured by surprise, and at each token what else could have come."""
        return page(f"How {self.model} reads a text", summary(self.tokens), coloured(self.tokens))


def explain_script(model: ScriptModel, text: str) -> Explanation:
    """Reads a text as `textgen evaluate` does, and tells how each token was rated.

    Args:
        model: reads.
        text: in the corpus's own format. It is taken as a whole: the ends of its last line and of the document count.

    Raises:
        ConfigurationError: it is no str, or holds no line.
    """
    ids, states = read_text(model, text)
    predicted, network = ids != START, model.network
    tokens = tuple(token for _, token in explain_ids(model, ids, states))
    return Explanation(model.path.name, tokens, network.hidden(states)[predicted], network.cells(states)[predicted])


def read_text(model: ScriptModel, text: str) -> tuple[NDArray[np.intp], State]:
    """The ids of a text, from START to END, and the network's state after each of them.

    Raises:
        ConfigurationError: it is no str, or holds no line.
    """
    require_text("the text", text)
    script = model.read(text)
    if not script.scenes:
        raise ConfigurationError(
            f"The text {text!r} was to be explained, but there is no line in it: give a text like those of the corpus."
        )
    ids = np.array(model.encoder.encode_script(script), np.intp)
    return ids, model.network.trace(ids)


def explain_ids(
    model: ScriptModel, ids: Sequence[int] | NDArray[np.intp], states: State, begin: int = 0
) -> Iterator[tuple[int, ExplainedToken]]:
    """The tokens that were predicted, each with its place; the logits of a long text are not all in memory at once.

    Args:
        model: predicted them.
        ids: from a START on, which was given.
        states: of the network after each of them.
        begin: the first place that is wanted.
    """
    ids = np.asarray(ids, np.intp)
    network, places = model.network, begin + np.flatnonzero(ids[begin:] != START)
    outputs, rows = network.outputs(states), max(1, _LOGITS_BYTES // (8 * network.vocabulary_size))
    for begin in range(0, len(places), rows):
        some = places[begin : begin + rows]
        rated = explain_tokens(model.tokenizer, ids[some].tolist(), network.logits(outputs[some - 1]))
        yield from zip(some.tolist(), rated, strict=True)


@dataclass(frozen=True)
class NextToken:
    """A token that could come next.

    Args:
        text: as it is shown.
        id: in the vocabulary.
        probability: by the model alone, which is temperature 1.
        at_temperatures: the probability at each of the temperatures that were asked for.
    """

    text: str
    id: int
    probability: float
    at_temperatures: tuple[float, ...] = ()


def next_tokens(model: ScriptModel, text: str, n: int = 10, temperatures: Sequence[float] = ()) -> list[NextToken]:
    """What could come after the beginning of a text, the likeliest first.

    Args:
        model: predicts.
        text: in the corpus's own format; an unfinished line goes on.
        n: how many tokens.
        temperatures: above 0; at each of them probabilities are given, too.

    Raises:
        ConfigurationError: the text is no str, or another argument is out of range.
    """
    require_text("the text", text)
    require_some("tokens", n)
    if not np.iterable(temperatures) or not all(is_number(value) and value > 0 for value in temperatures):
        raise ConfigurationError(
            f"Probabilities at the temperatures {temperatures!r} were asked for; they must be finite numbers above 0, "
            "since at 0 the likeliest token is certain: give a list of such numbers."
        )
    network = model.network
    ids = np.array(newest_document(model.encoder.encode_prompt(model.read_prompt(text))), np.intp)
    state = network.read(ids[:, None], network.initial_state())
    logits = network.logits(network.outputs(state))
    at = [np.exp(log_softmax(temperature(logits, value)))[0] for value in temperatures]
    return [
        NextToken(*rated, tuple(float(probabilities[rated.id]) for probabilities in at))
        for rated in likeliest(model.tokenizer, log_softmax(logits)[0], n)
    ]
