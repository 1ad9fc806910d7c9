"""Tokenizers: text to ids and back without loss, with vocabularies that are learned or loaded."""

import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from textgen.errors import ConfigurationError
from textgen.tokenizers.base import Tokenizer, refuse, refuse_unknown
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer


def _learn_characters(
    texts: Iterable[str], speakers: Sequence[str], *, words: str, vocabulary_limit: int | None
) -> Tokenizer:
    if words != "natural":
        raise ConfigurationError(
            f"The character level knows no words, but words={words!r} was asked for; "
            "leave it out, or choose the level word or subword."
        )
    return CharacterTokenizer.learn(texts, speakers, vocabulary_limit=vocabulary_limit)


LEVELS: dict[str, Callable[..., Tokenizer]] = {
    "character": _learn_characters,
    "word": WordTokenizer.learn,
    "subword": SubwordTokenizer.learn,
}


def learn_tokenizer(
    level: str,
    texts: Iterable[str],
    speakers: Sequence[str],
    words: str = "natural",
    vocabulary_limit: int | None = None,
) -> Tokenizer:
    """Learn a vocabulary; the same texts always give the same one.

    Args:
        level: "character", "word" or "subword".
        texts: the corpus, text by text; read once.
        speakers: names that get a label of their own.
        words: "natural" or "whitespace", see `textgen.tokenizers.pretokens.split`; only for words and subwords.
        vocabulary_limit: most characters (None: all seen three times), words (40,000) or merges (4,000).

    Raises:
        ConfigurationError: an unknown level, or options that do not go with it.
        MissingExtraError: a subword vocabulary is asked for and `tokenizers` is not installed.
    """
    if level not in LEVELS:
        raise ConfigurationError(f"There is no level {level!r}; choose one of {', '.join(LEVELS)}.")
    return LEVELS[level](texts, speakers, words=words, vocabulary_limit=vocabulary_limit)


__all__ = ["Tokenizer", "tokenizer_from_json"]

_FROM_JSON: dict[str, Callable[[Mapping[str, Any]], Tokenizer]] = {
    "character": CharacterTokenizer.from_json,
    "word": WordTokenizer.from_json,
    "subword": SubwordTokenizer.from_json,
}


def tokenizer_from_json(document: dict[str, Any]) -> Tokenizer:
    """Build a tokenizer from the output of its `to_json`.

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
