"""How often a corpus is read before its training begins."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.training.tasks import chat_task, prepared, script_task, talks
from textgen.corpus.reading import TextFile

MOST_PASSES = 3
"""To count and find the split, to learn the vocabulary, to write the ids."""


class Reads:
    """How often each file was opened, and how often it was read to its end."""

    def __init__(self) -> None:
        self.opened, self.parsed = Counter[str](), Counter[str]()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    found, lines, open_file = Reads(), TextFile.lines, Path.open

    def counted_lines(file: TextFile, *how: Any) -> Iterator[str]:
        yield from lines(file, *how)
        found.parsed[file.path.name] += 1

    def counted_open(path: Path, *args: Any, **options: Any) -> IO[Any]:
        found.opened[path.name] += 1
        return open_file(path, *args, **options)

    monkeypatch.setattr(TextFile, "lines", counted_lines)
    monkeypatch.setattr(Path, "open", counted_open)
    return found


def test_a_script_is_read_three_times(tmp_path: Path, corpus: Path, reads: Reads) -> None:
    prepared(tmp_path / "model", script_task(corpus))
    assert reads.parsed[corpus.name] <= MOST_PASSES
    assert reads.opened[corpus.name] <= MOST_PASSES + 1  # once more to recognise its encoding and format


@pytest.mark.parametrize("say", [str, lambda text: text.replace("'", " ' ") + " ."])
def test_dialogues_are_read_three_times(tmp_path: Path, reads: Reads, say: Callable[[str], str]) -> None:
    talk = [[say(f"it's number {number}"), say(f"so you're {number} too"), "fine"] for number in range(30)]
    path = talks(tmp_path / "few.jsonl", talk)
    reads.opened.clear()
    prepared(tmp_path / "model", chat_task(path))
    assert reads.parsed[path.name] <= MOST_PASSES
    assert reads.opened[path.name] <= MOST_PASSES + 1
