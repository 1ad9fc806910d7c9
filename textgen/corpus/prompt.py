"""Prompts: the typed beginning of a script, read in the corpus's format."""

import re
from dataclasses import dataclass, replace

from textgen.corpus.document import Element, Line, Scene, SceneOpening, scenes
from textgen.corpus.formats import colon, fountain
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.colon import Cue, parse_cue
from textgen.corpus.script import ScriptStyle

_BLANK_LINE = re.compile(r"\n[ \t]+(?=\n)")
_ANYTHING = Line(None, "x")


@dataclass(frozen=True)
class ScriptPrompt:
    """The beginning of a script. At most one of `line` and `heading` is set.

    Args:
        scenes: the finished part; writing continues after the last scene.
        line: the unfinished last line, to be continued; its text may be empty ("jerry:").
        heading: the unfinished scene heading, to be continued.
        style: the style it was read in.
    """

    scenes: tuple[Scene, ...]
    line: Line | None
    heading: str | None
    style: ScriptStyle


def parse_prompt(text: str, style: ScriptStyle) -> ScriptPrompt:
    """Read a prompt in the style of the corpus.

    A line end closes the line. In plays and Fountain, where the speech stands below the name, it does so
    only once the speech has begun; there the speech may also follow the name and a colon on the same line.
    White space at the end of an open line is kept.

    Args:
        text: as typed.
        style: of the corpus.

    Example:
        >>> parse_prompt("jerry: hel", ScriptStyle("colon")).line
        Line(speaker='jerry', text='hel')
    """
    if style.format in ("play", "fountain"):
        elements, opened = _read_blocks(text, style)
    else:
        elements, opened = _read_lines(text, style)
    line = opened if isinstance(opened, Line) else None
    heading = opened.heading if isinstance(opened, SceneOpening) else None
    return ScriptPrompt(scenes(elements), line, heading, style)


_Opened = Line | SceneOpening | None


def _read_lines(text: str, style: ScriptStyle) -> tuple[list[Element], _Opened]:
    """The whole lines, and the last one if it has no line end."""
    elements = list(style.elements(text))
    last = text.rpartition("\n")[2]
    if not (last if style.format == "plain" else last.strip()):
        return elements, None
    if style.format == "plain":
        return elements[:-1], Line(None, last)
    if style.format == "captions":
        return elements[:-1], Line(None, last.lstrip())
    opened = _open_line(last.lstrip())
    return (elements, None) if opened is None else (elements[:-1], opened)


def _open_line(last: str) -> _Opened:
    """The open line or heading in the colon style; None for a heading in brackets, which is whole."""
    whole = last.rstrip()
    element = colon.parse_line(whole, ReadReport())
    if isinstance(element, SceneOpening):
        return None if whole.endswith("]") else SceneOpening(last)
    if whole.startswith("[") and "]" not in whole:
        return SceneOpening(last)
    return replace(element, text=element.text + last[len(whole) :]) if element.text else element


def _read_blocks(text: str, style: ScriptStyle) -> tuple[list[Element], _Opened]:
    """The whole blocks, and the last one if it is not closed."""
    is_fountain = style.format == "fountain"
    begin = _last_block(text, is_fountain)
    first, line_end, below = text[begin:].partition("\n")
    is_speech = first.strip() and not _heading(first, is_fountain)
    elements = _before(text[:begin], style) if is_speech else list(style.elements(text[:begin]))
    while (heading := _heading(first, is_fountain)) and line_end:
        elements.append(SceneOpening(heading.rstrip()))
        first, line_end, below = below.partition("\n")
    if not first.strip():
        return elements, None
    if heading:
        return elements, SceneOpening(heading)
    line, is_whole = _speech(first, line_end, below, is_fountain)
    return ([*elements, line], None) if is_whole else (elements, line)


def _last_block(text: str, is_fountain: bool) -> int:
    """Where the last block begins; blocks are separated as in the readers."""
    place = begin = 0
    first = ""
    for line in text.split("\n")[:-1]:
        place += len(line) + 1
        goes_on = is_fountain and line.startswith(fountain.BLANK) and fountain.opens_speech(first)
        if not line.strip() and not goes_on:
            begin, first = place, ""
        first = first or line.strip()
    return begin


def _before(text: str, style: ScriptStyle) -> list[Element]:
    """The elements before a speech; a scene without heading opens only where a line follows."""
    elements = list(style.elements(f"{text}{_ANYTHING.text}"))
    return elements[:-1] if elements[-1:] == [_ANYTHING] else elements


def _speech(first: str, line_end: str, below: str, is_fountain: bool) -> tuple[Line, bool]:
    """A speech or narration, and whether a line end closes it."""
    cue = _cue(first.strip(), is_fountain)
    if cue is None:
        spoken = (fountain.action_start(first) if is_fountain else first.lstrip()) + line_end + below
    else:
        behind = cue.text.lstrip() + first[len(first.rstrip()) :] if cue.text else ""
        spoken = behind + line_end + below if behind.strip() else below
    is_whole = bool(spoken.strip()) and spoken.endswith("\n")
    directions = f"{cue.directions}\n" if cue and cue.directions else ""
    said = _BLANK_LINE.sub("\n", directions + spoken)
    return Line(cue.speaker if cue else None, said.strip("\n") if is_whole else said), is_whole


def _cue(first: str, is_fountain: bool) -> Cue | None:
    """The name above a speech, or in front of it with a colon."""
    above = fountain.parse_cue(first) if is_fountain else None
    return Cue(*above, "") if above else parse_cue(first)


def _heading(line: str, is_fountain: bool) -> str | None:
    """The scene heading in a line, white space at its end kept."""
    if is_fountain:
        heading = fountain.parse_heading(line, alone=True)
        return None if heading is None else heading + line[len(line.rstrip()) :]
    return line.lstrip() if colon.is_heading(line.strip()) else None
