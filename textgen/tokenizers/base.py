"""The base of all tokenizers: order of the ids, speaker labels, spelling, decoding, saved vocabularies.

0..7                    structure, as named below
FIRST_LABEL + k         the label of speaker k
then                    the pieces of the level: characters, words or merges
the last 256            the bytes 0..255, in order
"""

import re
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from textgen.errors import ModelError, TextgenError
from textgen.tokenizers.composition import composed
from textgen.tokenizers.pretokens import WORDS

PAD = 0
START = 1
END = 2
TURN = 3
SCENE = 4
LINE_END = 5
NAME = 6
"""Begins a speaker's name that is spelled in pieces because it has no label of its own."""
NAME_END = 7
FIRST_LABEL = 8

BYTES = 256


_SURROGATE = re.compile("[\ud800-\udfff]")


class Tokenizer(ABC):
    """Turns text into ids and back without loss: `decode(encode(text)) == text`.

    Ids run: structure, one label a speaker, the pieces of the level, the 256 bytes.

    Args:
        pieces: what each id after the labels stands for, in UTF-8, without the 256 bytes.
        speakers: names that have a label, in the order of their ids.

    Raises:
        ValueError: a speaker is named twice.
    """

    level: ClassVar[str]

    def __init__(self, pieces: Sequence[bytes], speakers: Sequence[str]) -> None:
        if len(set(speakers)) < len(speakers):
            raise ValueError("A speaker has two labels; every name must be given once.")
        self.speakers = tuple(speakers)
        self.first_piece = FIRST_LABEL + len(self.speakers)
        self.first_byte = self.first_piece + len(pieces)
        self.vocabulary_size = self.first_byte + BYTES
        self._pieces = [b""] * self.first_piece + list(pieces) + [bytes([value]) for value in range(BYTES)]
        self._labels = {name: FIRST_LABEL + index for index, name in enumerate(self.speakers)}

    def encode(self, text: str) -> list[int]:
        """Give the ids of a text; none of them is structure or a label.

        Raises:
            TextgenError: the text holds half of a surrogate pair, which is no character.
        """
        try:
            return self._encode(text)
        except UnicodeEncodeError:
            raise TextgenError(_surrogate_sentence(text)) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Give the text of ids; bytes that form no whole character come out as U+FFFD.

        Raises:
            ValueError: an id of the structure, a label, or an id outside the vocabulary.
        """
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Give the UTF-8 bytes of ids; they need not end with a whole character.

        Raises:
            ValueError: an id of the structure, a label, or an id outside the vocabulary.
        """
        wanted = list(ids)
        if wanted and not (self.first_piece <= min(wanted) and max(wanted) < self.vocabulary_size):
            wrong = next(i for i in wanted if not self.first_piece <= i < self.vocabulary_size)
            raise ValueError(
                f"Id {wrong} is not text: text has the ids {self.first_piece} to {self.vocabulary_size - 1}."
            )
        pieces = self._pieces
        return b"".join([pieces[index] for index in wanted])

    def piece(self, index: int) -> bytes:
        """Give the UTF-8 bytes one id stands for; b"" for structure and labels."""
        if not 0 <= index < self.vocabulary_size:
            raise ValueError(f"Id {index} is outside the vocabulary of {self.vocabulary_size} ids.")
        return self._pieces[index]

    def label_id(self, speaker: str) -> int | None:
        """Give the id of a speaker's label, exactly as spelled, or None where there is none."""
        return self._labels.get(speaker)

    def label_ids(self, name: str) -> list[int]:
        """Give the ids of all labels with this name, in upper or lower case."""
        wanted = _folded(name)
        return [index for speaker, index in self._labels.items() if _folded(speaker) == wanted]

    def ranked_ids(self) -> list[int]:
        """Give the ids of all pieces longer than a character in the order they were learned in, frequent ones first.

        The other ids are structure, labels, and the characters and bytes that spell rare words.
        """
        return [i for i, piece in enumerate(self._pieces) if len(piece.decode("utf-8", errors="replace")) > 1]

    def speaker_of(self, index: int) -> str | None:
        """Give the speaker whose label this id is, or None where it is no label."""
        return self.speakers[index - FIRST_LABEL] if FIRST_LABEL <= index < self.first_piece else None

    @abstractmethod
    def _encode(self, text: str) -> list[int]:
        """Encode, raising UnicodeEncodeError where a lone surrogate is met."""

    @abstractmethod
    def last_word(self, text: str) -> str:
        """Give the last word of a text, which may be unfinished (for token healing).

        The writer drops it from the prompt, and makes the generated text begin with it.

        Returns:
            The last pretoken, white space included; "" where nothing can be unfinished.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Give the vocabulary as plain lists and strings, for `tokenizer_from_json`."""


