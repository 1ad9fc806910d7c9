"""Text of others in a page of Markdown: it stays text, whatever it holds (CommonMark 0.31, sections 2.4 and 4.5)."""

import re
from collections.abc import Iterator, Sequence

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#!$]")
_BACKTICKS = re.compile("`+")
_FEWEST = 3


def escaped(text: str) -> str:
    """The text in one line, without meaning for Markdown, to stand behind something else in a line.

    Example:
        >>> escaped("*my* [show]")
        '\\\\*my\\\\* \\\\[show\\\\]'
    """
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def fenced(lines: Sequence[str]) -> Iterator[str]:
    """The lines as a block of code, between fences that are longer than any row of backticks in them."""
    longest = max((len(found) for line in lines for found in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(_FEWEST, longest + 1)
    yield from (fence, *lines, fence)
