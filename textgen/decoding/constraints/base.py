"""Constraints on what may be written next, and facts about a tokenizer's pieces, computed once per model."""

from bisect import bisect_left
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.protocols import Mask
from textgen.tokenizers.base import BYTES, Tokenizer
from textgen.tokenizers.utf8 import transition_table


class Pieces:
    """The bytes of every id, and masks over the vocabulary that follow from them.

    Args:
        tokenizer: of the model; its last 256 ids are the bytes.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.size = tokenizer.vocabulary_size
        self.first = tokenizer.first_piece
        self.of = tuple(tokenizer.piece(k) for k in range(self.size))
        self._tokenizer = tokenizer

    def mask(self, *tokens: int) -> Mask:
        """Allows the ids given and nothing else. *Shape:* (vocabulary,)."""
        allowed = np.zeros(self.size, bool)
        allowed[list(tokens)] = True
        return allowed

    @cached_property
    def text(self) -> Mask:
        """Allows every piece of text, no structure."""
        return np.arange(self.size) >= self.first

    @cached_property
    def one_line(self) -> Mask:
        """Allows the pieces of text without a line break."""
        whole = np.array([b"\n" not in piece and b"\r" not in piece for piece in self.of])
        allowed: Mask = self.text & whole
        return allowed

    @cached_property
    def continuing(self) -> Mask:
        """Allows the bytes 0x80 to 0xBF, which continue a character and never begin one."""
        byte = np.arange(self.size) - (self.size - BYTES)
        return (byte >= 0x80) & (byte < 0xC0)

    @cached_property
    def ending_word(self) -> Mask:
        """Allows what ends a word for certain: structure, labels, pieces that begin with white space."""
        return np.array([not piece or piece[:1].isspace() for piece in self.of])

    @cached_property
    def utf8(self) -> NDArray[np.int8]:
        """The transitions of the UTF-8 automaton. *Shape:* (states, vocabulary)."""
        return transition_table(self._tokenizer)

    @cached_property
    def utf8_masks(self) -> tuple[Mask, ...]:
        """For each state of the UTF-8 automaton the ids that keep the text valid."""
        return tuple(row >= 0 for row in self.utf8)

    def beginning_with(self, prefix: bytes) -> list[int]:
        """The ids whose piece begins with these bytes."""
        return self._between((prefix, -1), (prefix + b"\xff" * self._longest, self.size))

    def spelling(self, piece: bytes) -> list[int]:
        """The ids whose piece is exactly this."""
        return self._between((piece, -1), (piece, self.size))

    def _between(self, low: tuple[bytes, int], high: tuple[bytes, int]) -> list[int]:
        found = self._sorted[bisect_left(self._sorted, low) : bisect_left(self._sorted, high)]
        return [token for _, token in found]

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.of))

    @cached_property
    def _sorted(self) -> list[tuple[bytes, int]]:
        return sorted((piece, token) for token, piece in enumerate(self.of) if piece)


def whole_characters(data: bytes) -> tuple[str, bytes]:
    """The text of the whole characters, and the bytes of an unfinished one; invalid bytes become U+FFFD."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data[: error.start].decode(), data[error.start :]
        return data.decode(errors="replace"), b""


class Constraint(Protocol):
    """Says which ids may come next. Immutable, so that beams and back-ups share it."""

    def allowed(self) -> Mask | None:
        """The ids that may come next (vocabulary,), not to be written to; None allows everything."""

    def advance(self, token: int, /) -> "Constraint":
        """The constraint after one more id."""


class AllOf:
    """Allows what all of its parts allow.

    Args:
        parts: at least one.
    """

    __slots__ = ("_parts",)

    def __init__(self, *parts: Constraint) -> None:
        self._parts = parts

    def allowed(self) -> Mask | None:
        """The ids that every part allows."""
        common: Mask | None = None
        for part in self._parts:
            mask = part.allowed()
            if mask is not None:
                common = mask if common is None else common & mask
        return common

    def advance(self, token: int, /) -> "AllOf":
        """Every part advanced."""
        return AllOf(*[part.advance(token) for part in self._parts])


class Utf8Constraint:
    """Keeps the text valid UTF-8: bytes only where they continue a character, structure between characters.

    Args:
        pieces: of the model's tokenizer.
        state: of the UTF-8 automaton, 0 between characters.
    """

    __slots__ = ("_pieces", "_state")

    def __init__(self, pieces: Pieces, state: int = 0) -> None:
        self._pieces = pieces
        self._state = state

    def allowed(self) -> Mask:
        """The ids after which the bytes written can still become valid."""
        return self._pieces.utf8_masks[self._state]

    def advance(self, token: int, /) -> "Utf8Constraint":
        """The state after the bytes of the id."""
        state = int(self._pieces.utf8[self._state, token])
        return self if state == self._state else Utf8Constraint(self._pieces, state)


class HealingConstraint:
    """Makes the text begin with a prefix: the last word of the prompt, which was dropped since it may be half a word.

    Until the prefix is used up, the ids allowed are those whose piece begins with what is left of it, or is
    itself a beginning of it.

    Args:
        pieces: of the model's tokenizer.
        prefix: bytes still to be written; when none are left, everything is allowed.

    Example:
        After "hel" was dropped, "hello", "help", "he" and "h" are allowed; after "he", "l" and "llo".
    """

    __slots__ = ("_pieces", "_prefix")

    def __init__(self, pieces: Pieces, prefix: bytes) -> None:
        self._pieces = pieces
        self._prefix = prefix

    def allowed(self) -> Mask | None:
        """The ids that go on with the prefix."""
        if not self._prefix:
            return None
        beginnings = [self._prefix[:end] for end in range(1, len(self._prefix))]
        tokens = [token for piece in beginnings for token in self._pieces.spelling(piece)]
        return self._pieces.mask(*tokens, *self._pieces.beginning_with(self._prefix))

    def advance(self, token: int, /) -> "HealingConstraint":
        """What is left of the prefix after the id."""
        if not self._prefix:
            return self
        return HealingConstraint(self._pieces, self._prefix[len(self._pieces.of[token]) :])
