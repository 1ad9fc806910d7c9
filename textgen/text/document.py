"""Checks on a saved vocabulary: whatever is wrong with it becomes one sentence."""

import reprlib
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from textgen.errors import ModelError
from textgen.text.pretokens import WORDS


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
