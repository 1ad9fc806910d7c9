"""`NAME: text`, one speech a line; `[…]` and `scene: …` lines are headings, lines without a name narration.

More empty lines than the style has after each line open a scene without heading.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from textgen.corpus.names import parse_cue
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element, Line, SceneOpening
from textgen.corpus.style import ScriptStyle

_HEADING_WORD = re.compile(
    r"(?i:(?:scene|setting|location)\s*:|(?:int|ext|est|int\.?/ext|i/e)\.)|(?:INT|EXT|EST|INT/EXT|I/E) "
)


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings."""
    blank_lines, has_lines = 0, False
    for line in lines:
        text = line.strip()
        if not text:
            blank_lines += 1
            continue
        element = parse_line(text, report)
        if isinstance(element, SceneOpening):
            has_lines = False
        else:
            if has_lines and blank_lines > style.blank_lines:
                yield SceneOpening()
            has_lines = True
        yield element
        blank_lines = 0


def parse_line(text: str, report: ReadReport) -> Line | SceneOpening:
    """One line of the file.

    Args:
        text: the line, neither empty nor with white space at its ends.
        report: counts the directions that are moved behind the colon.
    """
    if is_heading(text):
        return SceneOpening(text)
    cue = parse_cue(text)
    if cue is None or _is_heading_word(cue.speaker):
        return Line(None, text)
    spoken = cue.text.strip()
    if cue.directions:
        report.change("direction moved behind the colon")
        spoken = f"{cue.directions} {spoken}".strip()
    return Line(cue.speaker, spoken)


def is_heading(text: str) -> bool:
    """Whether a line is a scene heading: all of it in one pair of square brackets, or by its first word."""
    if text.startswith("[") and text.endswith("]"):
        return "]" not in text[1:-1] and len(text) > 2
    return _HEADING_WORD.match(text) is not None


@lru_cache(maxsize=4096)
def _is_heading_word(speaker: str) -> bool:
    """Whether what stands before a colon, directions left out, announces a scene and no speech."""
    return is_heading(f"{speaker}:")
