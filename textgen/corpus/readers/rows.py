"""What tables and JSON lines have in common: named fields, and rows to elements in the colon style."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from textgen.corpus.names import MAX_WORDS, parse_cue
from textgen.corpus.readers.colon import is_heading, parse_line
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import DocumentOpening, Element, Line, SceneOpening
from textgen.corpus.style import ScriptStyle

SPEAKER_FIELDS = (
    "raw_character_text",
    "character_name",
    "character",
    "speaker_name",
    "speaker",
    "name",
    "who",
)
TEXT_FIELDS = (
    "spoken_words",
    "dialogue",
    "dialog",
    "text",
    "speech",
    "quote",
    "utterance",
    "line",
    "content",
)
DOCUMENT_FIELDS = (
    "season",
    "season_id",
    "episode",
    "episode_id",
    "episode_title",
    "movie",
    "play",
    "document",
)
SCENE_FIELDS = ("scene", "scene_id", "scene_number", "raw_location_text", "location", "setting")

_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_NOT_IN_A_NAME = re.compile(r"[^\w\s.,'’&+/#-]")


class Row(NamedTuple):
    """One record.

    Args:
        speaker: as in the file, maybe empty.
        text: as in the file.
        document: what tells its document from others.
        scene: what tells its scene from others; "" where it goes on.
    """

    speaker: str
    text: str
    document: tuple[str, ...]
    scene: str


def field_key(name: str) -> str:
    """A field's name as it is compared: without case, `_` for what separates its words."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


class RowElements:
    """Turns rows into elements; remembers document and scene of the row before.

    Args:
        style: captions make each row a document of its own.
        report: counts what is normalised.
    """

    def __init__(self, style: ScriptStyle, report: ReadReport) -> None:
        self._captions = style.format == "captions"
        self._report = report
        self._document: tuple[str, ...] | None = None
        self._scene = ""
        self._has_lines = False

    def convert(self, row: Row) -> Iterator[Element]:
        """The elements of one row, whose text is not empty."""
        text = row.text.strip()
        joined = _LINE_BREAKS.sub(" ", text)
        self._report.change("line breaks in a speech became a space", int(joined != text))
        if self._captions:
            yield from (DocumentOpening(), Line(None, joined))
            return
        speaker = " ".join(row.speaker.split())
        element = self._speech(speaker, joined) if speaker else self._narration(joined)
        is_line = isinstance(element, Line)
        yield from self._openings(row, is_line)
        yield element
        self._has_lines = is_line

    def _openings(self, row: Row, is_line: bool) -> Iterator[Element]:
        """What opens before a row; a scene without heading only between two lines."""
        new_document = row.document != self._document
        if new_document:
            yield DocumentOpening()
            self._document, self._scene, self._has_lines = row.document, "", False
        if row.scene and row.scene != self._scene:
            heading = _scene_heading(row.scene)
            if heading is not None or (is_line and self._has_lines):
                yield SceneOpening(heading)
            self._scene = row.scene

    def _speech(self, name: str, text: str) -> Element:
        if is_heading(f"{name}: {text}"):
            return SceneOpening(f"{name}: {text}")
        cue = parse_cue(f"{name}:")
        if cue is None or cue.text or is_heading(f"{cue.speaker}:"):
            self._report.change("speaker name simplified")
            return Line(" ".join(_NOT_IN_A_NAME.sub(" ", name).split()[:MAX_WORDS]) or name, text)
        self._report.change("direction moved behind the colon", int(bool(cue.directions)))
        return Line(cue.speaker, f"{cue.directions} {text}".strip())

    def _narration(self, text: str) -> Element:
        element = parse_line(text, ReadReport())
        if isinstance(element, SceneOpening) or element.speaker is None:
            return element
        self._report.change("narration with a colon put in parentheses")
        return Line(None, f"({text})")


def _scene_heading(scene: str) -> str | None:
    """A heading from a scene field; a number is none."""
    heading = " ".join(scene.split())
    if not any(map(str.isalpha, heading)):
        return None
    return heading if is_heading(heading) else "[" + heading.replace("[", "(").replace("]", ")") + "]"
