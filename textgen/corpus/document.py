"""Documents, scenes and lines, and how a stream of lines and openings is gathered into them.

A dialogue is a scene, and a turn is a line of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_CLOSING = (",", ".", ";", ":", "!", "?", "…")
DIRECTION = re.compile(r"\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\]")
"""A stage direction, `(…)` or `[…]`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One speech of a script, one piece of narration, one physical line of plain text, or one turn of a dialogue.

    Args:
        speaker: who speaks, as the corpus spells it; None for narration and plain text.
        text: what is said, stage directions included.
    """

    speaker: str | None
    text: str

    @property
    def directions(self) -> tuple[str, ...]:
        """The stage directions in the text, `(…)` and `[…]`, brackets included, in order."""
        return tuple(DIRECTION.findall(self.text))


def turn_of(text: str, speaker: str | None = None) -> Line:
    """A turn of a dialogue: a line whose text is kept as one line, without white space at its ends.

    Args:
        text: what is said; line breaks inside it become spaces.
        speaker: who speaks, as the corpus spells it; None where it does not say.

    Example:
        >>> turn_of(" one\\ntwo ").text
        'one two'
    """
    return Line(speaker, _LINE_BREAK.sub(" ", text.strip()))


def spoken(line: Line) -> str:
    """What is said in a line: its text without `(…)` and `[…]`.

    Example:
        >>> spoken(Line("eve", "well (he waits), no (turning) way"))
        'well, no way'
    """
    text = line.text
    for direction in line.directions:
        before, _, behind = text.partition(direction)
        behind = behind.lstrip()
        text = f"{before.rstrip()}{'' if behind.startswith(_CLOSING) else ' '}{behind}"
    return text.strip()


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of script, or a dialogue, whose lines are its turns: some may be empty, and there may be only one.

    Args:
        heading: as in the file, brackets kept; None where the scene has none.
        lines: its lines in order.
        continued: True for a further part of the scene before it: readers yield long scenes in
            parts, so that memory does not grow. A `Script` joins the parts.

    Raises:
        ValueError: if the heading is the empty string.
    """

    heading: str | None
    lines: tuple[Line, ...] = ()
    continued: bool = False

    def __post_init__(self) -> None:
        if self.heading == "":
            raise ValueError("a scene's heading is None or has at least one character, not ''")


@dataclass(frozen=True, slots=True)
class SceneOpening:
    """A new scene begins."""

    heading: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentOpening:
    """A new document begins: another episode, another caption."""


Element = Line | SceneOpening | DocumentOpening
"""What readers yield, and what ids decode to, one after the other."""


PART_LINES = 1000
"""A scene longer than this many lines is yielded in parts."""


NumberedPart = tuple[int, Scene]
"""The number of a document, and one of its scenes or a part of a scene."""


def assemble(elements: Iterable[Element], part_lines: int = PART_LINES) -> Iterator[NumberedPart]:
    """Gather elements into scenes.

    Args:
        elements: lines, and openings of scenes and documents.
        part_lines: a longer scene is yielded in parts of this many lines, all but the first `continued`.

    Yields:
        the number of the document (from 0), and a scene or a part of one.
    """
    document = 0
    heading: str | None = None
    lines: list[Line] = []
    opened = continued = False
    for element in elements:
        if isinstance(element, Line):
            lines.append(element)
            if len(lines) == part_lines:
                yield document, Scene(heading, tuple(lines), continued)
                heading, lines, opened, continued = None, [], False, True
            continue
        if opened or lines:
            yield document, Scene(heading, tuple(lines), continued)
        heading, lines, continued = None, [], False
        opened = isinstance(element, SceneOpening)
        if isinstance(element, SceneOpening):
            heading = element.heading
        elif isinstance(element, DocumentOpening):
            document += 1
    if opened or lines:
        yield document, Scene(heading, tuple(lines), continued)


def by_document(parts: Iterable[NumberedPart]) -> Iterator[Iterator[Scene]]:
    """The scenes of each document, as they come; a document must be read before the next one is asked for."""
    for _, numbered in groupby(parts, key=itemgetter(0)):
        yield (scene for _, scene in numbered)


def scenes(elements: Iterable[Element]) -> tuple[Scene, ...]:
    """All scenes, in memory."""
    return tuple(scene for _, scene in assemble(elements))
