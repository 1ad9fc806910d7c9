"""Where documents begin and end in one file: separators that people put between texts, and Project Gutenberg's frame.

A mark such as `<|endoftext|>` is one wherever it is found. `---`, form feeds and three empty lines mean other things
too (headings, pages, chapters), so that they separate documents of plain text only, and only where the pieces look like
texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter

from textgen.corpus.reading_options import ReadingOptions

_FEWEST = 3
"""Fewest documents that are evidence for a separator that may mean something else."""

_ESCAPES = (("\\f", "\f"), ("\\n", "\n"), ("\\t", "\t"))
_IN_BRACKETS = re.compile(r"<\S.*>")
_FIELD = re.compile(r"\s*(?:- )?[\w.-]+:(?:\s|$)|\s*- ")
_PAGES = 5
_LINES_OF_A_PAGE = 20
_MOST_IN_A_HEADING = 100


@dataclass(frozen=True)
class Separator:
    """What stands between two documents.

    Args:
        name: for a person.
        pattern: what is found in a line; None where nothing in one separates.
        empty_lines: so many of them, or more, separate; 0 where something in a line does.
    """

    name: str
    pattern: re.Pattern[str] | None = None
    empty_lines: int = 0

    def documents(self, lines: Iterable[str]) -> Iterator[Iterator[str]]:
        """The lines of each document, streaming, without empty lines at its beginning and its end.

        Args:
            lines: of all documents; one must be read before the next one is asked for.
        """
        for _, numbered in groupby(self._numbered(lines), key=itemgetter(0)):
            yield (line for _, line in numbered)

    def _numbered(self, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
        """The lines with the numbers of their documents."""
        number, begun, empty = 0, False, list[str]()
        for line in lines:
            for place, piece in enumerate(self.pattern.split(line) if self.pattern else (line,)):
                if place:
                    number, begun, empty = number + 1, False, []
                if not piece.strip():
                    empty.append(piece)
                    continue
                if self.empty_lines and len(empty) >= self.empty_lines:
                    number += 1
                elif begun:
                    yield from ((number, each) for each in empty)
                begun, empty = True, []
                yield number, piece


def alone(name: str, pattern: str) -> Separator:
    """What stands alone on a line."""
    return Separator(name, re.compile(rf"^\s*(?:{pattern})\s*$"))


WHOLE = Separator("nothing")
"""All is one document."""

MARKS = Separator("`<|endoftext|>`", re.compile(r"<\|(?:start|begin|end)_?of_?text\|>"))
_AT_AN_EDGE = re.compile(rf"^\s*{MARKS.pattern.pattern}|{MARKS.pattern.pattern}\s*$")  # type: ignore[union-attr]
_FORM_FEED = Separator("a form feed", re.compile("\f"))
_RULES = {sign: alone(f"`{sign * 3}` alone on a line", rf"{sign}{{3,}}") for sign in "-=~"} | {
    "%": alone("`%` alone on a line", "%")
}
"""By the sign that they begin with."""
_EMPTY_LINES = Separator("three empty lines", empty_lines=3)


def asked_separator(options: ReadingOptions) -> Separator | None:
    """The separator that a person named; None where none was named.

    Example:
        >>> asked_separator(ReadingOptions(document_separator="***")).name
        '`***` alone on a line'
    """
    text = options.document_separator
    if text is None:
        return None
    for written, meant in _ESCAPES:
        text = text.replace(written, meant)
    if not text.strip("\r\n"):
        number = max(text.count("\n") - 1, 1)
        return Separator("one empty line" if number == 1 else f"{number} empty lines", empty_lines=number)
    text = text.strip("\r\n").strip(" ") or text
    if MARKS.pattern is not None and MARKS.pattern.fullmatch(text):
        return MARKS
    if text == "\f" or _IN_BRACKETS.fullmatch(text):
        return Separator(_FORM_FEED.name if text == "\f" else f"`{text}`", re.compile(re.escape(text)))
    return alone(f"`{text}` alone on a line", re.escape(text))


def with_marks(head: Sequence[str], options: ReadingOptions) -> ReadingOptions:
    """The options, with the separator that nobody needs to name: `<|endoftext|>` at the beginnings or ends of lines."""
    if options.document_separator is None and any("<|" in line and _AT_AN_EDGE.search(line) for line in head):
        return replace(options, document_separator="<|endoftext|>")
    return options


def separator_in(head: Sequence[str]) -> Separator | None:
    """What separates the documents of a plain text; None where it is one document.

    Args:
        head: the first lines of the file.
    """
    if any("\f" in line for line in head) and not _is_paged(head) and _texts(head, _FORM_FEED, 1):
        return _FORM_FEED
    begins = "".join(line.strip()[:1] or " " for line in head)
    for sign, rule in _RULES.items():
        if begins.count(sign) < _FEWEST - 1:
            continue
        places = [place for place, line in enumerate(head) if _is(rule, line)]
        if len(places) >= _FEWEST - 1 and not _are_underlines(head, places) and _texts(head, rule, 1):
            return None if _are_records(head, rule) else rule
    return _EMPTY_LINES if " " * _EMPTY_LINES.empty_lines in begins and _texts(head, _EMPTY_LINES, 2) else None


def _is(rule: Separator, line: str) -> bool:
    return rule.pattern is not None and rule.pattern.match(line) is not None


def _texts(head: Sequence[str], separator: Separator, fewest_lines: int) -> bool:
    """Whether there are several pieces, and most have at least so many lines."""
    lengths = sorted(sum(1 for line in document if line.strip()) for document in separator.documents(head))
    return len(lengths) >= _FEWEST and lengths[len(lengths) // 2] >= fewest_lines


def _are_records(head: Sequence[str], rule: Separator) -> bool:
    """Whether most pieces are fields with values, as in YAML, where the rules belong to the text."""
    pieces = [[line for line in document if line.strip()] for document in rule.documents(head)]
    return sum(all(_FIELD.match(line) for line in piece) for piece in pieces) > len(pieces) / 2


def _is_paged(head: Sequence[str]) -> bool:
    """Whether form feeds come at regular distances, as between the pages of a printed text."""
    places = [place for place, line in enumerate(head) if "\f" in line]
    distances = sorted(second - first for first, second in pairwise(places))
    if len(distances) < _PAGES:
        return False
    middle = distances[len(distances) // 2]
    regular = sum(abs(distance - middle) <= 2 for distance in distances) >= 0.8 * len(distances)
    return regular and middle >= _LINES_OF_A_PAGE


def _are_underlines(head: Sequence[str], places: Sequence[int]) -> bool:
    """Whether most rules stand right below a single line, as below a heading; metadata before a text do not count."""
    if places[0] == next((place for place, line in enumerate(head) if line.strip()), None):
        places = places[2:]  # a blog's page begins with metadata between two rules
    if len(places) < _FEWEST - 1:
        return True
    return sum(_is_underline(head, place) for place in places) > len(places) / 2


def _is_underline(head: Sequence[str], place: int) -> bool:
    above, before = head[place - 1] if place else "", head[place - 2] if place > 1 else ""
    return bool(above.strip()) and not before.strip() and len(above) <= _MOST_IN_A_HEADING
