"""Elements to scenes: a flat stream of lines and openings, cut into scenes and documents."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from textgen.corpus.scene import DocumentOpening, Element, Line, Scene, SceneOpening

PART_LINES = 1000
"""A scene longer than this many lines is handed on in parts."""


NumberedPart = tuple[int, Scene]
"""The number of a document, and a scene of it or a part of one."""


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
