"""One text a line (captions, headlines): each line is a document of its own."""

from collections.abc import Iterable, Iterator

from textgen.corpus.report import ReadReport
from textgen.corpus.scene import DocumentOpening, Element, Line
from textgen.corpus.style import ScriptStyle


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield each line that is not empty, in a document of its own."""
    for line in lines:
        text = line.strip()
        if text:
            yield DocumentOpening()
            yield Line(None, text)
        else:
            report.change("empty line left out")
