"""How the tutorial's words are cut and fed, and how tokens are added up to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.scripts import script
from textgen.tokenizers.subword import SubwordTokenizer

tutorial = script("tutorial_chatbot")


def test_words_are_runs_of_letters_and_single_marks() -> None:
    assert tutorial.words_of("Oh, I'm  FINE !? 😁😁") == ["oh", ",", "i'm", "fine", "!", "?", "😁", "😁"]


def test_tokens_belong_to_the_word_they_spell() -> None:
    pieces = [b"o", b"h", b" ", b"f", b"ine", b" !"]
    assert tutorial.word_of_each_token(pieces, ["oh", "fine", "!"]).tolist() == [0, 0, 1, 1, 1, 2]


def test_bytes_of_one_character_belong_to_its_word() -> None:
    pieces = [b"a", b" ", *(bytes([value]) for value in "😁".encode())]
    assert tutorial.word_of_each_token(pieces, ["a", "😁"]).tolist() == [0, 1, 1, 1, 1, 1]


def test_tokens_that_spell_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="2 bytes"):
        tutorial.word_of_each_token([b"hi"], ["hit"])


@given(st.lists(st.text("abc'é😁", min_size=1, max_size=5), min_size=1, max_size=8))
def test_every_word_has_its_own_tokens(words: list[str]) -> None:
    tokenizer = SubwordTokenizer.learn(["ab ab ab abc abc abc"], [], words="whitespace")
    pieces = [tokenizer.piece(token) for token in tokenizer.encode(" ".join(words))]
    numbers = tutorial.word_of_each_token(pieces, words)
    for number, word in enumerate(words):
        spelled = b"".join(piece for piece, of in zip(pieces, numbers, strict=True) if of == number)
        assert spelled.decode().removeprefix(" ") == word


def test_one_wrong_token_makes_a_word_wrong_and_all_of_them_cost() -> None:
    right, nats = tutorial.of_words(
        np.array([True, True, False, True]), np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 1, 2])
    )
    assert right.tolist() == [True, False, True]
    assert nats.tolist() == [1.0, 5.0, 4.0]


def test_padding_is_not_scored() -> None:
    pairs = [tutorial.Pair(["hi"], ["a", "b"]), tutorial.Pair(["oh", "my"], ["b"])]
    _, inputs, targets = tutorial.OneHot(pairs).arrays(pairs)
    assert inputs.sum() == 7 and targets.sum() == 5
    right, nats = tutorial.real_words(np.where(targets > 0, 0.5, 0.1).astype(np.float32), targets)
    assert right.all() and nats == pytest.approx([np.log(2)] * 5)


def test_words_of_the_replies_to_learn_from_are_known() -> None:
    known = tutorial.known_words([tutorial.Pair(["z"], ["a"])], [tutorial.Pair(["a"], ["z", "a"])])
    assert known.tolist() == [False, True, True]
