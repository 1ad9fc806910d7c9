"""Plain text: every physical line is narration, empty ones too, so that the text comes back exactly."""

from collections.abc import Iterable, Iterator

from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element, Line
from textgen.corpus.style import ScriptStyle


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield each physical line, one document in all."""
    for line in lines:
        yield Line(None, line)
