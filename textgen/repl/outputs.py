"""What a chat session shows: the outputs as values, and how each looks in a terminal."""

from dataclasses import dataclass
from typing import TypeAlias

from textgen.terminal import harmless


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
    """The reply is complete."""


@dataclass(frozen=True)
class Notice:
    """Something the person should know.

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
class Listing:
    """Rows of text in aligned columns.

    Args:
        rows: the cells of each row, the same number in all of them.
    """

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Turns:
    """The conversation so far, or the end of it.

    Args:
        turns: speaker and text of each turn, the oldest first.
    """

    turns: tuple[tuple[str, str], ...]


Output: TypeAlias = ReplyBegins | Piece | ReplyEnds | Notice | Failure | Listing | Turns

Fragments = list[tuple[str, str]]
"""Pairs of a style (`name`, `reply`, `you`, `note`, `error`, `term` or none) and a text."""

YOU = "you"
"""The name of the person at the keyboard."""

_GAP = "  "


def fragments(output: Output) -> Fragments:
    """How an output looks: without control characters, and with spaces for tabs, whose width nobody knows."""
    return [(style, harmless(text).replace("\t", " ")) for style, text in _raw(output)]


def _raw(output: Output) -> Fragments:
    match output:
        case ReplyBegins(speaker):
            return _label(speaker, "name")
        case Piece(text):
            return [("reply", text)]
        case ReplyEnds():
            return [("", "\n")]
        case Notice(text):
            return [("note", text), ("", "\n")]
        case Failure(text):
            return [("error", text), ("", "\n")]
        case Listing(rows):
            return _columns(rows)
        case Turns(turns):
            return [fragment for speaker, text in turns for fragment in _turn(speaker, text)]


def _label(speaker: str, style: str) -> Fragments:
    return [(style, f"{speaker}:"), ("", " ")]


def _turn(speaker: str, text: str) -> Fragments:
    mine = speaker == YOU
    return [*_label(speaker, "you" if mine else "name"), ("" if mine else "reply", text), ("", "\n")]


def _columns(rows: tuple[tuple[str, ...], ...]) -> Fragments:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    shown: Fragments = []
    for row in rows:
        padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        rest = "".join(_GAP + cell for cell in padded[1:]).rstrip()
        shown += [("", _GAP), ("term", padded[0] if rest else row[0]), ("", rest), ("", "\n")]
    return shown
