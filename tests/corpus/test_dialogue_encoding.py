"""Contexts and replies to ids."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.strategies import TOKENIZERS, texts
from textgen.corpus.dialogue_encoding import DialogueEncoder
from textgen.errors import ConfigurationError, TextgenError
from textgen.tokenizers.special import END, START, TURN

TOKENIZER = TOKENIZERS["character"]
levels = st.sampled_from(list(TOKENIZERS))


def test_the_grammar() -> None:
    text = TOKENIZER.encode
    encoder = DialogueEncoder(TOKENIZER, longest_context=20)
    assert encoder.encode_context(["he", "", "are"]) == [START, *text("he"), TURN, TURN, *text("are"), TURN]
    assert encoder.encode_context([]) == [START]
    assert encoder.encode_reply("hi") == [START, *text("hi"), END]


def test_a_reply_is_never_cut() -> None:
    assert len(DialogueEncoder(TOKENIZER, longest_context=1).encode_reply("hello")) == 7


@given(levels, st.lists(texts, max_size=4), st.integers(1, 30))
@settings(deadline=None, max_examples=150)
def test_the_oldest_ids_fall_away(level: str, turns: list[str], longest: int) -> None:
    tokenizer = TOKENIZERS[level]
    whole = [START, *(token for turn in turns for token in [*tokenizer.encode(turn), TURN])]
    ids = DialogueEncoder(tokenizer, longest).encode_context(turns)
    assert len(ids) == min(len(whole), longest)
    assert ids == [START, *whole[len(whole) - len(ids) + 1 :]]


@given(levels, texts)
@settings(deadline=None, max_examples=100)
def test_a_reply_comes_back(level: str, text: str) -> None:
    tokenizer = TOKENIZERS[level]
    start, *ids, end = DialogueEncoder(tokenizer, 9).encode_reply(text)
    assert (start, end) == (START, END)
    assert tokenizer.decode(ids) == text


def test_no_room_for_anything_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"at most 0 tokens .* give 1 or more"):
        DialogueEncoder(TOKENIZER, longest_context=0)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(TextgenError):
        DialogueEncoder(TOKENIZER, longest_context=9).encode_reply("\ud800")
