"""How often a corpus is read before its training begins."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.training.talks import planned, sources_of, talks
from textgen.artifact import ModelFolder
from textgen.config import Budget
from textgen.corpus.collection import Corpus
from textgen.corpus.reading import TextFile
from textgen.training.chat_preparation import prepare_chat
from textgen.training.preparation import Sources, make_plan, prepare
from textgen.training.sizing import ScriptChoice

MOST_PASSES = 3
"""To count and find the split, to learn the vocabulary, to write the ids."""


class Reads:
    """How often each file was opened, and how often it was read to its end."""

    def __init__(self) -> None:
        self.opened, self.parsed = Counter[str](), Counter[str]()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    found, lines, open_file = Reads(), TextFile.lines, Path.open

    def counted_lines(file: TextFile) -> Iterator[str]:
        yield from lines(file)
        found.parsed[file.path.name] += 1

    def counted_open(path: Path, *args: Any, **options: Any) -> IO[Any]:
        found.opened[path.name] += 1
        return open_file(path, *args, **options)

    monkeypatch.setattr(TextFile, "lines", counted_lines)
    monkeypatch.setattr(Path, "open", counted_open)
    return found


def test_a_script_is_read_three_times(tmp_path: Path, corpus: Path, reads: Reads) -> None:
    sources = Sources(Corpus(corpus), None)
    plan = make_plan(sources, ScriptChoice(embedding=8, hidden=12, layers=1), Budget(steps=3), 5, None)
    prepare(ModelFolder(tmp_path / "model"), sources, plan, None, True, lambda text: None)
    assert reads.parsed[corpus.name] <= MOST_PASSES
    assert reads.opened[corpus.name] <= MOST_PASSES + 1  # once more to recognise its encoding and format


@pytest.mark.parametrize("say", [str, lambda text: text.replace("'", " ' ") + " ."])
def test_dialogues_are_read_three_times(tmp_path: Path, reads: Reads, say: Callable[[str], str]) -> None:
    talk = [[say(f"it's number {number}"), say(f"so you're {number} too"), "fine"] for number in range(30)]
    path = talks(tmp_path / "few.jsonl", talk)
    reads.opened.clear()
    sources = sources_of(path)
    prepare_chat(ModelFolder(tmp_path / "model"), sources, planned(sources), None, True, lambda text: None)
    assert reads.parsed[path.name] <= MOST_PASSES
    assert reads.opened[path.name] <= MOST_PASSES + 1
