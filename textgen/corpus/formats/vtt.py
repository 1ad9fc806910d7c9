"""WebVTT (`.vtt`, https://www.w3.org/TR/webvtt1/): subtitles of the web, and transcripts of meetings.

Notes, styles, regions, identifiers and the settings of cues are left out. The identifiers of Webex name who speaks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from textgen.corpus.document import Element, Line, Scene
from textgen.corpus.formats import cues
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, beginning
from textgen.corpus.formats.cues import TimedCue
from textgen.corpus.formats.srt import timed_blocks
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_SUFFIX = ".vtt"
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)\b")
_NAMED = re.compile(r'\d+ "(.*)" \(\d+\)')
"""The identifier of a cue as Webex writes it: `1 "Nora" (3427878656)`."""


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether the file begins with the word WEBVTT, or its name says what it is."""
    return path.suffix.lower() == _SUFFIX or any(line.startswith("WEBVTT") for line in beginning(head, 1))


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of the word WEBVTT on the first line and of cues."""
    return cues.weigh(read_cues(head, ReadReport()), head, may_be(head, path, options), "WebVTT")


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the speeches, and openings of scenes after long gaps."""
    return cues.elements(read_cues(lines, report), report)


def read_dialogues(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene as a dialogue."""
    return cues.dialogues(read_cues(files[0].lines(), report), report)


def read_cues(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the cues; a text ends at the first empty line, and what stands behind it is no cue."""
    voice: str | None = None
    for block in timed_blocks(lines):
        text = list(takewhile(bool, block.below)) if block.times is not None else []
        behind = block.below[len(text) :]
        report.change("note or style left out", sum(_BLOCK.match(line) is not None for line in behind))
        named = _NAMED.fullmatch(block.below[-1]) if block.below and not block.is_last else None
        if text and not block.is_last and not behind and (named or text[-1].isdecimal()):
            text.pop()  # the identifier of the next cue, where the empty line between is missing
        if block.times is not None:
            yield TimedCue(*block.times, tuple(_spoken_by(voice, cues.voiced(text))))
        voice = cues.plain(named[1]) or None if named else None


def _spoken_by(voice: str | None, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of a cue; those without a voice have that of its identifier."""
    return (line if line.speaker or voice is None else Line(voice, line.text) for line in lines)


FORMATS = (
    Format("vtt", 120, weigh, read, read_dialogues=read_dialogues, suffixes=(_SUFFIX,), may_be=may_be, one_piece=True),
)
