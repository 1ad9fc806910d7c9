"""What speaks for a format, and the small counts that all formats use to find it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textgen.corpus.report import excerpt
from textgen.corpus.style import ScriptStyle


@dataclass(frozen=True)
class Evidence:
    """How well a file fits a format.

    Args:
        convincing: whether to take the format without being told.
        reason: what was found, for a person.
        style: how the file's scripts are put into text.
        misfit: the number (from 1) of the first line that does not fit, where the file cannot be read in this
            format at all; None where it can.
    """

    convincing: bool
    reason: str
    style: ScriptStyle
    misfit: int | None = None


def filled(head: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that are not empty, without white space at their ends, numbered from 1."""
    return [(number, line.strip()) for number, line in enumerate(head, start=1) if line.strip()]


def first_filled(head: Sequence[str]) -> int:
    """The number (from 1) of the first line that is not empty."""
    return next((number for number, _ in filled(head)), 1)


def misfit_line(head: Sequence[str], number: int) -> str:
    """The line of that number (from 1), as an error names it."""
    return f"line {number} does not fit: {excerpt(head[number - 1])!r}" if head else "it has no lines"


def share(part: int, whole: int) -> str:
    """`9 of 10`, for reasons."""
    return f"{part:,} of {whole:,}"
