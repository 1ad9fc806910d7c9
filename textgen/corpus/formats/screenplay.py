"""The paragraphs of a screenplay, from scene heading to transition: made of scenes, and read back as scenes.

Final Draft's files and pages in PDF are made of these paragraphs, and both take their margins from `SETTINGS`, which
are the industry's: US Letter, Courier 12 points, six lines and ten characters to the inch.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from textgen.corpus.document import DIRECTION, Element, Line, Scene, SceneOpening
from textgen.corpus.formats.fountain import EXTENSIONS, parse_cue, without_scene_number

HEADING, ACTION, CHARACTER = "Scene Heading", "Action", "Character"
PARENTHETICAL, DIALOGUE, TRANSITION = "Parenthetical", "Dialogue", "Transition"


class Setting(NamedTuple):
    """How a kind of paragraph is set on the page.

    Args:
        left, right: where its lines begin and end, in inches from the left edge of the paper.
        lines_before: empty lines above it.
        capitals: whether it is printed in capitals.
        ranged_right: whether its lines end at the right margin instead of beginning at the left.
    """

    left: float
    right: float
    lines_before: int
    capitals: bool = False
    ranged_right: bool = False


SETTINGS = {
    HEADING: Setting(1.5, 7.5, 2, capitals=True),
    ACTION: Setting(1.5, 7.5, 1),
    CHARACTER: Setting(3.7, 7.25, 1, capitals=True),
    PARENTHETICAL: Setting(3.1, 5.6, 0),
    DIALOGUE: Setting(2.5, 6.0, 0),
    TRANSITION: Setting(5.5, 7.5, 1, capitals=True, ranged_right=True),
}
"""The kinds of paragraphs, named as Final Draft names them, and how each is set."""

_SPOKEN = (DIALOGUE, "Lyrics", "Singing")
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_CENTRED = re.compile(r"> (\S|\S[^\n]*\S) <")
_SENTENCE_ENDS = (".", "?", "!", "…", "—", "–", "-", ":")


class Paragraph(NamedTuple):
    """A paragraph of a screenplay.

    Args:
        kind: one of SETTINGS, or another one that Final Draft knows, which is read as action.
        text: may have line breaks.
        new_page: whether a new page begins with it.
        centred: whether it stands in the middle of the line.
    """

    kind: str
    text: str
    new_page: bool = False
    centred: bool = False


def as_screenplay(scenes: Iterable[Scene]) -> tuple[Scene, ...]:
    """The scenes as screenplays write them, whatever the layout they were read in.

    A heading has no brackets and no scene number. In a speech, a direction before, between or behind the sentences
    stands on a line of its own, in round brackets; one inside a sentence stays where it is. White space at the ends of
    lines, empty lines without a speaker and scenes without anything are left out.

    Example:
        >>> as_screenplay([Scene("[bar]", (Line("jerry", "(sits) hello. [waves] you (all) there"),))])[0].lines[0].text
        '(sits)\\nhello.\\n(waves)\\nyou (all) there'
    """
    written = (Scene(_bare_heading(scene.heading), tuple(_set_lines(scene.lines)), scene.continued) for scene in scenes)
    return tuple(scene for scene in written if scene.heading is not None or scene.lines)


def _bare_heading(heading: str | None) -> str | None:
    if heading is None:
        return None
    bracketed = _BRACKETED.fullmatch(heading.strip())
    return without_scene_number(bracketed[1].strip() or heading if bracketed else heading)


def _set_lines(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        texts = line.text.split("\n")
        if line.speaker is not None:
            pieces = (piece for text in texts for piece in _set_off(text))
            yield Line(line.speaker, "\n".join(pieces).strip("\n"))
        elif line.text.strip():
            yield Line(None, "\n".join(map(str.rstrip, texts)).strip("\n"))


def _set_off(text: str) -> Iterator[str]:
    """A line of a speech, cut so that directions outside of sentences stand alone."""
    text = text.strip()
    directions = list(DIRECTION.finditer(text))
    said_until = len(text)  # behind it are only directions
    for direction in reversed(directions):
        if not text[direction.end() : said_until].isspace() and direction.end() < said_until:
            break
        said_until = direction.start()
    begin = 0
    for direction in directions:
        before, inner = text[begin : direction.start()], direction[0][1:-1]
        ends = direction.start() >= said_until
        if inner.strip() and _is_outside(before, ends, ends or text[direction.end()].isspace()):
            if before.strip():
                yield before.strip()
            yield direction[0] if "(" in inner or ")" in inner else f"({inner})"
            begin = direction.end()
    rest = text[begin:].strip()
    if rest or begin == 0:
        yield rest


def _is_outside(before: str, ends: bool, space_behind: bool) -> bool:
    """Whether a direction is inside no sentence.

    Args:
        before: the text between the last direction that stands alone and this one.
        ends: whether only directions follow it.
        space_behind: whether it is not glued to what follows.
    """
    said = before.rstrip()
    space_before = said != before
    begins = not said or (space_before and said.endswith(_SENTENCE_ENDS))
    return (begins and space_behind) or (ends and space_before)


def paragraphs(scenes: Iterable[Scene]) -> Iterator[Paragraph]:
    """Yield the paragraphs of scenes that are written `as_screenplay`; `elements` gives the scenes back.

    A scene without a heading, unless it is the first, begins a new page, as a page break of Fountain does.
    """
    for number, scene in enumerate(scenes):
        if scene.heading is not None:
            yield Paragraph(HEADING, " ".join(scene.heading.split("\n")))
        break_waits = scene.heading is None and number > 0 and not scene.continued
        for line in scene.lines:
            for paragraph in [_narration(line.text)] if line.speaker is None else _speech(line.speaker, line.text):
                yield paragraph._replace(new_page=break_waits)
                break_waits = False


def _narration(text: str) -> Paragraph:
    """A transition or a centred line, as Fountain marks them (`> FADE OUT.`, `> THE END <`); else action."""
    centred = _CENTRED.fullmatch(text)
    if centred:
        return Paragraph(ACTION, centred[1], centred=True)
    name = text.removeprefix("> ")
    is_transition = name == name.strip() and _transition(name) == text
    return Paragraph(TRANSITION, name) if is_transition else Paragraph(ACTION, text)


def _transition(name: str) -> str:
    """A transition as Fountain writes it, with a mark where its name does not tell that it is one."""
    return name if name.endswith("TO:") and name == name.upper() and "\n" not in name else f"> {name}"


def _speech(speaker: str, text: str) -> Iterator[Paragraph]:
    first, _, below = text.partition("\n")
    name = " ".join(speaker.split("\n"))
    if first in EXTENSIONS:
        name, text = f"{name} {first}", below
    yield Paragraph(CHARACTER, name)
    if not text:
        return
    for is_direction, lines in groupby(text.split("\n"), key=_is_direction):
        if is_direction:
            yield from (Paragraph(PARENTHETICAL, line) for line in lines)
        else:
            yield Paragraph(DIALOGUE, "\n".join(lines))


def _is_direction(line: str) -> bool:
    return line.startswith("(") and DIRECTION.fullmatch(line) is not None


def elements(paragraphs: Iterable[Paragraph]) -> Iterator[Element]:
    """Yield the scene openings, speeches and narration that paragraphs are; empty paragraphs are left out.

    The extension of a name (`NORA (V.O.)`) becomes the first line of the speech, as in Fountain.
    """
    speaker: str | None = None
    said: list[str] = []
    has_elements = False
    for paragraph in paragraphs:
        kind, text = paragraph.kind, paragraph.text
        if speaker is not None and kind in _SPOKEN:
            said.append(_stripped(text))
            continue
        if not text.strip():
            continue
        if speaker is not None and kind == PARENTHETICAL:
            said.append(_in_brackets(text.strip()))
            continue
        if speaker is not None:
            yield _said(speaker, said)
            speaker = None
        if paragraph.new_page and kind != HEADING and has_elements:
            yield SceneOpening()
        has_elements = True
        named = parse_cue("@" + " ".join(text.split("\n"))) if kind == CHARACTER else None
        if named is not None:
            speaker, said = named[0], [named[1]] if named[1] else []
        elif kind == HEADING:
            yield SceneOpening(" ".join(_stripped(text).split("\n")))
        else:
            yield Line(None, _read_narration(paragraph))
    if speaker is not None:
        yield _said(speaker, said)


def _read_narration(paragraph: Paragraph) -> str:
    if paragraph.kind == TRANSITION:
        return _transition(paragraph.text.strip())
    if paragraph.centred:
        return f"> {paragraph.text.strip()} <"
    return "\n".join(map(str.rstrip, paragraph.text.split("\n"))).strip("\n")


def _said(speaker: str, said: list[str]) -> Line:
    return Line(speaker, "\n".join(said).strip("\n"))


def _stripped(text: str) -> str:
    return "\n".join(map(str.strip, text.split("\n")))


def _in_brackets(text: str) -> str:
    return text if text.startswith("(") else f"({text})"
