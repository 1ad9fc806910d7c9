import pytest

from textgen.errors import ConfigurationError
from textgen.tokenizers.character import CharacterTokenizer


def test_characters_seen_three_times_are_learned_most_frequent_first() -> None:
    tokenizer = CharacterTokenizer.learn(["bbb", "aaa", "cccc", "dd", "é"], [])
    assert tokenizer.characters == ("c", "a", "b")


def test_the_limit_keeps_the_most_frequent() -> None:
    assert CharacterTokenizer.learn(["aaabbbb"], [], vocabulary_limit=1).characters == ("b",)
    with pytest.raises(ConfigurationError, match="at least 1"):
        CharacterTokenizer.learn(["aaa"], [], vocabulary_limit=0)


def test_rare_characters_are_spelled_in_bytes() -> None:
    tokenizer = CharacterTokenizer(["a"], ["jerry"])  # a is 9, byte 0 is 10
    assert tokenizer.encode("aéa") == [9, 10 + 0xC3, 10 + 0xA9, 9]
    assert tokenizer.encode("aa") == [9, 9]
    assert tokenizer.encode("") == []


def test_nothing_is_half_a_character() -> None:
    assert CharacterTokenizer(["a"], []).last_word("hel") == ""
