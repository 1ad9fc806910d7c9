"""Prompts in one file, replies in another."""

from pathlib import Path

import pytest

from tests.corpus.dialogue_readers.files import read, said
from textgen.errors import CorpusError


def test_line_by_line(tmp_path: Path) -> None:
    found, report = read("aligned", tmp_path, "hello\n😁  you?\n\n", "hi\r\n I  am\r\nbye")
    assert found == [said("hello", "hi"), said("😁  you?", "I  am"), said("", "bye")]
    assert (report.skipped, report.changes) == (0, {})


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\x0b", "\x0c", "\x1c"])
def test_only_line_feeds_and_returns_end_a_line(tmp_path: Path, separator: str) -> None:
    found, _ = read("aligned", tmp_path, f"one{separator}half\ntwo\n", "1\n2\n")
    assert [turns[1][1] for turns in found] == ["1", "2"]
    assert found[1] == said("two", "2")


def test_both_numbers_are_told_where_they_differ(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="the first has 3 lines and the second 2; both need the same number"):
        read("aligned", tmp_path, "a\nb\nc\n", "a\nb\n")
