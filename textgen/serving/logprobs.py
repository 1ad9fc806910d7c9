"""The log-probabilities of a choice's tokens, in the two forms of OpenAI's API."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from textgen.corpus.token_parser import ScriptRenderer
from textgen.explanation.script import explain_ids
from textgen.explanation.tokens import ExplainedToken
from textgen.generation.generation_request import GenerationRequest

UNLIKELY = -9999.0
"""What the API gives as the log-probability of a token that cannot come."""


def chat_logprobs(tokens: Iterable[ExplainedToken], top: int) -> dict[str, Any]:
    """Those of a reply.

    Args:
        tokens: of the reply.
        top: alternatives to give of each.
    """
    return {"content": [_rated(token, top) for token in tokens], "refusal": None}


def _rated(token: ExplainedToken, top: int) -> dict[str, Any]:
    likeliest = [_scored(one.text, _log(one.probability)) for one in token.alternatives[:top]]
    return {**_scored(token.text, token.log_probability), "top_logprobs": likeliest}


def _scored(text: str, found: float) -> dict[str, Any]:
    return {"token": text, "logprob": found, "bytes": list(text.encode())}


def text_logprobs(request: GenerationRequest, begin: int, top: int) -> dict[str, Any]:
    """Those of a text: its tokens add up to it, and offsets count its characters.

    Args:
        request: that was written.
        begin: where the text begins in all that was written, the prompt included.
        top: alternatives to give of each token.
    """
    tokens = list(_placed(request, begin))
    return {
        "tokens": [token.text for token in tokens],
        "token_logprobs": [token.rated.log_probability for token in tokens],
        "top_logprobs": [_likeliest(token, top) for token in tokens],
        "text_offset": [token.offset for token in tokens],
    }


class _Placed(NamedTuple):
    """A token at its place in a text.

    Args:
        text: that it adds; none where it is a structure, or a character is not whole yet.
        offset: in characters.
        rated: by the model alone.
        renderer: before it.
    """

    text: str
    offset: int
    rated: ExplainedToken
    renderer: ScriptRenderer


def _placed(request: GenerationRequest, begin: int) -> Iterator[_Placed]:
    """The tokens of what was written from a place on; one that begins before it counts with its rest."""
    model, base = request.model, 0
    for sequence in request.sequences:
        ids = [*request.context, *sequence.ids]
        renderers, texts = [ScriptRenderer(model.tokenizer, model.style)], list[str]()
        for token in ids:
            text, renderer = renderers[-1].advance(token)
            texts.append(text)
            renderers.append(renderer)
        texts[-1] += renderers[-1].flush()
        edges = [base, *(base + np.cumsum([len(text) for text in texts])).tolist()]
        end = edges[len(request.context)] + len(sequence.text)  # where a stop string has cut it
        shown = [k for k in range(len(ids)) if edges[k] >= begin or edges[k + 1] > begin]
        first, base = min(shown, default=len(ids)), end
        states = model.network.trace(np.array(ids, np.intp))
        for k, rated in explain_ids(model, ids, states, first):
            text = texts[k][max(0, begin - edges[k]) : max(0, end - edges[k])]
            if text or not texts[k]:
                yield _Placed(text, max(edges[k], begin) - begin, rated, renderers[k])


def _likeliest(token: _Placed, top: int) -> dict[str, float]:
    """The likeliest tokens at a place by the text they would add; one that adds none has its mark."""
    found: dict[str, float] = {}
    for one in token.rated.alternatives[:top]:
        found.setdefault(token.renderer.advance(one.id)[0] or one.text, _log(one.probability))
    return found


def _log(probability: float) -> float:
    """In nats."""
    return math.log(probability) if probability > 0 else UNLIKELY
