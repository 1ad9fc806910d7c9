"""Chats read from texts that a test writes."""

import json
from collections.abc import Sequence
from pathlib import Path

from textgen.corpus.collection import Corpus
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.reading_options import ReadingOptions

Turns = list[tuple[str | None, str]]


def read_chat(path: Path, content: str | object, join_minutes: int = 10) -> tuple[str, list[Turns], ReadReport]:
    """Write a file and read it as a corpus of dialogues.

    Args:
        path: where it is written.
        content: its text, or what its JSON holds.
        join_minutes: as a person asks for it.

    Returns:
        The format, the turns of each dialogue as (speaker, text), and what the reader reports.
    """
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    corpus = Corpus(path, kind="dialogues", options=ReadingOptions(join_minutes=join_minutes))
    found = [[(turn.speaker, turn.text) for turn in dialogue.lines] for _, dialogue in corpus.dialogues()]
    as_script = [
        [(line.speaker, line.text) for line in scene.lines]
        for document in Corpus(path, options=ReadingOptions(join_minutes=join_minutes)).documents()
        for scene in document
    ]
    assert as_script == found, "a chat has the same scenes as dialogues"
    (file,) = corpus.files
    return file.format, found, file.report


def counts(report: ReadReport, *kinds: str) -> Sequence[int]:
    """How often things of some kinds were changed or left out."""
    return [report.changes[kind] for kind in kinds]
