"""Lines of a table to records; fields may hold line breaks inside quotation marks.

A quotation mark that is never closed would swallow the rest of the file. So a record ends after `MAX_LINES`
lines, and where several lines together do not give the header's columns, the first of them is taken alone.
"""

import csv
from collections.abc import Iterable, Iterator

from textgen.corpus.formats.base import ReadReport

MAX_LINES = 100

CSV, TSV = ",;", "\t"
"""What may separate the fields of a table; spreadsheets write semicolons where a comma is the decimal mark."""


def records(lines: Iterable[str], delimiters: str, report: ReadReport) -> Iterator[tuple[int, list[str]]]:
    """The records of a table, each with the number of its first line (from 1).

    Args:
        lines: without their ends.
        delimiters: what may separate fields; the first one that parts the first record does.
        report: counts the records left out; the first record sets how many columns the others have.
    """
    source = _Source(lines)
    width, delimiter = 0, ""
    while taken := source.take():
        number, line = taken
        if not line.strip():
            continue
        delimiter = delimiter or next((sign for sign in delimiters if len(_parse(line, sign)) > 1), delimiters[0])
        opened = ends_inside(line, delimiter)
        record = _several_lines(source, line, delimiter, width) if opened else None
        if record is None:
            record = _one_line(line, delimiter, opened, report)
        if width and (len(record) < width or any(cell.strip() for cell in record[width:])):
            report.skip(number, line, f"{len(record)} columns where {width} were expected")
            continue
        width = width or len(record)
        yield number, record


def _one_line(line: str, delimiter: str, opened: bool, report: ReadReport) -> list[str]:
    """The record in a line. Fields between tabs need no quotation marks, so that odd ones there are text."""
    if delimiter == TSV and '"' in line and not _parse(line, delimiter, strict=True):
        report.change("quotation marks taken as text")
        return line.split(delimiter)
    report.change("quotation mark never closed", int(opened))
    return _parse(line, delimiter)


class _Source:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(enumerate(lines, start=1))
        self._waiting: list[tuple[int, str]] = []

    def take(self) -> tuple[int, str] | None:
        return self._waiting.pop() if self._waiting else next(self._lines, None)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._waiting.extend(reversed(lines))


def _several_lines(source: _Source, line: str, delimiter: str, width: int) -> list[str] | None:
    """The record that begins with a line and ends in a later one; None, and nothing taken, if none does."""
    more: list[tuple[int, str]] = []
    inside = True
    while inside and len(more) < MAX_LINES and (taken := source.take()):
        more.append(taken)
        inside = ends_inside(taken[1], delimiter, inside)
    record = _parse("\n".join([line, *(text for _, text in more)]), delimiter, strict=True)
    if inside or not record or (width and len(record) != width):
        source.give_back(more)
        return None
    return record


def ends_inside(line: str, delimiter: str, inside: bool = False) -> bool:
    """Whether a quoted field is still open at the end of a line.

    Args:
        line: a physical line.
        delimiter: what separates fields; a field is quoted where the mark is its first character.
        inside: whether one was open at its beginning.
    """
    place = line.find('"')
    while place >= 0:
        if not inside:
            inside = place == 0 or line[place - 1] == delimiter
        elif line.startswith('""', place):
            place += 1
        else:
            inside = False
        place = line.find('"', place + 1)
    return inside


def _parse(text: str, delimiter: str, strict: bool = False) -> list[str]:
    """The fields of one record, none where it is broken.

    Unless `strict`, a quotation mark that is never closed goes to the end of the text, and one that is closed in the
    middle of a field is forgiven.
    """
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=strict), [])
    except csv.Error:
        return []
