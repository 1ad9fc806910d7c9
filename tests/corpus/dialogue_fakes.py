"""Dialogues that are no files."""

from collections.abc import Iterator
from pathlib import Path

from textgen.corpus.document import Scene, turn_of
from textgen.corpus.formats.base import ReadReport

Said = str | tuple[str, str]
"""A turn's text, or its speaker and its text."""


def dialogue(*turns: Said) -> Scene:
    """A dialogue of turns with and without speakers."""
    return Scene(None, tuple(turn_of(said) if isinstance(said, str) else turn_of(said[1], said[0]) for said in turns))


class FakeFile:
    """A file of a corpus that is none."""

    def __init__(self, name: str, dialogues: list[Scene]) -> None:
        self.paths = (Path(name),)
        self.report = ReadReport()
        self.contents = dialogues


class FakeCorpus:
    """A corpus of dialogues in memory; each argument is a file."""

    def __init__(self, *files: list[Scene]) -> None:
        self.files = tuple(FakeFile(f"{number}.txt", dialogues) for number, dialogues in enumerate(files))
        self.passes = 0

    def dialogues(self) -> Iterator[tuple[int, Scene]]:
        """The dialogues, each with the number of its file."""
        self.passes += 1
        for number, file in enumerate(self.files):
            for dialogue in file.contents:
                yield number, dialogue
