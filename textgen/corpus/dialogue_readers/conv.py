"""`.conv`: a line `E` begins a dialogue, each line `M text` is a turn."""

from collections.abc import Iterator, Sequence

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield the dialogues between the lines `E`."""
    turns: list[Turn] = []
    for number, line in enumerate(files[0].lines(), start=1):
        if opens_dialogue(line):
            if turns:
                yield Dialogue(tuple(turns))
            turns = []
        elif (text := turn_text(line)) is not None:
            turns.append(Turn(text))
        elif line.strip():
            report.skip(number, line, "neither E nor M and a text")
    if turns:
        yield Dialogue(tuple(turns))


def opens_dialogue(line: str) -> bool:
    """Whether a line begins a dialogue."""
    return line.rstrip() == "E"


def turn_text(line: str) -> str | None:
    """The text of a turn; None where the line is none."""
    return line[2:] if line.startswith(("M ", "M\t")) or line == "M" else None
