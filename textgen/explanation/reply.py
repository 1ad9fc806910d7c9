"""How a bot came to a reply: where it looked in the message, what it copied, and what else it could have said."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import Line
from textgen.explanation.page import attention_map, candidate_table, coloured, page, summary, what_was_read
from textgen.explanation.tokens import ExplainedToken, cross_entropy, explain_tokens, token_text
from textgen.generation.answering import Responder
from textgen.generation.ranking import Candidate


@dataclass(frozen=True)
class ReplyExplanation:
    """A reply as the model that gave it reads it.

    Args:
        model: name of the bot or character.
        message_tokens: all that it had read, as it is shown: the last turns, the message at their end.
        tokens: of the reply, with the one that ends it.
        attention: for each token of the reply the weights of the message tokens, which add up to 1; None for a model
            without attention. *Shape:* (reply, message).
        copied: for each token of the reply the share of its probability that comes from copying it out of the message;
            None for a model that does not copy. *Shape:* (reply,).
        candidates: the replies it was chosen from, the best first; none where it was the only one.
    """

    model: str
    message_tokens: tuple[str, ...]
    tokens: tuple[ExplainedToken, ...]
    attention: NDArray[np.floating] | None
    copied: NDArray[np.floating] | None
    candidates: tuple[Candidate, ...] = ()

    @property
    def cross_entropy(self) -> float:
        """The mean surprise, in nats a token."""
        return cross_entropy(self.tokens)

    def to_json_object(self) -> dict[str, Any]:
        """As plain values."""
        attention = None
        if self.attention is not None:
            attention = {
                "message_tokens": list(self.message_tokens),
                "reply_tokens": [token.text for token in self.tokens],
                "weights": self.attention.tolist(),
            }
        return {
            "model": self.model,
            "cross_entropy": self.cross_entropy,
            "message_tokens": list(self.message_tokens),
            "tokens": [token.to_json_object() for token in self.tokens],
            "attention": attention,
            "copied": None if self.copied is None else self.copied.tolist(),
            "candidates": [
                {"text": candidate.reply.text, "scores": candidate.parts, "total": candidate.score}
                for candidate in self.candidates
            ],
        }

    def to_json(self) -> str:
        """The same as a JSON text."""
        return json.dumps(self.to_json_object(), ensure_ascii=False, indent=1)

    def to_html(self) -> str:
        """A page of its own: the reply coloured by surprise, where the network looked, and the other candidates."""
        parts = [what_was_read(self.message_tokens), summary(self.tokens), coloured(self.tokens)]
        if self.attention is not None:
            words = [token.text for token in self.tokens]
            parts.append(attention_map(self.message_tokens, words, self.attention, self.copied))
        if self.candidates:
            rows = [(candidate.reply.text, candidate.parts, candidate.score) for candidate in self.candidates]
            parts.append(candidate_table(rows))
        return page(f"How {self.model} came to a reply", *parts)


def explain_reply(
    responder: Responder, turns: Sequence[Line], reply: str, candidates: Sequence[Candidate] = ()
) -> ReplyExplanation:
    """Reads a reply as if the model were writing it, and tells what it looked at and how each token was rated.

    Args:
        responder: a chat model, or a character of a script model.
        turns: the last ones before the reply, the message at their end.
        reply: its text, whoever wrote it.
        candidates: the replies it was chosen from.
    """
    trace, tokenizer = responder.trace(turns, reply), responder.tokenizer
    return ReplyExplanation(
        responder.name,
        tuple(token_text(tokenizer, token) for token in trace.context),
        tuple(explain_tokens(tokenizer, trace.reply, trace.logits)),
        trace.attention,
        trace.copied,
        tuple(candidates),
    )
