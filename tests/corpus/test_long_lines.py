"""Long lines in pieces."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.long_lines import PIECE, cut


@given(st.text("a .!。\u0301é", max_size=50).map(lambda text: text * 90))
def test_nothing_but_white_space_between_pieces_is_lost(line: str) -> None:
    pieces = list(cut(line))
    assert "".join("".join(pieces).split()) == "".join(line.split())
    assert all(len(piece) <= PIECE for piece in pieces)


@pytest.mark.parametrize(
    ("unit", "last"),
    [("It rains again today. ", "."), ("words words ", "s"), ("雨が降る。", "。"), ("e\u0301", "\u0301")],
)
def test_a_line_is_cut_after_a_sentence_or_a_word_or_a_letter(unit: str, last: str) -> None:
    pieces = list(cut(unit * 2000))
    assert len(pieces) > 2
    assert {piece[-1] for piece in pieces} == {last}
    assert not any(unicodedata.combining(piece[0]) for piece in pieces)


def test_a_short_line_stays() -> None:
    assert list(cut("It rains.")) == ["It rains."]
