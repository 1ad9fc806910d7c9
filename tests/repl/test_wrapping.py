import textwrap

from hypothesis import given
from hypothesis import strategies as st

from textgen.repl.wrapping import Wrapper


def wrapped(*texts: str, width: int = 10, indent: int = 0) -> str:
    wrapper = Wrapper(lambda: width, len)
    shown = [fragment for text in [*texts, "\n"] for fragment in wrapper.feed([("", text)], indent)]
    return "".join(text for _, text in shown).removesuffix("\n")


def test_a_word_goes_to_the_next_line_as_a_whole() -> None:
    assert wrapped("how are", " yo", "u today?") == "how are\nyou today?"


def test_a_line_may_be_full() -> None:
    assert wrapped("0123456789 a") == "0123456789\na"
    assert wrapped("01234 6789 a") == "01234 6789\na"


def test_a_word_is_held_back_until_it_is_whole() -> None:
    wrapper = Wrapper(lambda: 10, len)
    assert wrapper.feed([("reply", "one tw")]) == [("reply", "one")]
    assert wrapper.feed([("reply", "o ")]) == [("", " "), ("reply", "tw"), ("reply", "o")]
    assert wrapper.feed([("", "\n")]) == [("", "\n")]


def test_long_words_are_shown_without_waiting() -> None:
    wrapper = Wrapper(lambda: 10, len)
    assert wrapper.feed([("", "x" * 30)]) == [("", "x" * 30)]


def test_lines_that_go_on_are_indented() -> None:
    assert wrapped("one two three\nfour five six", indent=2) == "one two\n  three\nfour five\n  six"


def test_white_space_inside_a_line_stays() -> None:
    assert wrapped("  a    b") == "  a    b"


@given(st.lists(st.text("abc ", max_size=12), max_size=12), st.integers(5, 20))
def test_it_breaks_where_the_standard_library_would(texts: list[str], width: int) -> None:
    text = " ".join("".join(texts).split())
    if all(len(word) <= width for word in text.split()):
        assert wrapped(*text, width=width) == "\n".join(textwrap.wrap(text, width))


@given(st.lists(st.text(max_size=9), max_size=9), st.integers(1, 20))
def test_nothing_but_white_space_changes(texts: list[str], width: int) -> None:
    assert "".join(wrapped(*texts, width=width).split()) == "".join("".join(texts).split())
