"""A reply, and how a message or a reply becomes one line of text."""

import re
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from textgen.corpus.repairs import whole_pairs
from textgen.decoding.pieces import Pieces, whole_characters
from textgen.decoding.protocols import FinishReason
from textgen.errors import require_text

_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT_RUN = re.compile(f"{_NO_TEXT.pattern}+")


def clean(message: str) -> str:
    """A message as one line: what is no text in it becomes one space, halves of surrogate pairs become U+FFFD.

    Example:
        >>> clean(" hello\\r\\n\\tthere\\x1b ")
        'hello there'

    Raises:
        ConfigurationError: it is no text.
    """
    require_text("the message", message)
    return _NO_TEXT_RUN.sub(" ", whole_pairs(message)).strip()


def one_line(text: str) -> str:
    """A text of the same length with a space for each control character and line break."""
    return _NO_TEXT.sub(" ", text)


ReplyReason: TypeAlias = FinishReason | Literal["interrupted"]


class Reply(str):
    """A reply: a text of one line that knows how it came about.

    Args:
        text: of the reply.
        finish_reason: `end`, `stop`, `length`, or `interrupted` where it was not listened to until the end.
        seed: given for the same message in the same conversation, it makes the same reply again.
        log_probability: of the reply given the conversation, by the model alone, in nats.
        candidates: different replies that it was chosen from, itself among them.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
        reads_as_real: how likely it is to be real, by the model's discriminator, 0 to 1; None where that had no say.
    """

    finish_reason: ReplyReason
    seed: int
    log_probability: float
    candidates: int
    relaxed: bool
    reads_as_real: float | None

    def __new__(
        cls,
        text: str,
        *,
        finish_reason: ReplyReason = "end",
        seed: int = 0,
        log_probability: float = 0.0,
        candidates: int = 1,
        relaxed: bool = False,
        reads_as_real: float | None = None,
    ) -> Self:
        """A text with these attributes."""
        reply = super().__new__(cls, text)
        reply.finish_reason, reply.seed, reply.log_probability = finish_reason, seed, log_probability
        reply.candidates, reply.relaxed, reply.reads_as_real = candidates, relaxed, reads_as_real
        return reply

    @property
    def text(self) -> str:
        """The text alone."""
        return str(self)


@dataclass(frozen=True)
class ReplyRenderer:
    """Gives the text of a reply piece by piece, whole characters of one line only. Immutable.

    Args:
        pieces: of the model's tokenizer.
        rest: bytes of a character that is not whole yet.
    """

    pieces: Pieces
    rest: bytes = b""

    def advance(self, token: int, /) -> tuple[str, "ReplyRenderer"]:
        """The text that the id adds, and the renderer after it."""
        text, rest = whole_characters(self.rest + self.pieces.of[token])
        return one_line(text), ReplyRenderer(self.pieces, rest)

    def flush(self) -> str:
        """Nothing: half a character at the end is left out."""
        return ""
