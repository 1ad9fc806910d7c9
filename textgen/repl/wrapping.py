"""Lines broken between words while they are still being written."""

import re
from collections.abc import Callable

from textgen.repl.rendering import Fragments

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")
_LONGEST_WAIT = 24
"""Columns of a word from which on it is shown before it is whole: some scripts have no spaces."""


class Wrapper:
    """Holds a word back until it is whole, then puts it on this line or the next. A line end lets everything out.

    Args:
        width: columns of a line, asked for anew each time, since windows change.
        measure: columns that a text takes.

    Example:
        >>> wrapper = Wrapper(lambda: 9, len)
        >>> "".join(text for _, text in wrapper.feed([("", "hello the"), ("", "re, you\\n")]))
        'hello\\nthere,\\nyou\\n'
    """

    def __init__(self, width: Callable[[], int], measure: Callable[[str], int]) -> None:
        self._width, self._measure = width, measure
        self._column = 0
        self._gap = ""
        self._word: Fragments = []

    def feed(self, fragments: Fragments, indent: int = 0) -> Fragments:
        """What can be shown now that this was added.

        Args:
            fragments: to be shown.
            indent: columns left free at the beginning of a line that goes on with the one before.
        """
        shown: Fragments = []
        for style, text in fragments:
            for part in _PARTS.findall(text):
                if part == "\n":
                    shown += [*self._placed(indent), ("", "\n")]
                    self._column, self._gap = 0, ""
                elif part.isspace():
                    shown += self._placed(indent)
                    self._gap += part
                else:
                    self._word.append((style, part))
                    if self._wide(self._word) >= _LONGEST_WAIT:
                        shown += self._placed(indent)
        return shown

    def _placed(self, indent: int) -> Fragments:
        if not self._word:
            return []
        needed, width = self._wide(self._word), self._width()
        gap = self._gap
        if self._column and self._column + self._measure(gap) + needed > width:
            gap, self._column = "\n" + " " * indent, indent
        else:
            self._column += self._measure(gap)
        self._column = (self._column + needed - 1) % width + 1
        placed: Fragments = [("", gap), *self._word] if gap else self._word
        self._gap, self._word = "", []
        return placed

    def _wide(self, fragments: Fragments) -> int:
        return sum(self._measure(text) for _, text in fragments)
