"""Dialogues as a script: a scene for each, with names that can be written in front of a colon."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from textgen.corpus.document import DocumentOpening, Element, Line, Scene, SceneOpening
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.colon import MAX_CHARACTERS, MAX_WORDS, is_heading, parse_cue
from textgen.corpus.formats.plain import CaptionLayout

_NOT_IN_A_NAME = re.compile(r"[^\w\s.,'’&+/#-]")


def as_script(dialogues: Iterable[Scene], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the scenes of a script; empty turns are left out.

    Args:
        dialogues: what is said, and by whom.
        layout: captions make each dialogue a document of its own.
        report: counts the names that had to be changed.
    """
    opening: Element = DocumentOpening() if layout.name == CaptionLayout.name else SceneOpening()
    for dialogue in dialogues:
        if not dialogue.continued:
            yield opening
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
