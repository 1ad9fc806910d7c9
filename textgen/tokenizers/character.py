"""The character level: one id a character, rare characters in UTF-8 bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from textgen.tokenizers.base import Tokenizer, read_pieces, read_speakers, refuse, spell
from textgen.tokenizers.pretokens import check_limit, count, ranked


class CharacterTokenizer(Tokenizer):
    """Every character of the vocabulary is one id.

    Args:
        characters: strings of one character each, in the order of their ids.
        speakers: names that have a label, in the order of their ids.

    Example:
        >>> tokenizer = CharacterTokenizer(["a", "b"], ["jerry"])
        >>> tokenizer.encode("ab")
        [9, 10]
    """

    level = "character"

    def __init__(self, characters: Sequence[str], speakers: Sequence[str]) -> None:
        super().__init__([character.encode("utf-8") for character in characters], speakers)
        self.characters = tuple(characters)
        self._ids = {character: self.first_piece + index for index, character in enumerate(characters)}

    @classmethod
    def learn(cls, texts: Iterable[str], speakers: Sequence[str], *, vocabulary_limit: int | None = None) -> Self:
        """Learn the characters seen at least three times, at most `vocabulary_limit` (None: all of them)."""
        check_limit(vocabulary_limit)
        return cls(ranked(count(texts), vocabulary_limit), speakers)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build the tokenizer again from `to_json`; raises ModelError where it is damaged."""
        characters = read_pieces(document)
        if any(len(character) > 1 for character in characters):
            refuse("a piece is longer than one character")
        return cls(characters, read_speakers(document))

    def to_json(self) -> dict[str, Any]:
        """Give the vocabulary as plain lists and strings."""
        return {"level": self.level, "speakers": list(self.speakers), "pieces": list(self.characters)}

    def last_word(self, text: str) -> str:
        """Give "": a character is never unfinished."""
        return ""

    def _encode(self, text: str) -> list[int]:
        try:
            return list(map(self._ids.__getitem__, text))
        except KeyError:
            return spell(text, self._ids, self.first_byte)
