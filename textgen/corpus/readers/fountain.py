"""Fountain screenplays. The title page, notes and boneyards are left out and counted."""

import re
from collections.abc import Iterable, Iterator

from textgen.corpus.fountain import BLANK, block_elements, is_title_page, opens_speech
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element, SceneOpening
from textgen.corpus.style import ScriptStyle

_NOTE = re.compile(r"\[\[.*?\]\]", re.DOTALL)
_BONEYARD_OPENS, _BONEYARD_CLOSES = "/*", "*/"


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings; a page break counts as one where lines follow."""
    break_waits = has_elements = False
    for element in _elements(lines, report):
        if element == SceneOpening():
            break_waits = has_elements
            continue
        if break_waits and not isinstance(element, SceneOpening):
            yield SceneOpening()
        yield element
        break_waits, has_elements = False, True


def _elements(lines: Iterable[str], report: ReadReport) -> Iterator[Element]:
    for number, block in enumerate(_blocks(without_boneyard(lines, report))):
        if number == 0 and is_title_page(block[0]):
            report.change("title page left out")
            continue
        text, notes = _NOTE.subn(lambda note: "\n" * note[0].count("\n"), "\n".join(block))
        report.change("note left out", notes)
        lines_left = zip(text.split("\n"), block, strict=True)
        yield from block_elements([line for line, old in lines_left if line.strip() or not old.strip()])


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The stretches of lines without an empty one; in a speech, two spaces do not count as empty."""
    block: list[str] = []
    for line in lines:
        if line.strip() or (block and line.startswith(BLANK) and opens_speech(block[0])):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def without_boneyard(lines: Iterable[str], report: ReadReport) -> Iterator[str]:
    """The lines without `/* … */`; a line that held nothing else is left out."""
    inside = False
    for line in lines:
        kept, rest, begins_inside = "", line, inside
        while rest:
            mark = _BONEYARD_CLOSES if inside else _BONEYARD_OPENS
            before, found, rest = rest.partition(mark)
            kept += "" if inside else before
            if found:
                inside = not inside
                report.change("boneyard left out", int(inside))
        if kept.strip() or (kept == line and not begins_inside):
            yield kept
    if inside:
        report.change("boneyard never closed: the rest of the file was left out")
