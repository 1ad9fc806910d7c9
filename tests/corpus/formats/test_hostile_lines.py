"""Lines that make careless patterns slow: reading takes time by their length, in every format."""

from pathlib import Path

import pytest

from tests.growth import is_linear
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.json_text import nesting
from textgen.corpus.formats.markup import find_markup
from textgen.corpus.normalisation import detokenise
from textgen.errors import TextgenError

UNITS = (
    " ", "(", "[", "{", "<", "(a", "[a ", '"', "’ ", "\u0301\u0316", "\u200b", "1", "1:", ". ", "- ", "**", "_", "a: ",
    "A ", "{1}", "[00:01] ", "::", "://", "|",
)  # fmt: skip
EVENT = "[Script Info]\n[Events]\nFormat: Start, End, Text\nDialogue: "
HOSTILE = [
    *(("A: x", unit, "x\nB: hello\nA: bye\n") for unit in UNITS),
    ("", "<!--", "\n"),
    (EVENT, "1", ",0:00:02.00,hello\n"),
    ("prompt;reply\n", " ", "x;hello\n"),
    ('speaker,text,reply\nNora,"a', " ", 'b\nc",d\n'),
    ("12/03/2021, 10:00 - Nora: a", "\u3000", "b\n12/03/2021, 10:01 - Tam: c\n12/03/2021, 10:02 - Nora: d\n"),
    ("1\nNora\n00:00:01 - 00:00:02\nhello\n\nTranscribed by https://", ".", "x y\n"),
]


@pytest.mark.parametrize(("before", "unit", "after"), HOSTILE, ids=ascii)
def test_a_long_line_takes_time_by_its_length(tmp_path: Path, before: str, unit: str, after: str) -> None:
    path = tmp_path / "a.txt"

    def read(text: str) -> None:
        path.write_text(text)
        detokenise(text)
        try:
            for _ in Corpus(path).parts():
                pass
            for _ in Corpus(path, kind="dialogues").dialogues():
                pass
        except TextgenError:
            pass

    assert is_linear(read, lambda size: before + unit * (size // len(unit)) + after, 4_000)


@pytest.mark.parametrize(("before", "unit"), [("[" * 101, '"'), ("[" * 101, '"a'), ("", "[["), ("", '["')])
def test_how_deep_json_is_takes_time_by_its_length(before: str, unit: str) -> None:
    assert is_linear(nesting, lambda size: before + unit * size, 2_000)


@pytest.mark.parametrize("unit", ["<!--", "<!-- a -->", "<?xml ", "<a ", "</a ", "<a b='c' "])
def test_markup_is_told_in_time_by_its_length(unit: str) -> None:
    assert is_linear(lambda text: find_markup([text]), lambda size: unit * size, 2_000)
