"""A constraint that makes a reply one line with something to see in it."""

import re
from functools import lru_cache

import numpy as np

from textgen.decoding.constraints.base import AllOf, Constraint, Utf8Constraint
from textgen.decoding.constraints.blocking import BlockList
from textgen.decoding.pieces import Pieces, whole_characters
from textgen.decoding.protocols import Mask
from textgen.tokenizers.utf8 import ACCEPT

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_LONGEST_CHARACTER = 4  # bytes in UTF-8


class ReplyShape:
    """The rules for replies, from which `begin` makes the constraint; building it looks at all ids once.

    Args:
        pieces: of the model's tokenizer.
        end: the id that ends a reply.
    """

    def __init__(self, pieces: Pieces, end: int) -> None:
        self.pieces = pieces
        self.text: Mask = pieces.text & np.array([_CONTROL.search(piece) is None for piece in pieces.of])
        self.open: Mask = self.text | pieces.mask(end)
        whole = pieces.utf8[ACCEPT] == ACCEPT
        seen = np.array([is_visible(piece.decode(errors="ignore")) for piece in pieces.of])
        self.visible: Mask = self.text & whole & seen
        self.beginning: Mask = self.visible | (self.text & (pieces.utf8[ACCEPT] > ACCEPT))
        self.blocklist = lru_cache(maxsize=2)(self._blocklist)

    def begin(self, room: int | None = None, blocked: tuple[str, ...] = ()) -> Constraint:
        """The constraint on a reply.

        Args:
            room: tokens that it may have; None for any number.
            blocked: words that it may not have.
        """
        parts: list[Constraint] = [ReplyConstraint(self, room), Utf8Constraint(self.pieces)]
        if blocked:
            parts.append(self.blocklist(blocked).begin(room))
        return AllOf(*parts)

    def _blocklist(self, words: tuple[str, ...]) -> BlockList:
        return BlockList(self.pieces, words)


class ReplyConstraint:
    """Pieces of text without control characters, and the end once there is something to see.

    It looks at structure and at what can be seen; characters are kept whole by `Utf8Constraint`.

    Args:
        shape: the rules.
        room: tokens that may still come; None for any number.
        visible: whether there is something to see.
        rest: bytes of a character that is not whole yet, while there is nothing to see.
    """

    __slots__ = ("_rest", "_room", "_shape", "_visible")

    def __init__(self, shape: ReplyShape, room: int | None, visible: bool = False, rest: bytes = b"") -> None:
        self._shape, self._room, self._visible, self._rest = shape, room, visible, rest

    def allowed(self) -> Mask:
        """The ids that may come next."""
        if self._visible:
            return self._shape.open
        if self._rest:
            return self._shape.pieces.continuing
        # A character in bytes may turn out to be white space: a token must be left after it.
        has_room = self._room is None or self._room > _LONGEST_CHARACTER
        return self._shape.beginning if has_room else self._shape.visible

    def advance(self, token: int, /) -> "ReplyConstraint":
        """What is left to do after one more id."""
        if self._visible:
            return self
        text, rest = whole_characters(self._rest + self._shape.pieces.of[token])
        room = None if self._room is None else self._room - 1
        return ReplyConstraint(self._shape, room, is_visible(text), rest)


def is_visible(text: str) -> bool:
    """Whether a text has a character that is neither white space, nor a control or a format character."""
    return any(character.isprintable() and not character.isspace() for character in text)