def _folded(name: str) -> str:
    return composed(name).strip().casefold()


def _surrogate_sentence(text: str) -> str:
    found = _SURROGATE.search(text)
    where = f"U+{ord(found[0]):04X} at position {found.start()}" if found else "at an unknown position"
    return (
        f"This text cannot be encoded: it holds half of a surrogate pair ({where}), which is no "
        "character; replace it by U+FFFD or remove it, and try again."
    )


def spell(text: str, ids: Mapping[str, int], first_byte: int) -> list[int]:
    """Spell a text character by character.

    Args:
        text: any text without lone surrogates.
        ids: the ids of the characters that have one.
        first_byte: the id of byte 0; byte b has the id `first_byte + b`.

    Raises:
        UnicodeEncodeError: the text holds a lone surrogate.

    Example:
        >>> spell("aé", {"a": 8}, first_byte=9)
        [8, 204, 178]
    """
    spelled: list[int] = []
    for character in text:
        index = ids.get(character)
        if index is None:
            spelled.extend(first_byte + value for value in character.encode("utf-8"))
        else:
            spelled.append(index)
    return spelled


def refuse(found: str) -> NoReturn:
    """Raise a ModelError that says what was found."""
    raise ModelError(
        f"The vocabulary cannot be used: {found}; it was damaged or edited, "
        "so copy the model folder again or train the model anew."
    )


def refuse_unknown(document: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise a ModelError where something is stored that the tokenizer does not know."""
    if unknown := sorted(set(document) - set(known)):
        refuse(f"it holds {reprlib.repr(unknown)}, known are {', '.join(known)}")


def read_speakers(document: Mapping[str, Any]) -> list[str]:
    """Give the names that have labels."""
    return _unique_strings(document, "speakers")


def read_pieces(document: Mapping[str, Any]) -> list[str]:
    """Give the pieces of a character or word vocabulary."""
    return _unique_strings(document, "pieces")


def read_words(document: Mapping[str, Any]) -> str:
    """Give the way pretokens are cut."""
    words = document.get("words", "natural")
    if not isinstance(words, str) or words not in WORDS:
        refuse(f'"words" is {reprlib.repr(words)}, allowed are {", ".join(WORDS)}')
    return words


def read_merges(document: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Give the merges of a subword vocabulary, as pairs of integers."""
    merges = _list(document, "merges")
    if not all(_is_pair(merge) for merge in merges):
        refuse('"merges" holds something that is no pair of ids')
    return [(left, right) for left, right in merges]


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    values = document.get(key)
    if not isinstance(values, list):
        refuse(f'"{key}" is missing or no list')
    return values


def _unique_strings(document: Mapping[str, Any], key: str) -> list[str]:
    values = _list(document, key)
    if not all(isinstance(value, str) for value in values):
        refuse(f'"{key}" holds something that is no text')
    if not all(values):
        refuse(f'"{key}" holds an empty text')
    if len(set(values)) < len(values):
        refuse(f'"{key}" holds a text twice')
    if any(_is_broken(value) for value in values):
        refuse(f'"{key}" holds half of a surrogate pair')
    return values


def _is_broken(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)


def _is_pair(merge: object) -> bool:
    return isinstance(merge, list) and len(merge) == 2 and all(type(index) is int for index in merge)
