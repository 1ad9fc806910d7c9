import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decoding.fakes import random_model, state
from tests.generation.small import TOKENIZERS
from textgen.decoding.constraints.base import Constraint, Pieces
from textgen.decoding.constraints.reply import ReplyShape, is_visible
from textgen.decoding.loop import decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import collect
from textgen.decoding.sequence import SequenceStart
from textgen.generation.conversation import ReplyRenderer
from textgen.tokenizers.base import END, LINE_END, START, TURN

PIECES = {level: Pieces(tokenizer) for level, tokenizer in TOKENIZERS.items()}


def after(level: str, text: bytes, room: int | None = None) -> Constraint:
    """The constraint when these bytes were written."""
    constraint = ReplyShape(PIECES[level], END).begin(room)
    for value in text:
        token = TOKENIZERS[level].first_byte + value
        allowed = constraint.allowed()
        assert allowed is not None and allowed[token]
        constraint = constraint.advance(token)
    return constraint


def allows(constraint: Constraint, token: int) -> bool:
    mask = constraint.allowed()
    assert mask is not None
    return bool(mask[token])


@pytest.mark.parametrize("level", TOKENIZERS)
def test_a_reply_ends_only_once_there_is_something_to_see(level: str) -> None:
    assert not allows(after(level, b""), END)
    assert not allows(after(level, "\u00a0\u200b".encode()), END)
    assert allows(after(level, b"a"), END)
    assert allows(after(level, "\u00a0é".encode()), END)
    assert not allows(after(level, "aé".encode()[:-1]), END)


@pytest.mark.parametrize("level", TOKENIZERS)
def test_no_structure_no_labels_and_no_control_characters(level: str) -> None:
    for text in (b"", b"a"):
        constraint = after(level, text)
        assert not any(allows(constraint, token) for token in (START, TURN, LINE_END))
        assert not any(allows(constraint, TOKENIZERS[level].first_byte + value) for value in (0, 10, 13, 27, 127))


def test_the_id_that_ends_a_reply_can_be_another() -> None:
    pieces = PIECES["word"]
    constraint = ReplyShape(pieces, LINE_END).begin().advance(pieces.spelling(b"hello")[0])
    assert allows(constraint, LINE_END) and not allows(constraint, END)


def test_the_last_token_shows_something() -> None:
    constraint = after("character", b"", room=1)
    assert np.flatnonzero(constraint.allowed()).size  # type: ignore[arg-type]
    assert not allows(constraint, TOKENIZERS["character"].first_byte + 0xC3)
    assert not allows(constraint, TOKENIZERS["character"].encode(" ")[0])
    assert allows(constraint, TOKENIZERS["character"].encode("a")[0])


@given(st.sampled_from(sorted(TOKENIZERS)), st.integers(0, 2**32), st.integers(1, 12))
def test_whatever_is_written_is_a_line_that_can_be_seen(level: str, seed: int, room: int) -> None:
    pieces = PIECES[level]
    options = DecodingOptions(seed=seed, max_new_tokens=room, num_return_sequences=4)
    prompt = SequenceStart([START], ReplyRenderer(pieces), ReplyShape(pieces, END).begin(room))
    for sequence in collect(decode(random_model(seed, pieces.size), state(), prompt, options)):
        assert is_visible(sequence.text)
        assert len(sequence.text.splitlines()) == 1
        assert set(sequence.ids) <= {END, *range(pieces.first, pieces.size)}


def test_blocked_words_are_part_of_the_rules() -> None:
    pieces = PIECES["word"]
    constraint = ReplyShape(pieces, END).begin(20, ("hello",))
    assert not allows(constraint, pieces.spelling(b"hello")[0])


@pytest.mark.parametrize(("text", "visible"), [("a", True), ("😀", True), (" \u200b\u00a0\t", False), ("", False)])
def test_what_can_be_seen(text: str, visible: bool) -> None:
    assert is_visible(text) is visible
