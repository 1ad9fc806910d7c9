"""A conversation: its messages and replies, the part that the next reply follows, and how it is saved."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from textgen.corpus.document import Line, turn_of
from textgen.corpus.reading import whole_pairs
from textgen.decoding.constraints.base import Pieces, whole_characters
from textgen.decoding.options import LARGEST_SEED
from textgen.decoding.protocols import FinishReason
from textgen.errors import TextgenError, require_text
from textgen.files import read_ordinary, replacing

_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT_RUN = re.compile(f"{_NO_TEXT.pattern}+")


def clean(message: str) -> str:
    """A message as one line: a run of control characters and line breaks becomes a space, half a surrogate pair U+FFFD.

    Example:
        >>> clean(" hello\\r\\n\\tthere\\x1b ")
        'hello there'

    Raises:
        ConfigurationError: it is not text.
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
        finish_reason: `end`, `stop`, `length`, or `interrupted` where it was not read to the end.
        seed: given for the same message in the same conversation, it makes the same reply again; of a reply that was
            picked or that replaced another one, the candidates it was among.
        log_probability: of the reply given the conversation, by the model alone, in nats.
        candidates: different replies that it was chosen from, itself among them.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
        reads_as_real: how likely it is to be real, by the model's discriminator, 0 to 1; None where that was not used.
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


_BYTES = 4  # short enough to be typed again; a turn's candidates have the seeds that follow


def fresh_seed() -> int:
    """A random seed."""
    return secrets.randbits(8 * _BYTES)


def turn_seed(base: int, turn: int, attempt: int) -> int:
    """The seed of a reply.

    Args:
        base: of the conversation.
        turn: replies before this one.
        attempt: how many times this one was tried before.
    """
    return int.from_bytes(blake2b(f"{base} {turn} {attempt}".encode(), digest_size=_BYTES).digest(), "little")


USER, BOT = "user", "bot"

_REMEMBERED = 4
"""Replies that a new one should not repeat."""


@dataclass(frozen=True)
class ChatExchange:
    """A message and its reply.

    Args:
        message: None where the bot spoke without one.
        reply: what the bot said.
        attempt: how many other replies there were before this one.
        rejected: texts of those replies, and of replies that were replaced by another candidate.
    """

    message: str | None
    reply: Reply
    attempt: int = 0
    rejected: tuple[str, ...] = ()

    @property
    def turns(self) -> Iterator[Line]:
        """Its turns."""
        if self.message is not None:
            yield turn_of(self.message, USER)
        yield turn_of(self.reply.text, BOT)


@dataclass(frozen=True)
class ReplyContext:
    """The part of a conversation that a reply follows.

    Args:
        turns: the last ones that are not empty, the message at their end.
        said: the bot's last replies.
    """

    turns: tuple[Line, ...]
    said: tuple[str, ...] = ()


class Conversation:
    """The exchanges so far. It grows; a `ReplyContext` taken from it does not."""

    def __init__(self, exchanges: list[ChatExchange] | None = None) -> None:
        self.exchanges = exchanges or []

    @property
    def turns(self) -> tuple[Line, ...]:
        """All turns."""
        return tuple(turn for exchange in self.exchanges for turn in exchange.turns)

    @property
    def last(self) -> ChatExchange | None:
        """The last exchange."""
        return self.exchanges[-1] if self.exchanges else None

    def talk(self, message: str | None, turns: int, before: int) -> ReplyContext:
        """The part of the conversation that the reply to a message follows.

        Args:
            message: the new one; None where the bot speaks without one.
            turns: how many of the last turns are read.
            before: how many exchanges lie before the message.
        """
        recent = self.exchanges[max(0, before - max(turns, _REMEMBERED)) : before]
        spoken = [turn for exchange in recent for turn in exchange.turns]
        if message is not None:
            spoken.append(turn_of(message, USER))
        filled = [turn for turn in spoken if turn.text]
        said = [exchange.reply.text for exchange in recent]
        return ReplyContext(tuple(filled[max(0, len(filled) - turns) :]), tuple(said[-_REMEMBERED:]))


_FORMAT = "textgen conversation"
_VERSION = 1


@dataclass(frozen=True)
class SavedConversation:
    """What a file of a conversation holds.

    Args:
        model: name of the model that spoke.
        seed: of the conversation.
        exchanges: in order.
    """

    model: str
    seed: int
    exchanges: list[ChatExchange]

    def write(self, path: Path) -> None:
        """Writes the file, as a whole or not at all.

        Raises:
            TextgenError: it cannot be written.
        """
        values = {
            "format": _FORMAT,
            "version": _VERSION,
            "model": self.model,
            "seed": self.seed,
            "exchanges": [
                {
                    "message": exchange.message,
                    "reply": exchange.reply.text,
                    "seed": exchange.reply.seed,
                    "attempt": exchange.attempt,
                    "rejected": list(exchange.rejected),
                }
                for exchange in self.exchanges
            ],
        }
        try:
            with replacing(path, through_links=True, mode=0o600) as file:  # what people say to a bot is theirs
                file.write(json.dumps(values, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        except (OSError, ValueError) as error:
            raise TextgenError(
                f"The conversation was to be saved as {str(path)!r}, but the file cannot be written ({_why(error)}): "
                "name a file in a folder that exists and may be written to."
            ) from None

    @classmethod
    def read(cls, path: Path) -> "SavedConversation":
        """Reads a file that `write` wrote.

        Raises:
            TextgenError: there is no such file, or it holds something else.
        """
        try:
            values = json.loads(read_ordinary(path))
        except (OSError, ValueError, RecursionError) as error:
            raise TextgenError(
                f"A conversation was to be opened from {str(path)!r}, but the file cannot be read ({_why(error)}): "
                "name a file that was saved from a chat."
            ) from None
        try:
            return cls._from_json(values)
        except _UnfitError as error:
            raise TextgenError(
                f"A conversation was to be opened from {str(path)!r}, but {error}: "
                "name a file that was saved from a chat by this version of textgen."
            ) from None

    @classmethod
    def _from_json(cls, values: Any) -> "SavedConversation":
        _need(isinstance(values, dict) and values.get("format") == _FORMAT, "the file holds something else")
        _need(values.get("version") == _VERSION, f"it has version {values.get('version')!r}, not {_VERSION}")
        model, seed, exchanges = (values.get(name) for name in ("model", "seed", "exchanges"))
        _need(isinstance(model, str) and _is_seed(seed) and isinstance(exchanges, list), "the file is damaged")
        return cls(model, seed, [_exchange(number, part) for number, part in enumerate(exchanges, 1)])


class _UnfitError(Exception):
    """A part of the file is not what it must be."""


def _need(holds: bool, found: str) -> None:
    if not holds:
        raise _UnfitError(found)


def _exchange(number: int, values: Any) -> ChatExchange:
    damaged = f"exchange {number} in it is damaged"
    _need(isinstance(values, dict), damaged)
    message, reply, seed, attempt = (values.get(name, 0) for name in ("message", "reply", "seed", "attempt"))
    _need((message is None or isinstance(message, str)) and isinstance(reply, str), damaged)
    _need(_is_seed(seed) and _is_seed(attempt), damaged)
    rejected = values.get("rejected", [])  # older files lack it
    _need(isinstance(rejected, list) and all(isinstance(text, str) for text in rejected), damaged)
    said = None if message is None else clean(message)
    return ChatExchange(said, Reply(clean(reply), seed=seed), attempt, tuple(clean(text) for text in rejected))


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEED


def _why(error: Exception) -> str:
    """The reason in one line, without the path."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it is no JSON" if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else clean(str(error))
