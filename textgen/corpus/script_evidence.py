"""What speaks for the three layouts of a script: `NAME: text`, play, Fountain."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from textgen.corpus.evidence import Evidence, filled, first_filled, share
from textgen.corpus.readers import fountain
from textgen.corpus.readers.colon import parse_line
from textgen.corpus.readers.play import blocks, parse_block
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Line, SceneOpening
from textgen.corpus.style import ScriptStyle

_NEW_NAMES_ALLOWED = 0.9


def colon_evidence(head: Sequence[str], path: Path) -> Evidence:
    """At least half of the lines are `NAME: text` or a heading, and names come again."""
    elements = [parse_line(line, ReadReport()) for _, line in filled(head)]
    speakers = [line.speaker for line in elements if isinstance(line, Line) and line.speaker and line.text]
    headings = sum(isinstance(element, SceneOpening) for element in elements)
    convincing = len(speakers) + headings >= 0.5 * len(elements) and _come_again(speakers)
    reason = f"{share(len(speakers), len(elements))} lines look like `NAME: text`"
    style = ScriptStyle("colon", _usual_gap(head, least=0))
    return Evidence(convincing, reason, style, None if speakers else first_filled(head))


def play_evidence(head: Sequence[str], path: Path) -> Evidence:
    """At least half of the paragraphs have `NAME:` alone above the speech."""
    found = [block for _, block in blocks(head)]
    lines = [parse_block(block, ReadReport()) for block in found if len(block) > 1]
    speakers = [line.speaker for line in lines if isinstance(line, Line) and line.speaker]
    convincing = len(speakers) >= 0.5 * len(found) and _come_again(speakers)
    reason = f"{share(len(speakers), len(found))} paragraphs have `NAME:` alone above the speech"
    style = ScriptStyle("play", _usual_gap(head, least=1))
    return Evidence(convincing, reason, style, None if speakers else first_filled(head))


def fountain_evidence(head: Sequence[str], path: Path) -> Evidence:
    """A `.fountain`, or scene headings and at least two cues over speeches, many of all paragraphs."""
    style = ScriptStyle("fountain")
    elements = list(fountain.read(head, style, ReadReport()))
    headings = sum(isinstance(element, SceneOpening) and element.heading is not None for element in elements)
    speeches = sum(isinstance(element, Line) and element.speaker is not None for element in elements)
    reason = f"scene headings: {headings:,}, speeches under a cue: {speeches:,}, of {len(elements):,} elements"
    misfit = None if headings or speeches else first_filled(head)
    named = path.suffix.lower() == ".fountain"
    convincing = named or (headings > 0 and speeches > 1 and headings + speeches >= 0.3 * len(elements))
    return Evidence(convincing, f"the name ends in .fountain; {reason}" if named else reason, style, misfit)


def _come_again(speakers: Sequence[str]) -> bool:
    """Whether names look like speakers: a glossary has a new one on every line."""
    return bool(speakers) and (len(speakers) < 10 or len(set(speakers)) <= _NEW_NAMES_ALLOWED * len(speakers))


def _usual_gap(head: Sequence[str], least: int) -> int:
    """How many empty lines most often stand between two filled ones (at least `least` of them)."""
    numbers = [number for number, _ in filled(head)]
    gaps = (after - before - 1 for before, after in pairwise(numbers))
    counts = Counter(gap for gap in gaps if gap >= least)
    return min(counts, key=lambda gap: (-counts[gap], gap), default=least)
