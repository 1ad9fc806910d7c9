import pytest

from tests.tokenizers.examples import TEXTS
from textgen.errors import ConfigurationError
from textgen.tokenizers import LEVELS, learn_tokenizer


@pytest.mark.parametrize("level", LEVELS)
def test_the_same_texts_give_the_same_vocabulary_in_any_order(level: str) -> None:
    learned = learn_tokenizer(level, iter(TEXTS), ["jerry"])
    assert learned.level == level
    assert learned.to_json() == learn_tokenizer(level, reversed(TEXTS), ["jerry"]).to_json()


@pytest.mark.parametrize("level", LEVELS)
def test_an_empty_corpus_leaves_the_bytes(level: str) -> None:
    tokenizer = learn_tokenizer(level, [], [])
    assert tokenizer.vocabulary_size == 8 + 256


def test_unknown_levels_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="choose one of character, word, subword"):
        learn_tokenizer("letter", [], [])


def test_characters_know_no_words() -> None:
    with pytest.raises(ConfigurationError, match="whitespace"):
        learn_tokenizer("character", [], [], words="whitespace")


@pytest.mark.parametrize("level", ["word", "subword"])
def test_ways_to_cut_words_are_kept(level: str) -> None:
    assert learn_tokenizer(level, TEXTS, [], words="whitespace").to_json()["words"] == "whitespace"
