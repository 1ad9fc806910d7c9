"""The tokenizers of all levels: their common face, and how a saved one is built again."""

import reprlib
from collections.abc import Callable, Mapping
from typing import Any

from textgen.text.base import Tokenizer
from textgen.text.character import CharacterTokenizer
from textgen.text.document import refuse, refuse_unknown
from textgen.text.subword import SubwordTokenizer
from textgen.text.word import WordTokenizer

__all__ = ["Tokenizer", "tokenizer_from_json"]

_FROM_JSON: dict[str, Callable[[Mapping[str, Any]], Tokenizer]] = {
    "character": CharacterTokenizer.from_json,
    "word": WordTokenizer.from_json,
    "subword": SubwordTokenizer.from_json,
}


def tokenizer_from_json(document: dict[str, Any]) -> Tokenizer:
    """Build a tokenizer from what its `to_json` gave.

    Raises:
        ModelError: the level is unknown, or the vocabulary is damaged.
    """
    if not isinstance(document, dict):
        refuse("it is no JSON object")
    level = document.get("level")
    if not isinstance(level, str) or level not in _FROM_JSON:
        refuse(f'"level" is {reprlib.repr(level)}, allowed are {", ".join(_FROM_JSON)}')
    tokenizer = _FROM_JSON[level](document)
    refuse_unknown(document, tokenizer.to_json())
    return tokenizer
