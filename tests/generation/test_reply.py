import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.small import TOKENIZERS
from textgen.decoding.constraints.base import Pieces
from textgen.generation.conversation import Reply, ReplyRenderer, clean, one_line
from textgen.tokenizers.base import END


@pytest.mark.parametrize(
    ("message", "cleaned"),
    [
        ("hello", "hello"),
        ("  two  spaces  ", "two  spaces"),
        ("a\r\n\tb\x00c", "a b c"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("half pair \ude00", "half pair \ufffd"),
        ("\ud83d\ude00", "😀"),
        ("a\u2028b\x85c", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_a_message_becomes_one_line_of_valid_text(message: str, cleaned: str) -> None:
    assert clean(message) == cleaned


@given(st.text(st.characters(codec=None), max_size=50))
def test_anything_can_be_cleaned_and_once_is_enough(message: str) -> None:
    cleaned = clean(message)
    cleaned.encode()
    assert len(cleaned.splitlines()) <= 1
    assert clean(cleaned) == cleaned


@given(st.text(max_size=30))
def test_one_line_keeps_the_length(text: str) -> None:
    assert len(one_line(text)) == len(text)
    assert len(one_line(text).splitlines()) <= 1


def test_a_reply_is_its_text() -> None:
    reply = Reply("Hello!", finish_reason="length", seed=7, log_probability=-3.0, candidates=8, relaxed=True)
    assert reply == "Hello!"
    assert type(reply.text) is str and reply.text == "Hello!"
    assert (reply.finish_reason, reply.seed, reply.log_probability) == ("length", 7, -3.0)
    assert (reply.candidates, reply.relaxed) == (8, True)


def test_copies_know_as_much() -> None:
    reply = Reply("Hello!", seed=7)
    for other in (copy.deepcopy(reply), pickle.loads(pickle.dumps(reply))):
        assert other == reply and other.seed == 7


TOKENIZER = TOKENIZERS["character"]
PIECES = Pieces(TOKENIZER)


def rendered(ids: list[int]) -> list[str]:
    renderer, texts = ReplyRenderer(PIECES), []
    for token in ids:
        text, renderer = renderer.advance(token)
        texts.append(text)
    return [*texts, renderer.flush()]


def in_bytes(text: str) -> list[int]:
    return [TOKENIZER.first_byte + value for value in text.encode()]


def test_characters_come_whole() -> None:
    assert rendered(in_bytes("a€")) == ["a", "", "", "€", ""]


def test_half_a_character_at_the_end_is_left_out() -> None:
    assert rendered(in_bytes("a€")[:-1]) == ["a", "", "", ""]


def test_structure_has_no_text_and_control_characters_are_spaces() -> None:
    assert rendered([*in_bytes("a\x1b"), END]) == ["a", " ", "", ""]
    assert rendered(in_bytes("\x85\u2028")) == ["", " ", "", "", " ", ""]
