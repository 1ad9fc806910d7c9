"""Plain text, kept line by line, and captions, one text a line.

Captions and headlines are short whole texts, one a line. A running text with one sentence a line and no punctuation
(Penn Treebank) is read as plain text, where the state is carried from one line to the next. With punctuation it looks
like captions; `--format plain` overrides this.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textgen.corpus.document import DocumentOpening, Element, Line
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, filled, share
from textgen.corpus.reading_options import ReadingOptions
from textgen.corpus.separators import separator_in

_ENDS_WHOLE = tuple(".!?…。！？")
_CLOSING = "\"'”’)]"
_ENDS_OPEN = tuple(",;:–—-")
_MOST_WORDS = 25
_MOST_CHARACTERS = 400
_LEAST_LINES = 8
_WHOLE = 0.7
_INDENTED = 0.1
_FEW_BLANKS = 0.1
_LONGER_THAN_A_POEM = 100

LONGEST_LINE = 20_000
"""Lines of more characters are cut: nothing could be held out of a text in one line, and no page of it would end."""


@dataclass(frozen=True)
class PlainLayout(ScriptLayout):
    """Physical lines; scenes leave no trace."""

    name: ClassVar[str] = "plain"
    scene_break: ClassVar[str] = ""

    @property
    def suffix(self) -> str:
        """What closes a line."""
        return "\n"


@dataclass(frozen=True)
class CaptionLayout(PlainLayout):
    """One text a line."""

    name: ClassVar[str] = "captions"


def weigh_captions(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that most lines are short whole texts, with nearly no empty lines, and not indented as verse is."""
    if options.document_separator is not None or separator_in(head) is not None:
        return Evidence(False, "texts of several lines are separated", layout=CaptionLayout())

    lines = [line for _, line in filled(head)]
    whole = sum(_is_whole(line) for line in lines)
    indented = sum(line.startswith(("  ", "\t")) for line in head if line.strip())
    words = _median([len(line.split()) for line in lines]) if lines else 0
    # A few rows without anything to see are rows without a text; an empty line is one between paragraphs.
    blanks = sum(not line.strip() for line in head if line)
    rows = len(head) - (blanks if blanks <= _FEW_BLANKS * len(head) else 0)
    convincing = (
        len(lines) >= max(_LEAST_LINES, 0.98 * rows)
        and words <= _MOST_WORDS
        and max(map(len, lines)) <= _MOST_CHARACTERS
        and whole >= _WHOLE * len(lines)
        and indented < _INDENTED * len(lines)
    )
    reason = (
        f"{share(whole, len(lines))} lines are whole short texts (median {words:g} {'word' if words == 1 else 'words'})"
    )
    return Evidence(convincing, reason, layout=CaptionLayout(), sure=len(lines) >= _LONGER_THAN_A_POEM)


def _is_whole(line: str) -> bool:
    """A sentence with its end, or a headline: it begins with a capital or a number and does not break off."""
    if line.rstrip(_CLOSING).endswith(_ENDS_WHOLE):
        return True
    return (line[0].isupper() or line[0].isdigit()) and not line.endswith(_ENDS_OPEN)


def _median(numbers: list[int]) -> float:
    """What `statistics.median` gives, which takes as long to load as all formats together."""
    numbers = sorted(numbers)
    return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2


def weigh_plain(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence for any file: everything is plain text."""
    return Evidence(
        True,
        "plain text: it looks like no script, table or list of texts",
        layout=PlainLayout(),
        read=_read_file,
        separator=None if options.document_separator is not None else separator_in(head),
        longest_line=LONGEST_LINE,
    )


def read_captions(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield each line that is not empty, in a document of its own."""
    for line in lines:
        text = line.strip()
        if text:
            yield DocumentOpening()
            yield Line(None, text)
        else:
            report.change("empty line left out")


def read_plain(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield each physical line, empty ones too, so that the text comes back exactly."""
    for line in lines:
        yield Line(None, line)


def _read_file(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield each physical line of a file, where a line of white space is an empty one."""
    for line in lines:
        yield Line(None, "" if line.isspace() else line)


FORMATS = (
    Format("captions", 330, weigh_captions, read_captions, layout=CaptionLayout),
    Format("plain", 340, weigh_plain, read_plain, layout=PlainLayout),
)
