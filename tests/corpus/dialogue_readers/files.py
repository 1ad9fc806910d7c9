"""Dialogues read from texts that a test writes."""

from pathlib import Path

from textgen.corpus.dialogue_readers import DIALOGUE_READERS
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport

Turns = list[tuple[str | None, str]]


def read(format: str, folder: Path, *texts: str) -> tuple[list[Turns], ReadReport]:
    """The dialogues of a text (or of two), as (speaker, text) of each turn, and what the reader reports."""
    files = []
    for number, text in enumerate(texts):
        path = folder / f"file {number}"
        path.write_bytes(text.encode())
        files.append(TextFile(path))
    report = ReadReport()
    found = DIALOGUE_READERS[format](files, report)
    return [[(turn.speaker, turn.text) for turn in dialogue.turns] for dialogue in found], report


def said(*texts: str) -> Turns:
    """Turns of nobody in particular."""
    return [(None, text) for text in texts]
