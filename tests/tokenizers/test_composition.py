"""Unicode's composed form."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tests.growth import is_linear
from textgen.tokenizers.composition import composed

MARKS = "\u0301\u0316\u0345\u05b0\u0344\u0f73\u0f75"


@given(st.text(st.sampled_from(MARKS + "aéα가\u1100\u1161 !…"), max_size=200))
def test_it_is_the_form_that_unicode_names(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_long_runs_are_composed_the_same() -> None:
    run = "e" + MARKS * 40 + "é" + MARKS[::-1] * 40 + "…" * 40 + MARKS * 40
    assert composed(run) == unicodedata.normalize("NFC", run)


def test_no_mark_is_a_letter_of_a_word() -> None:
    marks = (chr(code) for code in range(sys.maxunicode + 1) if unicodedata.combining(chr(code)))
    assert not any(mark.isalnum() or mark.isspace() or mark.isascii() for mark in marks)


def test_a_line_of_marks_takes_time_by_its_length() -> None:
    assert is_linear(composed, lambda size: "a" + "\u0301\u0316" * size, 2_000)
