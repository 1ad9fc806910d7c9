"""TTML subtitles (`.ttml`, `.dfxp`, also EBU-TT and IMSC; https://www.w3.org/TR/ttml2/): XML with a time on each `<p>`.

The agent of a paragraph is its speaker. Times are clock times, or numbers of hours, minutes, seconds, milliseconds,
frames or ticks; a frame is taken for a thirtieth of a second where the file gives no rate.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from textgen.corpus.document import Element, Line, Scene
from textgen.corpus.formats import cues
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, filled, first_filled
from textgen.corpus.formats.cues import TimedCue
from textgen.corpus.formats.xml_events import xml_events
from textgen.corpus.reading import TextFile
from textgen.errors import CorpusError

_BEGINS = re.compile(r"<(?:[\w-]+:)?tt[\s>]")
_LOOKED_AT = 20
_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)(?::(\d+))?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_FRAME_RATE = 30.0
_WHITE_SPACE = re.compile(r"\s+")


def weigh(head: Sequence[str], path: Path) -> Evidence:
    """Evidence of the root element `tt`.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    if not any(_BEGINS.search(line) for _, line in filled(head)[:_LOOKED_AT]):
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
    rates = {"f": _FRAME_RATE, "t": 1.0}
    names: dict[str, str] = {}
    agent = ""
    paragraph: Mapping[str, str] | None = None
    text: list[str] = []
    for kind, value, given in xml_events(lines, report):
        element = value.rpartition(":")[2] if kind != "text" else ""
        attributes = {name.rpartition(":")[2]: found for name, found in given.items()}
        if kind == "text":
            text.append(_WHITE_SPACE.sub(" ", value))
        elif kind == "open" and element == "tt":
            for unit, name in (("f", "frameRate"), ("t", "tickRate")):
                if attributes.get(name, "").isdecimal():
                    rates[unit] = float(attributes[name]) or rates[unit]
        elif kind == "open" and element == "agent":
            agent = attributes.get("id", "")
        elif element == "name":
            if kind == "close" and agent:
                names[agent] = "".join(text).strip()
            text.clear()
        elif kind == "open" and element == "p":
            paragraph = attributes
            text.clear()
        elif kind == "open" and element == "br":
            text.append("\n")
        elif kind == "close" and element == "p" and paragraph is not None:
            cue = _cue(paragraph, "".join(text), names, rates)
            if cue is None:
                report.skip(1, "".join(text).strip(), "a paragraph without times")
            else:
                yield cue
            paragraph = None


def _cue(
    attributes: Mapping[str, str], text: str, names: Mapping[str, str], rates: Mapping[str, float]
) -> TimedCue | None:
    begin = _time(attributes.get("begin", ""), rates)
    if begin is None:
        return None
    end = _time(attributes.get("end", ""), rates)
    if end is None:
        end = begin + (_time(attributes.get("dur", ""), rates) or 0.0)
    agent = attributes.get("agent", "")
    lines = (cues.plain(line) for line in text.split("\n"))
    return TimedCue(begin, end, tuple(Line(names.get(agent, agent) or None, line) for line in lines if line))


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


FORMATS = (Format("ttml", 16, weigh, read, read_dialogues, suffixes=(".ttml", ".dfxp")),)
