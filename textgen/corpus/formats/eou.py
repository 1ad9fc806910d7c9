"""One dialogue a line, each turn followed by `__eou__` (DailyDialog)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textgen.corpus.document import Scene, turn_of
from textgen.corpus.formats.base import Evidence, Format, ReadReport, filled, first_filled, share
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

END_OF_UTTERANCE = "__eou__"


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly every line has the mark that ends a turn."""
    lines = filled(head)
    good = sum(END_OF_UTTERANCE in line for _, line in lines)
    reason = f"{share(good, len(lines))} lines have turns that end in {END_OF_UTTERANCE}"
    return Evidence(0 < good >= 0.8 * len(lines), reason, None if good else first_filled(head))


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each line as a dialogue; the mark may be missing behind the last turn, but not altogether."""
    for number, line in enumerate(files[0].lines(), start=1):
        if END_OF_UTTERANCE in line:
            *turns, rest = line.split(END_OF_UTTERANCE)
            yield Scene(None, tuple(map(turn_of, [*turns, rest] if rest.strip() else turns)))
        elif line.strip():
            report.skip(number, line, f"no {END_OF_UTTERANCE} in the line")


FORMATS = (Format("eou", 140, weigh, read_dialogues=read),)
