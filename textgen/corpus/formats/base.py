"""The parts of a corpus format: evidence, readers, a layout, and the report of what a reader left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import ClassVar, NamedTuple

from textgen.corpus.document import Element, Line, Scene
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions
from textgen.corpus.separators import Separator

ANY_MARKUP = "any"
"""The markup of a format that leaves it to others what a file is written in."""

HEAD_LINES = 2000
"""How many lines of a file are looked at to find out its format."""

_EXCERPT = 60


@dataclass
class ReadReport:
    """What a reader did to one file besides reading it: records skipped, and small repairs.

    Args:
        skipped: how many bad records were left out.
        first_skipped: the first of them, with its line number and why; None where there was none.
        first_skipped_line: its line number (from 1).
        changes: what was normalised or left out on purpose, with how often.
    """

    skipped: int = 0
    first_skipped: str | None = None
    first_skipped_line: int | None = None
    changes: Counter[str] = field(default_factory=Counter)

    def skip(self, line_number: int, record: str, why: str) -> None:
        """Count a record that is left out.

        Args:
            line_number: of its first line, from 1.
            record: its text.
            why: what is wrong with it.
        """
        self.skipped += 1
        if self.first_skipped is None:
            self.first_skipped_line = line_number
            self.first_skipped = f"line {line_number}: {why}: {excerpt(record)!r}"

    def change(self, kind: str, times: int = 1) -> None:
        """Count something that was normalised or left out on purpose."""
        if times:
            self.changes[kind] += times


MOST_BLANK_LINES = 100
"""Most empty lines that follow each line of a script; with more, a short text would fill the memory."""


@dataclass(frozen=True)
class ScriptLayout:
    """How a script is written: `NAME: text` here, which is the base of the other layouts.

    A layout never depends on what comes later: `partial_line` of a growing line only grows at its end, so that a script
    can be shown while it is being written.

    Args:
        blank_lines: empty lines after each line of the script, where the layout leaves a choice.
    """

    blank_lines: int = 0

    name: ClassVar[str] = "colon"
    """The format that reads this layout."""
    scene_break: ClassVar[str] = "\n"
    """What separates a scene without heading from the one before it."""

    @property
    def suffix(self) -> str:
        """What closes a line."""
        return "\n" * (self.blank_lines + 1)

    def line_prefix(self, speaker: str | None) -> str:
        """What stands before the text of a line; nothing for narration."""
        return "" if speaker is None else f"{speaker}: "

    def line(self, line: Line) -> str:
        """A whole line without the suffix; a speech without words has no white space after the colon."""
        prefix = self.line_prefix(line.speaker)
        return prefix + line.text if line.text else prefix.rstrip()

    def partial_line(self, line: Line) -> str:
        """As much of a growing line as cannot change any more."""
        return self.line(line)

    def heading(self, heading: str) -> str:
        """A scene heading without the suffix."""
        return heading

    def partial_heading(self, heading: str) -> str:
        """As much of a growing heading as cannot change any more."""
        return self.heading(heading)


class Evidence(NamedTuple):
    """How well a file fits a format.

    Args:
        convincing: whether to take the format without being told.
        reason: what was found, for a person.
        misfit: the number (from 1) of the first line that does not fit, where the file cannot be read in this
            format at all; None where it can.
        layout: layout of the file's scripts.
        sure: whether the file can hardly be anything else; dialogues that could be a script as well are not sure, nor
            are captions that could be a poem.
        read, read_file: readers of the file's scripts, where they depend on what was found in the file or asked for.
        read_dialogues: reader of its dialogues, likewise.
        separator: what separates the documents in the file, where the format finds that out.
        longest_line: longer lines are given to the reader in pieces; None where it needs whole ones.
        columns: the columns of a table, or the fields of records, in order: the name of each (empty where it has none)
            and what it was taken for (empty for nothing).
    """

    convincing: bool
    reason: str
    misfit: int | None = None
    layout: ScriptLayout = ScriptLayout()
    sure: bool = True
    read: "ScriptReader | None" = None
    read_file: "FileReader | None" = None
    read_dialogues: "DialogueReader | None" = None
    separator: Separator | None = None
    longest_line: int | None = None
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FilePair:
    """Two files that belong together.

    Args:
        files: in the order in which the reader of their format takes them.
        reason: why they belong together, for a person.
        sure: whether they can hardly be anything else.
    """

    files: tuple[TextFile, TextFile]
    reason: str
    sure: bool = True


Weigh = Callable[[Sequence[str], Path, ReadingOptions], Evidence]
"""(the first lines of a file, its path, how it is to be read) to the evidence for a format.

