"""A script as dialogues: in a scene, each line of speech answers the ones before it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from textgen.corpus.assembly import assemble
from textgen.corpus.detection import HEAD_LINES, detect
from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.readers import READERS
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Line

_CLOSING = ",.;:!?…"


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield each scene that has speeches, very long ones in parts; directions in a speech are not spoken."""
    (file,) = files
    detected = detect(list(islice(file.lines(), HEAD_LINES)), file.path)
    for _, scene in assemble(READERS[detected.format](file.lines(), detected.style, report)):
        speeches = [line for line in scene.lines if line.speaker is not None]
        report.change("line without a speaker left out", len(scene.lines) - len(speeches))
        report.change("stage direction left out of a turn", sum(len(line.directions) for line in speeches))
        if speeches:
            yield Dialogue(tuple(Turn(spoken(line), line.speaker) for line in speeches))


def spoken(line: Line) -> str:
    """What is said in a line: its text without `(…)` and `[…]`.

    Example:
        >>> spoken(Line("eve", "well (he waits), no (turning) way"))
        'well, no way'
    """
    text = line.text
    for direction in line.directions:
        before, _, behind = text.partition(direction)
        behind = behind.lstrip()
        text = f"{before.rstrip()}{'' if behind.startswith(tuple(_CLOSING)) else ' '}{behind}"
    return text.strip()
