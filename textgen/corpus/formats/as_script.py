"""Dialogues as a script: a scene for each, with names that can be written in front of a colon."""

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import DialogueReader, FileReader, ReadReport, ScriptLayout
from textgen.corpus.formats.colon import MAX_CHARACTERS, MAX_WORDS, is_heading, parse_cue
from textgen.corpus.reading import TextFile

_NOT_IN_A_NAME = re.compile(r"[^\w\s.,'’&+/#-]")


def as_script(read: DialogueReader) -> FileReader:
    """A reader of scripts that makes a scene of each dialogue.

    Args:
        read: the reader of the dialogues.
    """
    return partial(_scenes, read)


def _scenes(read: DialogueReader, file: TextFile, layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """The scenes of a script, without empty turns."""
    for dialogue in read([file], report):
        if not dialogue.continued:
            yield SceneOpening()
        for turn in dialogue.lines:
            if not turn.text:
                continue
            speaker = None if turn.speaker is None else name_in_front(turn.speaker)
            report.change("speaker name simplified", int(speaker != turn.speaker))
            yield Line(speaker, turn.text)


@lru_cache(maxsize=4096)  # the same people speak again and again
def name_in_front(name: str) -> str:
    """A speaker's name as it can stand in front of a colon: no sentence, no colon, no brackets.

    Example:
        >>> name_in_front("Nora :-) (work)")
        'Nora - work'
    """
    whole = " ".join(name.split())
    cue = parse_cue(f"{whole}:")
    if cue is not None and not (cue.text or cue.directions or is_heading(f"{whole}:")):
        return whole
    words = _NOT_IN_A_NAME.sub(" ", whole).split()[:MAX_WORDS]
    return " ".join(words)[:MAX_CHARACTERS].strip(" -.,/#") or whole
