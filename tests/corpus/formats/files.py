"""Dialogues read from texts that a test writes."""

from pathlib import Path

from textgen.corpus.format_table import DIALOGUE_FORMATS
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.reading import TextFile

Turns = list[tuple[str | None, str]]


def read(format: str, folder: Path, *texts: str) -> tuple[list[Turns], ReadReport]:
    """The dialogues of a text (or of two), as (speaker, text) of each turn, and what the reader reports."""
    files = []
    for number, text in enumerate(texts):
        path = folder / f"file {number}"
        path.write_bytes(text.encode())
        files.append(TextFile(path))
    report = ReadReport()
    read_dialogues = DIALOGUE_FORMATS[format].read_dialogues
    assert read_dialogues is not None
    found = read_dialogues(files, report)
    return [[(turn.speaker, turn.text) for turn in dialogue.lines] for dialogue in found], report


def said(*texts: str) -> Turns:
    """Turns of nobody in particular."""
    return [(None, text) for text in texts]
