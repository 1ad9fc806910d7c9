"""Learning the vocabulary of any level from a corpus."""

from collections.abc import Callable, Iterable, Sequence

from textgen.errors import ConfigurationError
from textgen.text.base import Tokenizer
from textgen.text.character import CharacterTokenizer
from textgen.text.subword import SubwordTokenizer
from textgen.text.word import WordTokenizer


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
        words: "natural" or "whitespace", see `textgen.text.pretokens.split`; only for words and subwords.
        vocabulary_limit: most characters (None: all seen three times), words (40,000) or merges (4,000).

    Raises:
        ConfigurationError: an unknown level, or options that do not go with it.
        MissingExtraError: a subword vocabulary is asked for and `tokenizers` is not installed.
    """
    if level not in LEVELS:
        raise ConfigurationError(f"There is no level {level!r}; choose one of {', '.join(LEVELS)}.")
    return LEVELS[level](texts, speakers, words=words, vocabulary_limit=vocabulary_limit)
