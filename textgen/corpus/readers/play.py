"""`NAME:` alone on its line, the speech below until an empty line; verse keeps its line breaks.

More empty lines than the style has after each speech open a scene without heading.
"""

from collections.abc import Iterable, Iterator

from textgen.corpus.names import parse_cue
from textgen.corpus.readers.colon import is_heading
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element, Line, SceneOpening
from textgen.corpus.style import ScriptStyle


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings."""
    has_lines = False
    for blank_lines, block in blocks(lines):
        element = parse_block(block, report)
        if isinstance(element, SceneOpening):
            has_lines = False
        else:
            if has_lines and blank_lines > max(1, style.blank_lines):
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
