"""`.conv`: a line `E` begins a dialogue, each line `M text` is a turn."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.formats.base import Evidence, Format, ReadReport, filled, share
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the first line is `E`, and that nearly all lines are `E` or `M text`."""
    lines = filled(head)
    fits = [_opens_dialogue(line) or _turn_text(line) is not None for _, line in lines]
    good = sum(fits)
    turns = any(_turn_text(line) is not None for _, line in lines)
    convincing = turns and good >= 0.9 * len(lines) and _opens_dialogue(lines[0][1])
    misfit = (
        None if good > 0.5 * len(lines) else next((lines[place][0] for place, fit in enumerate(fits) if not fit), 1)
    )
    return Evidence(convincing, f"{share(good, len(lines))} lines are `E` or `M` and a text", misfit)


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield the dialogues between the lines `E`."""
    turns: list[Line] = []
    for number, line in enumerate(files[0].lines(), start=1):
        if _opens_dialogue(line):
            if turns:
                yield Scene(None, tuple(turns))
            turns = []
        elif (text := _turn_text(line)) is not None:
            turns.append(turn_of(text))
        elif line.strip():
            report.skip(number, line, "neither E nor M and a text")
    if turns:
        yield Scene(None, tuple(turns))


def _opens_dialogue(line: str) -> bool:
    return line.rstrip() == "E"


def _turn_text(line: str) -> str | None:
    """The text of a turn; None where the line is none."""
    return line[2:] if line.startswith(("M ", "M\t")) or line == "M" else None


FORMATS = (Format("conv", 180, weigh, read_dialogues=read, suffixes=(".conv",)),)
