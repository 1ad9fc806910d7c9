"""One dialogue a line, each turn followed by `__eou__` (DailyDialog)."""

from collections.abc import Iterator, Sequence

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport

END_OF_UTTERANCE = "__eou__"


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield each line as a dialogue; the mark may be missing behind the last turn, but not altogether."""
    for number, line in enumerate(files[0].lines(), start=1):
        if END_OF_UTTERANCE in line:
            *turns, rest = line.split(END_OF_UTTERANCE)
            yield Dialogue(tuple(map(Turn, [*turns, rest] if rest.strip() else turns)))
        elif line.strip():
            report.skip(number, line, f"no {END_OF_UTTERANCE} in the line")
