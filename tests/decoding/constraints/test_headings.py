import numpy as np
import pytest

from textgen.decoding.constraints.base import Pieces
from textgen.decoding.constraints.script import HeadingRules
from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import LINE_END, SCENE

TOKENIZER = learn_tokenizer("character", iter(["[a hall] [a hall] [a hall]"]), [])
PIECES = Pieces(TOKENIZER)


def _after(*tokens: int, longest: int = 20):
    return HeadingRules(PIECES, longest).begin(tokens)


def _id(text: str) -> int:
    (token,) = TOKENIZER.encode(text)
    return token


def test_nothing_is_asked_outside_of_headings():
    assert _after(_id("a"), LINE_END).allowed() is None


def test_a_heading_begins_with_a_bracket():
    allowed = _after(SCENE).allowed()
    assert {TOKENIZER.piece(int(token)) for token in np.flatnonzero(allowed)} == {b"["}


def test_an_open_bracket_forbids_the_line_end_and_a_closed_one_allows_it():
    assert not _after(SCENE, _id("["), _id("a")).allowed()[LINE_END]
    assert _after(SCENE, _id("["), _id("a"), _id("]")).allowed() is None
    assert _after(SCENE, _id("["), _id("]"), LINE_END).allowed() is None


@pytest.mark.parametrize("longest", [10, 20])
def test_a_heading_that_is_too_long_has_to_close(longest: int):
    written = [SCENE, _id("["), *[_id("a")] * (longest - 7)]
    allowed = _after(*written, longest=longest).allowed()
    assert allowed[_id("]")] and not allowed[_id("a")] and not allowed[LINE_END]
