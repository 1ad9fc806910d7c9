"""Tokens as a person reads them, and how the network rated each against all others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from textgen.decoding.logits import log_totals
from textgen.decoding.protocols import Logits
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, LINE_END, NAME, NAME_END, PAD, SCENE, START, TURN, Tokenizer

TokenKind: TypeAlias = Literal["text", "bytes", "speaker", "structure"]
"""A piece of text, bytes that are no whole characters, the label of a speaker, or any other structure."""

_STRUCTURE = {
    PAD: "⟨nothing⟩",
    START: "⟨start⟩",
    END: "⟨end⟩",
    TURN: "⟨turn⟩",
    SCENE: "⟨scene⟩",
    LINE_END: "⏎",
    NAME: "⟨name⟩",
    NAME_END: "⟨name end⟩",
}

ALTERNATIVES = 10
"""Tokens that are shown beside the one that came."""

SHADES = 10
_NATS_A_SHADE = 0.8


def token_kind(tokenizer: Tokenizer, token: int) -> TokenKind:
    """What a token is."""
    if token in _STRUCTURE:
        return "structure"
    if token < tokenizer.first_piece:
        return "speaker"
    try:
        tokenizer.piece(token).decode()
    except UnicodeDecodeError:
        return "bytes"
    return "text"


def token_text(tokenizer: Tokenizer, token: int) -> str:
    """A token as it is shown: text as it is, `⏎` for the end of a line, `JERRY:` for a label, `<C3>` for a byte.

    Example:
        >>> token_text(tokenizer, LINE_END), token_text(tokenizer, FIRST_LABEL)  # doctest: +SKIP
        ('⏎', 'JERRY:')
    """
    match token_kind(tokenizer, token):
        case "structure":
            return _STRUCTURE[token]
        case "speaker":
            return f"{tokenizer.speaker_of(token)}:"
        case "bytes":
            return f"<{tokenizer.piece(token).hex(' ').upper()}>"
        case "text":
            return tokenizer.piece(token).decode()


class RatedToken(NamedTuple):
    """A token, and how likely the network found it.

    Args:
        text: as it is shown.
        id: in the vocabulary.
        probability: 0 to 1.
    """

    text: str
    id: int
    probability: float


@dataclass(frozen=True)
class ExplainedToken:
    """A token of a text, and how the network rated it when all before it was known.

    Args:
        text: as it is shown.
        id: in the vocabulary.
        kind: what it is.
        log_probability: in nats.
        rank: 1 for the likeliest of all tokens; equally likely ones share the better rank.
        alternatives: the likeliest tokens at its place, itself among them where it is one; the likeliest first.
    """

    text: str
    id: int
    kind: TokenKind
    log_probability: float
    rank: int
    alternatives: tuple[RatedToken, ...]

    @property
    def probability(self) -> float:
        """From 0 to 1."""
        return float(np.exp(self.log_probability))

    @property
    def surprise(self) -> float:
        """The negative log-probability in nats: 0 for what was certain."""
        return -self.log_probability

    @property
    def shade(self) -> int:
        """The surprise as one of `SHADES` colours: 0 for less than 0.8 nats, the last for 7.2 nats and more."""
        return min(SHADES - 1, int(self.surprise / _NATS_A_SHADE))

    @property
    def ends_line(self) -> bool:
        """Whether a picture of the text goes on below it."""
        return self.id == LINE_END

    def to_json_object(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "text": self.text,
            "id": self.id,
            "kind": self.kind,
            "probability": self.probability,
            "log_probability": self.log_probability,
            "surprise": self.surprise,
            "rank": self.rank,
            "alternatives": [rated._asdict() for rated in self.alternatives],
        }


def cross_entropy(tokens: Sequence[ExplainedToken]) -> float:
    """The mean surprise of tokens, in nats a token."""
    return sum(token.surprise for token in tokens) / len(tokens)


def explain_tokens(tokenizer: Tokenizer, tokens: Sequence[int], logits: Logits) -> Iterator[ExplainedToken]:
    """How tokens were rated.

    Args:
        tokenizer: of the model.
        tokens: that came.
        logits: from which each was predicted. *Shape:* (tokens, vocabulary).

    Raises:
        ModelError: the logits are not finite.
    """
    log_probabilities = log_softmax(logits)
    places = np.arange(len(tokens))
    chosen = log_probabilities[places, list(tokens)]
    ranks = 1 + (log_probabilities > chosen[:, None]).sum(axis=1)
    for token, row, found, rank in zip(tokens, log_probabilities, chosen.tolist(), ranks.tolist(), strict=True):
        kind, text = token_kind(tokenizer, token), token_text(tokenizer, token)
        yield ExplainedToken(text, int(token), kind, found, rank, tuple(likeliest(tokenizer, row, ALTERNATIVES)))


def likeliest(tokenizer: Tokenizer, log_probabilities: Logits, n: int) -> Iterator[RatedToken]:
    """The n likeliest tokens, the likeliest first; of equally likely ones the one with the lower id.

    Args:
        tokenizer: of the model.
        log_probabilities: *Shape:* (vocabulary,).
        n: how many; all where there are fewer.
    """
    least = np.partition(log_probabilities, -n)[-n] if n < len(log_probabilities) else -np.inf  # sorting all is slow
    tokens = np.flatnonzero(log_probabilities >= least)
    for token in tokens[np.argsort(-log_probabilities[tokens], kind="stable")][:n].tolist():
        yield RatedToken(token_text(tokenizer, token), token, float(np.exp(log_probabilities[token])))


def log_softmax(logits: Logits) -> Logits:
    """Log-probabilities in nats, in float64. *Shape:* as the logits."""
    wide = logits.astype(np.float64)
    wide -= log_totals(wide)[:, None]
    return wide


def require_some(what: str, n: object) -> None:
    """Refuses a number of things to be named that is none.

    Args:
        what: the things.
        n: how many.

    Raises:
        ConfigurationError: it is no whole number from 1 on.
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ConfigurationError(f"n={n!r} {what} were asked for; it must be a whole number from 1 on: give one.")
