"""`NAME:` alone on its line, the speech below until an empty line; verse keeps its line breaks.

More empty lines than usual after a speech open a scene without heading.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, first_filled, share
from textgen.corpus.formats.colon import is_heading, parse_cue, usual_blank_lines, with_better_names
from textgen.corpus.formats.naming import are_people, is_list
from textgen.corpus.reading_options import ReadingOptions

_LISTS_ALLOWED = 0.3


@dataclass(frozen=True)
class PlayLayout(ScriptLayout):
    """`NAME:` alone on its line, the speech below, closed by at least one empty line."""

    name: ClassVar[str] = "play"

    @property
    def suffix(self) -> str:
        """What closes a line."""
        return "\n" * (max(1, self.blank_lines) + 1)

    def line_prefix(self, speaker: str | None) -> str:
        """The name on its own line."""
        return "" if speaker is None else f"{speaker}:\n"


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that at least half of the paragraphs have `NAME:` alone above the speech."""
    found = [block for _, block in blocks(head)]
    report = ReadReport()
    lines = [parse_block(block, report) for block in found if len(block) > 1]
    speeches = [line for line in lines if isinstance(line, Line) and line.speaker]
    speakers = [line.speaker for line in speeches if line.speaker]
    lists = sum(is_list(line.text.split("\n")) for line in speeches)
    convincing = len(speakers) >= 0.5 * len(found) and are_people(speakers) and lists <= _LISTS_ALLOWED * len(speakers)
    reason = f"{share(len(speakers), len(found))} paragraphs have `NAME:` alone above the speech"
    layout = PlayLayout(usual_blank_lines(head, least=1))
    better = with_better_names(read, head, layout, None) if convincing else None
    return Evidence(convincing, reason, None if speakers else first_filled(head), layout, read=better)


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings."""
    has_lines = False
    for blank_lines, block in blocks(lines):
        element = parse_block(block, report)
        if isinstance(element, SceneOpening):
            has_lines = False
        else:
            if has_lines and blank_lines > max(1, layout.blank_lines):
                yield SceneOpening()
            has_lines = True
        yield element


def blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The stretches of lines without an empty one, each with how many empty lines stood before it."""
    block: list[str] = []
    blank_lines = 0
    for line in lines:
        if line.strip():
            block.append(line.rstrip())
            continue
        if block:
            yield blank_lines, block
            block, blank_lines = [], 0
        blank_lines += 1
    if block:
        yield blank_lines, block


def parse_block(block: list[str], report: ReadReport) -> Line | SceneOpening:
    """A speech under its name; a heading alone; else narration."""
    first = block[0].strip()
    if len(block) == 1 and is_heading(first):
        return SceneOpening(first)
    cue = parse_cue(first)
    if cue is None or cue.text:
        return Line(None, "\n".join(block))
    spoken = block[1:]
    if cue.directions:
        report.change("direction moved into the speech")
        spoken = [cue.directions, *spoken]
    return Line(cue.speaker, "\n".join(spoken))


FORMATS = (Format("play", 300, weigh, read, layout=PlayLayout),)
