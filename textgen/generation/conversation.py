"""What was said so far, and what of it matters for the next reply."""

from collections.abc import Iterator
from dataclasses import dataclass

from textgen.corpus.dialogue import Turn
from textgen.generation.reply import Reply

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
        rejected: texts of those replies, and of those for which another one was picked.
    """

    message: str | None
    reply: Reply
    attempt: int = 0
    rejected: tuple[str, ...] = ()

    @property
    def turns(self) -> Iterator[Turn]:
        """Its turns."""
        if self.message is not None:
            yield Turn(self.message, USER)
        yield Turn(self.reply.text, BOT)


@dataclass(frozen=True)
class ReplyContext:
    """What a reply is about to follow.

    Args:
        turns: the last ones that are not empty, the message at their end.
        said: the bot's last replies.
    """

    turns: tuple[Turn, ...]
    said: tuple[str, ...] = ()


class Conversation:
    """The exchanges so far. It grows; what a reply is made from does not."""

    def __init__(self, exchanges: list[ChatExchange] | None = None) -> None:
        self.exchanges = exchanges or []

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns."""
        return tuple(turn for exchange in self.exchanges for turn in exchange.turns)

    @property
    def last(self) -> ChatExchange | None:
        """The last exchange."""
        return self.exchanges[-1] if self.exchanges else None

    def talk(self, message: str | None, turns: int, before: int) -> ReplyContext:
        """What the reply to a message follows.

        Args:
            message: the new one; None where the bot speaks without one.
            turns: how many of them are looked at.
            before: how many exchanges lie before the message.
        """
        recent = self.exchanges[max(0, before - max(turns, _REMEMBERED)) : before]
        spoken = [turn for exchange in recent for turn in exchange.turns]
        if message is not None:
            spoken.append(Turn(message, USER))
        filled = [turn for turn in spoken if turn.text]
        said = [exchange.reply.text for exchange in recent]
        return ReplyContext(tuple(filled[max(0, len(filled) - turns) :]), tuple(said[-_REMEMBERED:]))
