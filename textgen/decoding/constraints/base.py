"""What may be written next: immutable states that allow ids and advance by the id chosen."""

from typing import Protocol

from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask


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
    """Makes the text begin with a prefix: the last word of the prompt, dropped as it may be half a word.

    Until the prefix is used up, the ids allowed are those whose piece begins with what is left of it, or is
    itself a beginning of it.

    Args:
        pieces: of the model's tokenizer.
        prefix: bytes still to be written; none of them left allows everything.

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
