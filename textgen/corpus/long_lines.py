"""Lines of any length cut into pieces, between sentences where there are some, else between words."""

import re
import unicodedata
from collections.abc import Iterator

PIECE = 1000
"""Most characters of a piece."""

_AFTER_A_SENTENCE = re.compile(r"""[.!?…]["'”’)\]]*\s+|[。！？][”’」』]?\s*""")
_AFTER_A_WORD = re.compile(r"\s+")


def cut(line: str) -> Iterator[str]:
    """The pieces of a line; white space between two of them is dropped.

    Example:
        >>> [len(piece) for piece in cut("It rains. " * 250)]
        [999, 999, 499]
    """
    begin = 0
    while len(line) - begin > PIECE:
        end, after = _place(line, begin + PIECE // 2, begin + PIECE)
        yield line[begin:end]
        begin = after
    if begin < len(line):
        yield line[begin:].rstrip()


def _place(line: str, first: int, last: int) -> tuple[int, int]:
    """Where the best cut between two places ends one piece and begins the next."""
    for pattern in (_AFTER_A_SENTENCE, _AFTER_A_WORD):
        if found := [*pattern.finditer(line, first, last)]:
            return found[-1].start() + len(found[-1][0].rstrip()), found[-1].end()
    while last > first and unicodedata.combining(line[last]):
        last -= 1
    return last, last