Of the path only the suffix counts. A reader that needs an option, or what was found, is given with the evidence.
"""

MayBe = Callable[[Sequence[str], Path, ReadingOptions], bool]
"""The same to whether a file may be in the format."""

ScriptReader = Callable[[Iterable[str], ScriptLayout, ReadReport], Iterator[Element]]
"""(lines without their ends, the layout found in them, a report to fill) to elements, streaming."""

FileReader = Callable[[TextFile, ScriptLayout, ReadReport], Iterator[Element]]
"""The same for a file of which one line may be all."""

DialogueReader = Callable[[Sequence[TextFile], ReadReport], Iterator[Scene]]
"""(one file, or the two that belong together, a report to fill) to dialogues, streaming."""

PairUp = Callable[[Sequence[TextFile], bool], Iterator[FilePair]]
"""(files of a format that takes two, whether a person named them one by one) to pairs.

Raises a CorpusError where one of two is missing.
"""


def always(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Any file may be in a format that is told only by weighing it."""
    return True


@dataclass(frozen=True)
class Format:
    """A way in which people write scripts or dialogues into files.

    Args:
        name: what `--format` calls it.
        order: formats are tried, and listed, from the lowest to the highest: the surest evidence first. A new
            one takes a number between two of these, which are ten apart.
        weigh: weighs the evidence for it in a file; None where no single file can show it.
        read: how scripts are read from its lines; None where they are not.
        read_file: how scripts are read from it otherwise; None where they are not.
        read_dialogues: how dialogues are read from it; None where it has none.
        pair_up: finds the files that belong together, where the format takes two; None where it takes one.
        layout: layout in which its scripts are written; None where that is another format's layout.
        suffixes: endings of the files that are taken for it from a folder, besides those of any text.
        markup: what its files are written in, "JSON" or "XML": it is tried on no other files, and on those no
            format of text is; None for text, ANY_MARKUP for all.
        may_be: a quick look before the evidence is weighed: where it says no, the evidence would not be convincing.
        one_piece: whether nothing frames or separates documents in a file of it, such as a table or XML.
    """

    name: str
    order: int
    weigh: Weigh | None
    read: ScriptReader | None = None
    read_file: FileReader | None = None
    read_dialogues: DialogueReader | None = None
    pair_up: PairUp | None = None
    layout: type[ScriptLayout] | None = None
    suffixes: tuple[str, ...] = ()
    markup: str | None = None
    may_be: MayBe = always
    one_piece: bool = False


def filled(head: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that are not empty, without white space at their ends, numbered from 1."""
    return [(number, text) for number, line in enumerate(head, start=1) if (text := line.strip())]


def beginning(head: Sequence[str], lines: int) -> list[str]:
    """The first lines that are not empty, without white space at their ends; the rest is not looked at."""
    return list(islice((line.strip() for line in head if line.strip()), lines))


def first_filled(head: Sequence[str]) -> int:
    """The number (from 1) of the first line that is not empty."""
    return next((number for number, line in enumerate(head, start=1) if line.strip()), 1)


def misfit_line(head: Sequence[str], number: int) -> str:
    """The line of that number (from 1), as an error names it."""
    return f"line {number} does not fit: {excerpt(head[number - 1])!r}" if head else "it has no lines"


def share(part: int, whole: int) -> str:
    """`9 of 10`, for reasons."""
    return f"{part:,} of {whole:,}"


def excerpt(text: str) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
