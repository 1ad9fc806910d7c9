"""Real lines to compare written ones with: all of a text, or as many of it as suffice."""

import random
from collections.abc import Iterable

from textgen.corpus.document import Line
from textgen.corpus.split import keep_some
from textgen.evaluation.scoring import Documents

MOST_LINES = 10_000
"""More are drawn from, so that memory does not grow with the text."""


def draw_lines(documents: Documents, seed: int, most: int = MOST_LINES) -> list[Line]:
    """The lines of a text in random order, or equally likely ones of them where there are too many.

    Args:
        documents: read once.
        seed: of the draw.
        most: lines to keep.
    """
    draw = random.Random(seed)
    kept = keep_some(lines_of(documents), most, draw.randrange)
    draw.shuffle(kept)
    return kept


def lines_of(documents: Documents) -> Iterable[Line]:
    """The lines of a text as they follow each other."""
    return (line for document in documents for scene in document for line in scene.lines)
