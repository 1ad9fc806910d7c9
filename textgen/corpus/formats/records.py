"""The records of tables with separated fields: commas, semicolons, tabs or bars, quoted in one of the usual ways.

A quotation mark that is never closed would swallow the rest of the file. So a record ends after `MAX_LINES`
lines, and where several lines together do not give the header's columns, the first of them is taken alone.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from textgen.corpus.formats.base import ReadReport

MAX_LINES = 300

CSV, TSV = ",;|", "\t"
"""What may separate the fields of a table; spreadsheets write semicolons where a comma is the decimal mark."""

_SPREADSHEET_HINT = re.compile(r'"?sep=(.)"?\s*')
_SPACE_BEFORE_A_QUOTE = re.compile(r'[,;|] +"')
_MOST_FIELDS = 5000
_TRIED = 200
"""So many records of a beginning tell the dialects apart."""


class Dialect(NamedTuple):
    """How the fields of a table are separated and quoted.

    Args:
        delimiter: what separates fields.
        backslash: whether a quotation mark in a quoted field is written `\\"`, besides `""`.
        spaces: whether spaces after a delimiter belong to no field.
    """

    delimiter: str
    backslash: bool = False
    spaces: bool = False


TABLE_SUFFIXES = (".csv", ".parquet", ".xlsx", ".xls")
"""Endings of files that hold tables and are read as commas separate their fields."""


def may_be_table(head: Sequence[str], delimiters: str, by_suffix: bool) -> bool:
    """Whether the first line that is not empty has several fields, or the file's name says that it is a table.

    Of too many fields nobody would make a table: it is a text in one line.
    """
    first = next((line for line in head if line.strip()), "")
    fields = [first.count(sign) for sign in delimiters]
    return bool(first) and max(fields) <= _MOST_FIELDS and (by_suffix or any(fields))


def find_dialect(head: Sequence[str], delimiters: str) -> Dialect:
    """The dialect in which the most records of a beginning have as many fields as the first, and at least two.

    Args:
        head: the first lines of a table.
        delimiters: what may separate fields; of equals the first is taken.
    """
    found = dialects(head, delimiters)
    return found[0] if len(found) == 1 else max(found, key=lambda dialect: _fit(head[:_TRIED], dialect))


def dialects(head: Sequence[str], delimiters: str) -> list[Dialect]:
    """The dialects in which a table may be written whose first lines, and what may separate its fields, are given."""
    if hint := _SPREADSHEET_HINT.fullmatch(next((line for line in head if line.strip()), "")):
        delimiters = hint[1]
    text = "\n".join(head[:_TRIED])
    ways = product(
        [sign for sign in delimiters if sign in text] or delimiters[0],
        (False, True) if '\\"' in text else (False,),
        (False, True) if _SPACE_BEFORE_A_QUOTE.search(text) else (False,),
    )
    return [Dialect(*way) for way in ways]


def first_records(head: Sequence[str], dialect: Dialect, report: ReadReport) -> list[list[str]]:
    """The records of a beginning; only the very first of them where these show already that it is no table.

    Args:
        head: the first lines of a file.
        dialect: of its records, if it is a table.
        report: counts the records left out.
    """
    tried = ReadReport()
    rows = [record for _, record in records(head[:_TRIED], dialect, tried)]
    if tried.skipped > len(rows):
        report.skipped, report.first_skipped_line = tried.skipped, tried.first_skipped_line
        return rows
    return [record for _, record in records(head, dialect, report)]


def _fit(head: Sequence[str], dialect: Dialect) -> float:
    """How many records have as many fields as the first, at least two, less the broken ones."""
    report = ReadReport()
    widths = [len(record) for _, record in records(head, dialect, report)]
    several = len(widths) if widths and widths[0] > 1 else 0
    return several - 2 * report.skipped - sum(report.changes.values())


def records(lines: Iterable[str], dialect: Dialect, report: ReadReport) -> Iterator[tuple[int, list[str]]]:
    """The records of a table, each with the number of its first line (from 1).

    Args:
        lines: without their ends.
        dialect: how fields are separated and quoted.
        report: counts the records left out; the first record sets how many columns the others have.
    """
    source = _Source(lines)
    width = 0
    while taken := source.take():
        number, line = taken
        if not line.strip() or (not width and _SPREADSHEET_HINT.fullmatch(line)):
            continue
        opened = ends_inside(line, dialect)
        record = _several_lines(source, line, dialect, width) if opened else None
        if record is None:
            record = _one_line(line, dialect, opened, report, width)
        if width and (len(record) < width or any(cell.strip() for cell in record[width:])):
            report.skip(number, line, f"{len(record)} columns where {width} were expected")
            continue
        width = width or len(record)
        yield number, record


def _one_line(line: str, dialect: Dialect, opened: bool, report: ReadReport, width: int) -> list[str]:
    """The record in a line. Fields between tabs need no quotation marks, so that odd ones there are text.

    In a table of one column, a line that is not quoted is one field, whatever it holds.
    """
    if width == 1 and not line.startswith('"'):
        return [line]
    if dialect.delimiter == TSV and '"' in line and not parse(line, dialect, strict=True):
        report.change("quotation marks taken as text")
        return line.split(dialect.delimiter)
    report.change("quotation mark never closed", int(opened))
    return parse(line, dialect)


class _Source:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(enumerate(lines, start=1))
        self._waiting: list[tuple[int, str]] = []

    def take(self) -> tuple[int, str] | None:
        return self._waiting.pop() if self._waiting else next(self._lines, None)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._waiting.extend(reversed(lines))


def _several_lines(source: _Source, line: str, dialect: Dialect, width: int) -> list[str] | None:
    """The record that begins with a line and ends in a later one; None, and nothing taken, if none does."""
    more: list[tuple[int, str]] = []
    inside = True
    while inside and len(more) < MAX_LINES and (taken := source.take()):
        more.append(taken)
        inside = ends_inside(taken[1], dialect, inside)
    record = parse("\n".join([line, *(text for _, text in more)]), dialect, strict=True)
    if inside or not record or (width and len(record) != width):
        source.give_back(more)
        return None
    return record


def ends_inside(line: str, dialect: Dialect, inside: bool = False) -> bool:
    """Whether a quoted field is still open at the end of a line.

    Args:
        line: a physical line.
        dialect: how fields are separated and quoted; a field is quoted where the mark is its first character.
        inside: whether one was open at its beginning.
    """
    place = line.find('"')
    while place >= 0:
        if not inside:
            before = _before(line, place, " ") if dialect.spaces else place
            inside = before == 0 or line[before - 1] == dialect.delimiter
        elif dialect.backslash and (place - _before(line, place, "\\")) % 2:
            pass  # a backslash makes it text
        elif line.startswith('""', place):
            place += 1
        else:
            inside = False
        place = line.find('"', place + 1)
    return inside


def _before(line: str, place: int, sign: str) -> int:
    """Where the stretch of a sign begins that ends before a place; the place itself where there is none."""
    while place and line[place - 1] == sign:
        place -= 1
    return place


def parse(text: str, dialect: Dialect, strict: bool = False) -> list[str]:
    """The fields of one record, none where it is broken.

    Unless `strict`, a quotation mark that is never closed goes to the end of the text, and one that is closed in the
    middle of a field is forgiven.
    """
    if '"' not in text and not (dialect.backslash or dialect.spaces):
        return text.split(dialect.delimiter)  # as the reader does, but faster
    escape = "\\" if dialect.backslash else None
    reader = csv.reader(
        [text], delimiter=dialect.delimiter, escapechar=escape, skipinitialspace=dialect.spaces, strict=strict
    )
    try:
        return next(reader, [])
    except csv.Error:
        return []
