"""`NAME: text`, one speech a line; `[…]` and `scene: …` lines are headings, lines without a name narration.

More empty lines than usual after a line open a scene without heading.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, filled, first_filled, share
from textgen.corpus.names import parse_cue

_HEADING_WORD = re.compile(
    r"(?i:(?:scene|setting|location)\s*:|(?:int|ext|est|int\.?/ext|i/e)\.)|(?:INT|EXT|EST|INT/EXT|I/E) "
)
_NEW_NAMES_ALLOWED = 0.9


def weigh(head: Sequence[str], path: Path) -> Evidence:
    """At least half of the lines are `NAME: text` or a heading, and names come again."""
    elements = [parse_line(line, ReadReport()) for _, line in filled(head)]
    speakers = [line.speaker for line in elements if isinstance(line, Line) and line.speaker and line.text]
    headings = sum(isinstance(element, SceneOpening) for element in elements)
    convincing = len(speakers) + headings >= 0.5 * len(elements) and names_come_again(speakers)
    reason = f"{share(len(speakers), len(elements))} lines look like `NAME: text`"
    layout = ScriptLayout(usual_blank_lines(head, least=0))
    return Evidence(convincing, reason, None if speakers else first_filled(head), layout)


def names_come_again(speakers: Sequence[str]) -> bool:
    """Whether names look like speakers: a glossary has a new one on every line."""
    return bool(speakers) and (len(speakers) < 10 or len(set(speakers)) <= _NEW_NAMES_ALLOWED * len(speakers))


def usual_blank_lines(head: Sequence[str], least: int) -> int:
    """How many empty lines most often stand between two filled ones (at least `least` of them)."""
    numbers = [number for number, _ in filled(head)]
    gaps = (after - before - 1 for before, after in pairwise(numbers))
    counts = Counter(gap for gap in gaps if gap >= least)
    return min(counts, key=lambda gap: (-counts[gap], gap), default=least)


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
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
            if has_lines and blank_lines > layout.blank_lines:
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


FORMATS = (Format("colon", 70, weigh, read, layout=ScriptLayout),)
