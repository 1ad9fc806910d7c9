"""Turns are lines."""

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.dialogue import Turn


def test_a_turn_is_one_line() -> None:
    assert Turn("\t one \r\n two\n\nthree\r ", "eve") == Turn("one   two  three", "eve")
    assert Turn(" \n ").text == ""


@given(st.text())
def test_a_turn_holds_what_was_said(text: str) -> None:
    turn = Turn(text)
    assert not set(turn.text) & set("\r\n")
    assert turn.text.split() == text.split()
    assert Turn(turn.text) == turn
