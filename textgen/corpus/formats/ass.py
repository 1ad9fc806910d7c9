"""SubStation Alpha subtitles (`.ass`, `.ssa`): the events of the section `[Events]`, their fields named by `Format:`.

Comments, override codes and drawings are left out. The Name field (Actor in other tools) is the speaker. Events are
sorted by their time, as players do: signs and speech often stand one after the other in the file.
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

_SUFFIXES = (".ass", ".ssa")
_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_SECTION = re.compile(r"\[(?:script info|events|v4\+? styles)\]", re.IGNORECASE)
_TIME = re.compile(r"(?<!\d)(\d+):(\d+):(\d+(?:[.,:]\d+)?)")
_CODES = re.compile(r"(\{[^{}]*\})")
_DRAWING = re.compile(r"\\p(\d)")
_LINE_BREAK = re.compile(r"\\[Nn]")


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether the file begins with a section, or its name says what it is."""
    return path.suffix.lower() in _SUFFIXES or any(_SECTION.fullmatch(line) for line in beginning(head, 1))


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of the sections of such a file, and of events in it."""
    found = read_cues(head, ReadReport())
    return cues.weigh(found, head, may_be(head, path, options), "SubStation Alpha subtitles")


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the speeches, and openings of scenes after long gaps."""
    return cues.elements(read_cues(lines, report), report)


def read_dialogues(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene as a dialogue."""
    return cues.dialogues(read_cues(files[0].lines(), report), report)


def read_cues(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the events by their time, one that is there in several layers once."""
    before: TimedCue | None = None
    for cue in sorted(_events(lines, report), key=lambda cue: cue.start):
        if before is not None and (cue.start, cue.lines) == (before.start, before.lines):
            report.change("text in another layer left out")
            continue
        yield cue
        before = cue


def _events(lines: Iterable[str], report: ReadReport) -> Iterator[TimedCue]:
    """Yield the events in the order of the file; those without a time or a text are skipped."""
    fields: Sequence[str] = _FIELDS
    for number, line in enumerate(lines, start=1):
        kind, _, values = line.strip().partition(":")
        kind = kind.lower()
        if kind == "format" and "text" in (named := [field.strip().lower() for field in values.split(",")]):
            fields = named
        elif kind == "comment":
            report.change("comment left out")
        elif kind == "dialogue":
            cue = _cue(dict(zip(fields, values.split(",", len(fields) - 1), strict=False)))
            if cue is None:
                report.skip(number, line.strip(), "an event without its times or its text")
            elif cue.lines:
                yield cue


def _cue(event: dict[str, str]) -> TimedCue | None:
    start, end = (_TIME.search(event.get(field, "")) for field in ("start", "end"))
    if start is None or end is None or "text" not in event:
        return None
    name = event.get("name", event.get("actor", "")).strip() or None
    text = _shown_text(event["text"]).replace("\\h", " ")
    lines = (cues.plain(line) for line in _LINE_BREAK.split(text))
    return TimedCue(_seconds(start), _seconds(end), tuple(Line(name, line) for line in lines if line))


def _shown_text(text: str) -> str:
    """The text without codes, and without drawings, which stand between `\\p1` and `\\p0`."""
    is_drawing, shown = False, []
    for piece in _CODES.split(text):
        if piece.startswith("{"):
            modes = _DRAWING.findall(piece)
            is_drawing = modes[-1] != "0" if modes else is_drawing
        elif not is_drawing:
            shown.append(piece)
    return "".join(shown)


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds = time.groups()
    return int(hours[-9:]) * 3600 + int(minutes[-9:]) * 60 + float(re.sub("[,:]", ".", seconds))


FORMATS = (
    Format("ass", 110, weigh, read, read_dialogues=read_dialogues, suffixes=_SUFFIXES, may_be=may_be, one_piece=True),
)
