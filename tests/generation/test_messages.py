import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.generation.messages import clean, one_line


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
