"""What a session has to say, as values; how they look is decided where they are shown."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class ReplyBegins:
    """A reply of the bot begins; its pieces follow.

    Args:
        speaker: who speaks.
    """

    speaker: str


@dataclass(frozen=True)
class Piece:
    """A part of the reply that is being written.

    Args:
        text: whole characters.
    """

    text: str


@dataclass(frozen=True)
class ReplyEnds:
    """The reply is whole."""


@dataclass(frozen=True)
class Note:
    """Something a person should know.

    Args:
        text: one sentence or a few.
    """

    text: str


@dataclass(frozen=True)
class Failure:
    """What was asked for could not be done.

    Args:
        text: one sentence that says why, and what to do.
    """

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of which all columns but the last are aligned.

    Args:
        rows: texts, as many in each row.
    """

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Talk:
    """What was said so far.

    Args:
        turns: speaker and text of each, the oldest first.
    """

    turns: tuple[tuple[str, str], ...]


Output: TypeAlias = ReplyBegins | Piece | ReplyEnds | Note | Failure | Table | Talk
