"""MicroDVD (`{25}{75}Hello|you`, in frames) and MPL2 (`[10][30]Hello|you`, in tenths of a second) subtitles.

A `|` breaks the line. The frames of MicroDVD become seconds by the rate that a first line `{1}{1}25` gives, or that of
films.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from textgen.corpus.document import Element, Line, Scene
from textgen.corpus.formats import cues
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, beginning
from textgen.corpus.formats.cues import TimedCue
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_EVENT = re.compile(r"(?:\{(\d{1,9})\}\{(\d{0,9})\}|\[(\d{1,9})\]\[(\d{0,9})\])(.*)")
_RATE = re.compile(r"\s*(\d{2}(?:[.,]\d+)?)\s*")
_FILM = 23.976
_FIRST = 3


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether two numbers in brackets stand before each of the first lines."""
    first = beginning(head, _FIRST)
    return len(first) > 1 and all(map(_EVENT.fullmatch, first))


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of two numbers in brackets before each of the first lines."""
    return cues.weigh(read_cues(head, ReadReport()), head, may_be(head, path, options), "MicroDVD or MPL2 subtitles")


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the speeches, and openings of scenes after long gaps."""
    return cues.elements(read_cues(lines, report), report)


def read_dialogues(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene as a dialogue."""
    return cues.dialogues(read_cues(files[0].lines(), report), report)


def read_cues(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the cues; lines without their times are skipped."""
    rate, is_first = _FILM, True
    for number, line in enumerate(lines, start=1):
        event = _EVENT.fullmatch(line.strip())
        if event is None:
            if line.strip():
                report.skip(number, line, "a line without two numbers in brackets")
            continue
        frame, last_frame, tenth, last_tenth, text = event.groups()
        given = _RATE.fullmatch(text) if is_first and frame else None
        is_first = False
        if given:
            rate = float(given[1].replace(",", "."))
            continue
        unit = 1 / rate if frame else 0.1
        begin, end = frame or tenth, last_frame or last_tenth
        said = (cues.plain(piece.removeprefix("/")) for piece in text.split("|"))
        shown = tuple(Line(None, piece) for piece in said if piece)
        yield TimedCue(int(begin) * unit, int(end or begin) * unit, shown)


FORMATS = (
    Format(
        "microdvd", 160, weigh, read, read_dialogues=read_dialogues, suffixes=(".sub",), may_be=may_be, one_piece=True
    ),
)
