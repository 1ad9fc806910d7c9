"""The frame of licence and notes around the texts of Project Gutenberg, which is no part of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

_BEGINS = re.compile(
    r"\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG E-?(?:BOOK|TEXT)|\*END\*?\s*THE SMALL PRINT", re.IGNORECASE
)
_ENDS = re.compile(
    r"\*{3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG E-?(?:BOOK|TEXT)"
    r"|^\s*(?:THE )?END OF (?:THE |THIS )?PROJECT GUTENBERG(?:['’]S\b| E-?(?:BOOK|TEXT)\b)",
    re.IGNORECASE,
)
_CREDITS = re.compile(
    r"(?:this e-?(?:book|text) was )?(?:produced|prepared|transcribed) (?:by|from)\b|e-?(?:book|text) prepared by\b",
    re.IGNORECASE,
)


def has_licence(head: Sequence[str]) -> bool:
    """Whether a text is framed.

    Args:
        head: its first lines.
    """
    return any(_may_be_marked(line) and _BEGINS.search(line) for line in head)


def texts(lines: Iterable[str], left_out: Callable[[int], object]) -> Iterator[Iterator[str]]:
    """The lines of each text without its frame, streaming.

    Args:
        lines: of a file with one or more texts, each in its frame. The first line is a frame's.
        left_out: is told of each stretch of lines that was left out.
    """
    for is_text, stretch in groupby(_parted(lines), key=itemgetter(0)):
        if is_text:
            yield (line for _, line in stretch)
        else:
            left_out(sum(1 for _ in stretch))


def _parted(lines: Iterable[str]) -> Iterator[tuple[bool, str]]:
    """The lines, each with whether it belongs to a text."""
    state = "licence"
    for line in lines:
        marked = _may_be_marked(line)
        if state == "text" and not marked:
            yield True, line
            continue
        empty = not line.strip()
        if marked and state == "licence" and _BEGINS.search(line):
            state = "title" if "START OF" in line.upper() and not line.rstrip().endswith("***") else "opening"
            yield False, line
            continue
        if marked and state != "licence" and _ENDS.search(line):
            state = "licence"
        elif state == "title" and (empty or line.rstrip().endswith("***")):  # of the mark, over several lines
            state = "opening"
            yield False, line
            continue
        elif state == "opening" and not empty:
            state = "credits" if _CREDITS.match(line.strip()) else "text"
        elif state == "credits" and empty:
            state = "opening"
        yield state == "text", line


def _may_be_marked(line: str) -> bool:
    return "utenberg" in line or "UTENBERG" in line or "SMALL PRINT" in line
