"""SubRip subtitles (`.srt`) and YouTube's `.sbv`: a number, a line with two times, the text below.

Broken files are read as players read them: numbers may be missing or wrong, hours too; an empty line inside a text
does not end it; the comma of a time may be a point, and its arrow short.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.document import Element, Scene
from textgen.corpus.formats import cues
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, beginning
from textgen.corpus.formats.cues import TimedCue
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_SUFFIXES = (".srt", ".sbv")
_TIME = r"(?:\d+\s*:\s*)?\d+\s*:\s*\d\d(?:\s*[.,:]\s*\d+)?"  # meetings written down have seconds of one digit
_SETTINGS = r"(?:\s+[A-Za-z][\w-]*:\S+)*\s*"
_TIMES = re.compile(rf"\s*({_TIME})\s*-{{1,2}}>\s*({_TIME}){_SETTINGS}")
_TIMES_OF_SBV = re.compile(r"(\d+:\d\d:\d\d\.\d{3}),(\d+:\d\d:\d\d\.\d{3})")
_NUMBERS = re.compile(r"\d+")


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether the file begins with a number and a time, or a time, or its name says what it is."""
    return path.suffix.lower() in _SUFFIXES or any(times(line) for line in beginning(head, 2))


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the file begins with a number or a time, and has cues."""
    return cues.weigh(read_cues(head, ReadReport()), head, may_be(head, path, options), "SubRip subtitles")


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the speeches, and openings of scenes after long gaps."""
    return cues.elements(read_cues(lines, report), report)


def read_dialogues(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene as a dialogue."""
    return cues.dialogues(read_cues(files[0].lines(), report), report)


def read_cues(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the cues; text before the first time is skipped."""
    for cue in timed_blocks(lines):
        below = [line for line in cue.below if line]
        if not cue.is_last and below and below[-1].isdecimal():
            below.pop()  # the number of the next cue
        if cue.times is not None:
            yield TimedCue(*cue.times, tuple(cues.voiced(below)))
        elif below:
            report.skip(1, below[0], "text before the first time")


class TimedBlock(NamedTuple):
    """A line with times, and what stands below it up to the next one.

    Args:
        times: beginning and end in seconds; None for what stands before the first times.
        below: the lines below without white space at their ends, empty ones too.
        is_last: whether the file ends here.
    """

    times: tuple[float, float] | None
    below: Sequence[str]
    is_last: bool


def timed_blocks(lines: Iterable[str]) -> Iterator[TimedBlock]:
    """Cut lines where one has two times."""
    begun: tuple[float, float] | None = None
    below: list[str] = []
    for line in lines:
        found = times(line)
        if found is None:
            below.append(line.strip())
            continue
        yield TimedBlock(begun, below, is_last=False)
        begun, below = found, []
    yield TimedBlock(begun, below, is_last=True)


def times(line: str) -> tuple[float, float] | None:
    """The beginning and the end of a cue in seconds, or None where a line has no times.

    Example:
        >>> times("00:01:02,500 --> 00:01:04,000 X1:40"), times("1:02.5 --> 1:04"), times("1:00 -> 2:00 lunch")
        ((62.5, 64.0), (62.5, 64.0), None)
    """
    if "->" in line:
        match = _TIMES.fullmatch(line)
    else:
        match = _TIMES_OF_SBV.fullmatch(line.strip()) if line[:1].isdecimal() else None
    return (_seconds(match[1]), _seconds(match[2])) if match else None


def _seconds(time: str) -> float:
    """The seconds of `h:mm:ss,mmm`, where hours and the part behind the comma may be missing.

    A third colon, seen in broken files, stands for the comma.
    """
    numbers = _NUMBERS.findall(time)
    has_part = "," in time or "." in time or len(numbers) == 4
    part = float(f"0.{numbers.pop()}") if has_part else 0.0
    whole = 0
    for number in numbers:
        whole = whole * 60 + int(number[-9:])
    return whole + part


FORMATS = (
    Format("srt", 130, weigh, read, read_dialogues=read_dialogues, suffixes=_SUFFIXES, may_be=may_be, one_piece=True),
)
