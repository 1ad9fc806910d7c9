from textgen.evaluation.tokens import tokens


def test_words_numbers_and_punctuation() -> None:
    assert tokens("A dog's 2 bowls, isn't it?!") == ["A", "dog", "'s", "2", "bowls", ",", "isn", "'t", "it", "?!"]


def test_white_space_is_none() -> None:
    assert tokens(" \t a  b ") == ["a", "b"]
    assert tokens("  ") == []
