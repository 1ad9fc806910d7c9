"""Which characters may be written: those of the training corpus, and those that the prompt or the conversation has."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from textgen.decoding.constraints.base import Pieces, whole_characters
from textgen.decoding.protocols import Mask

_MASKS = 256  # cached: one between characters, and one for each beginning of a character that is written in bytes


class Alphabet:
    """The characters that may be written; pieces and bytes that would lead to another one are ruled out.

    A model gives every id some probability, also the bytes of characters that it has never seen.

    Args:
        pieces: of the model's tokenizer.
        characters: that may be written.
    """

    def __init__(self, pieces: Pieces, characters: Iterable[str]) -> None:
        self._pieces, self._characters = pieces, frozenset(characters)
        encoded = [character.encode() for character in self._characters if not character.isascii()]
        self._beginnings = {b"", *(data[:end] for data in encoded for end in range(1, len(data)))}
        self._with_bytes = [token for token, piece in enumerate(pieces.of) if not piece.isascii()]
        self.allowed = lru_cache(maxsize=_MASKS)(self._allowed)

    def begin(self, heard: str = "") -> "AlphabetConstraint":
        """The constraint on a text.

        Args:
            heard: text of the prompt or the conversation; what occurs in it may be written too.
        """
        new = set(heard) - self._characters
        return AlphabetConstraint(Alphabet(self._pieces, self._characters | new) if new else self)

    def after(self, rest: bytes, token: int) -> bytes:
        """The bytes of a character that is not whole yet, after one more id."""
        piece = self._pieces.of[token]
        return b"" if piece.isascii() else whole_characters(rest + piece)[1]

    def _allowed(self, rest: bytes) -> Mask:
        """The ids that may come next.

        Args:
            rest: bytes of a character that is not whole yet.
        """
        allowed: Mask = np.zeros(self._pieces.size, bool)
        for token in self._with_bytes if rest else range(self._pieces.size):
            allowed[token] = self._fits(rest + self._pieces.of[token])
        return allowed

    def _fits(self, data: bytes) -> bool:
        if data.isascii():
            return self._characters.issuperset(data.decode())
        text, rest = whole_characters(data)
        return self._characters.issuperset(text) and rest in self._beginnings


class AlphabetConstraint:
    """Keeps a text to an alphabet; made by `Alphabet.begin`. Used with `Utf8Constraint`, which keeps characters whole.

    Args:
        alphabet: the characters.
        rest: bytes of a character that is not whole yet.
    """

    __slots__ = ("_alphabet", "_rest")

    def __init__(self, alphabet: Alphabet, rest: bytes = b"") -> None:
        self._alphabet, self._rest = alphabet, rest

    def allowed(self) -> Mask:
        """The ids that lead to a character of the alphabet."""
        return self._alphabet.allowed(self._rest)

    def advance(self, token: int, /) -> "AlphabetConstraint":
        """The place after one more id."""
        rest = self._alphabet.after(self._rest, token)
        return self if rest == self._rest else AlphabetConstraint(self._alphabet, rest)
