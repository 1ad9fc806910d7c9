"""What separates documents in one file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.corpus.separators import asked_separator, separator_in, with_marks
from textgen.errors import ConfigurationError

PIECES = [["Cut the rhubarb.", "Boil it."], ["Wash the rice.", "", "Wait."], ["Peel an onion."]] * 4


def joined(separator: list[str]) -> list[str]:
    """The pieces with lines between them."""
    first, *others = PIECES
    return [*first, *(line for piece in others for line in (*separator, *piece))]


def cut(lines: list[str], options: ReadingOptions = AS_FOUND) -> list[list[str]]:
    """The documents of a text."""
    options = with_marks(lines, options)
    separator = asked_separator(options) or separator_in(lines)
    assert separator is not None
    return [list(document) for document in separator.documents(lines)]


@pytest.mark.parametrize(
    "separator",
    [
        ["<|endoftext|>"],
        ["", "<|endoftext|>", "", ""],
        ["<|end_of_text|>", "<|begin_of_text|>"],
        ["---"],
        ["", "-----", ""],
        ["======"],
        ["%"],
        ["\f"],
        ["", "", ""],
        ["", "", "", "", ""],
    ],
    ids=repr,
)
def test_documents_are_found_by_what_separates_them(separator: list[str]) -> None:
    assert cut(joined(separator)) == PIECES


def test_marks_may_stand_beside_the_text() -> None:
    lines = ["<|startoftext|>One.", "Two.<|endoftext|>", "<|startoftext|>Three.<|endoftext|>"]
    assert cut(lines) == [["One.", "Two."], ["Three."]]


PROSE = ["It rained for a week.", "", "Then it did not.", ""]


@pytest.mark.parametrize(
    "lines",
    [
        PROSE * 5,
        ["A heading", "---", "", *PROSE] * 6,  # Markdown
        ["---", "title: rain", "---", *PROSE * 3],
        [*PROSE, "* * *", ""] * 6,  # scenes of a novel
        [*PROSE * 10, "\f"] * 9,  # pages
        ["one", "", "", ""] * 9,  # lines far apart
        ["name: shelf", "license: MIT", "---"] * 6,  # YAML
        ["he said <|endoftext|> to her", *PROSE],
    ],
    ids=lambda lines: repr(lines[:2]),
)
def test_what_looks_like_a_separator_need_not_be_one(lines: list[str]) -> None:
    assert with_marks(lines, AS_FOUND) == AS_FOUND
    assert separator_in(lines) is None


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("***", ["", "***", ""]),
        ("--- next ---", ["--- next ---"]),
        ("\\f", ["\f"]),
        ("\f", ["\f"]),
        ("\\n\\n\\n", ["", ""]),
        ("\n\n\n", ["", ""]),
        ("<END>", ["<END>"]),
        ("<|startoftext|>", ["<|endoftext|>"]),
    ],
)
def test_a_separator_can_be_named(text: str, between: list[str]) -> None:
    assert cut(joined(between), ReadingOptions(document_separator=text)) == PIECES


def test_a_named_separator_stands_alone_on_its_line() -> None:
    lines = ["At the WEEKEND.", "END", "The END"]
    assert cut(lines, ReadingOptions(document_separator="END")) == [["At the WEEKEND."], ["The END"]]


def test_a_separator_over_several_lines_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="it must be on one line"):
        ReadingOptions(document_separator="--\n--")


@given(st.lists(st.sampled_from(["", " ", "a", "b c", "%", "x%"]), max_size=20))
def test_no_line_with_a_text_is_lost(lines: list[str]) -> None:
    separator = asked_separator(ReadingOptions(document_separator="%"))
    assert separator is not None
    documents = [list(document) for document in separator.documents(lines)]
    assert [line for document in documents for line in document if line.strip()] == [
        line for line in lines if line.strip() and line != "%"
    ]
    assert all(re.search(r"\S", document[0]) and re.search(r"\S", document[-1]) for document in documents)
