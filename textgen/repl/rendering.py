"""Outputs as fragments of text with the name of a style each, fit for any terminal."""

import re

from textgen.repl.outputs import Failure, Note, Output, Piece, ReplyBegins, ReplyEnds, Table, Talk

Fragments = list[tuple[str, str]]
"""Pairs of a style (`name`, `reply`, `you`, `note`, `error`, `term` or none) and a text."""

YOU = "you"
"""The name of the person at the keyboard."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_GAP = "  "


def fragments(output: Output) -> Fragments:
    """How an output looks; control characters, which could take hold of a terminal, are replaced."""
    return [(style, _CONTROL.sub(_harmless, text)) for style, text in _raw(output)]


def _raw(output: Output) -> Fragments:
    match output:
        case ReplyBegins(speaker):
            return _label(speaker, "name")
        case Piece(text):
            return [("reply", text)]
        case ReplyEnds():
            return [("", "\n")]
        case Note(text):
            return [("note", text), ("", "\n")]
        case Failure(text):
            return [("error", text), ("", "\n")]
        case Table(rows):
            return _table(rows)
        case Talk(turns):
            return [fragment for speaker, text in turns for fragment in _turn(speaker, text)]


def _label(speaker: str, style: str) -> Fragments:
    return [(style, f"{speaker}:"), ("", " ")]


def _turn(speaker: str, text: str) -> Fragments:
    mine = speaker == YOU
    return [*_label(speaker, "you" if mine else "name"), ("" if mine else "reply", text), ("", "\n")]


def _table(rows: tuple[tuple[str, ...], ...]) -> Fragments:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    shown: Fragments = []
    for row in rows:
        padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        rest = "".join(_GAP + cell for cell in padded[1:]).rstrip()
        shown += [("", _GAP), ("term", padded[0] if rest else row[0]), ("", rest), ("", "\n")]
    return shown


def _harmless(match: re.Match[str]) -> str:
    return " " if match[0] in "\t\r\u2028\u2029\x85" else "\ufffd"
