"""TTML subtitles (`.ttml`, `.dfxp`, also EBU-TT and IMSC; https://www.w3.org/TR/ttml2/): XML with a time on each `<p>`.

The agent of a paragraph is its speaker. Times are clock times, or numbers of hours, minutes, seconds, milliseconds,
frames or ticks; a frame is taken for a thirtieth of a second where the file gives no rate.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from textgen.corpus.document import Element, Line, Scene
from textgen.corpus.formats import cues
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, beginning, first_filled
from textgen.corpus.formats.cues import TimedCue
from textgen.corpus.formats.xml_events import xml_events
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import CorpusError

_BEGINS = re.compile(r"<(?:[\w-]+:)?tt[\s>]")
_LOOKED_AT = 20
_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)(?::(\d+))?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_FRAME_RATE = 30.0
_WHITE_SPACE = re.compile(r"\s+")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of the root element `tt`.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    if not any(_BEGINS.search(line) for line in beginning(head, _LOOKED_AT)):
        return Evidence(False, "no <tt> element", first_filled(head))
    try:
        return cues.weigh(read_cues(head, ReadReport()), head, True, "TTML")
    except CorpusError as error:
        raise CorpusError(f"{path}: {error}") from error


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the speeches, and openings of scenes after long gaps.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    return cues.elements(read_cues(lines, report), report)


def read_dialogues(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene as a dialogue.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    return cues.dialogues(read_cues(files[0].lines(), report), report)


def read_cues(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the paragraphs that have a time and a text."""
    document = _Document()
    for kind, value, attributes in xml_events(lines, report):
        if kind == "text":
            document.text.append(_WHITE_SPACE.sub(" ", value))
        elif kind == "open":
            document.open(_local(value), {_local(name): found for name, found in attributes.items()})
        elif _local(value) == "name":
            document.close_name()
        elif _local(value) == "p":
            cue = document.close_paragraph()
            if cue is None:
                report.skip(1, "".join(document.text).strip(), "a paragraph without times")
            else:
                yield cue


class _Document:
    """What is known so far: the rates of frames and ticks, the names of agents, the paragraph that has begun.

    Attributes:
        text: pieces of text since the last paragraph or name began.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self._rates = {"f": _FRAME_RATE, "t": 1.0}
        self._names: dict[str, str] = {}
        self._agent = ""
        self._paragraph: Mapping[str, str] = {}

    def open(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if element == "tt":
            for unit, name in (("f", "frameRate"), ("t", "tickRate")):
                if attributes.get(name, "").isdecimal():
                    self._rates[unit] = float(attributes[name]) or self._rates[unit]
        elif element == "agent":
            self._agent = attributes.get("id", "")
        elif element == "br":
            self.text.append("\n")
        elif element in ("p", "name"):
            self._paragraph = attributes
            self.text.clear()

    def close_name(self) -> None:
        """The name of an agent ends."""
        self._names[self._agent] = "".join(self.text).strip()

    def close_paragraph(self) -> TimedCue | None:
        """A paragraph ends: its cue, or None where it has no time."""
        begin, end, duration = (_time(self._paragraph.get(name, ""), self._rates) for name in ("begin", "end", "dur"))
        if begin is None:
            return None
        agent = self._paragraph.get("agent", "")
        speaker = self._names.get(agent, agent) or None
        lines = (cues.plain(line) for line in "".join(self.text).split("\n"))
        shown = tuple(Line(speaker, line) for line in lines if line)
        return TimedCue(begin, begin + (duration or 0.0) if end is None else end, shown)


def _local(name: str) -> str:
    """A name of XML without its namespace."""
    return name.rpartition(":")[2]


def _time(time: str, rates: Mapping[str, float]) -> float | None:
    """The seconds of a time; None where it is none."""
    if clock := _CLOCK.fullmatch(time.strip()):
        hours, minutes, seconds, frames = clock.groups()
        return int(hours[-9:]) * 3600 + int(minutes[-9:]) * 60 + float(seconds) + int((frames or "0")[-9:]) / rates["f"]
    offset = _OFFSET.fullmatch(time.strip())
    if offset is None:
        return None
    number, unit = float(offset[1]), offset[2]
    return number / rates[unit] if unit in rates else number * _SECONDS[unit]


FORMATS = (
    Format(
        "ttml",
        150,
        weigh,
        read,
        read_dialogues=read_dialogues,
        suffixes=(".ttml", ".dfxp"),
        markup="XML",
        one_piece=True,
    ),
)
