"""Tables of a chat: which of their columns say when something was said, and the messages in their rows."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.columns import Columns
from textgen.corpus.formats.messages import DELETED, DELETED_TEXTS, MEDIA, NOTICE, Message
from textgen.corpus.formats.naming import is_nobody
from textgen.corpus.formats.records import Dialect, records
from textgen.corpus.formats.timestamps import DateOrder, find_order, iso_seconds, number_seconds, seconds, visible
from textgen.corpus.reading import TextFile

_NAMED = re.compile(r"time|date|stamp|created|sent|epoch|utc|\bts\b", re.IGNORECASE)
_EARLIEST, _LATEST = 6e8, 5e9  # from 1989 to 2128, in seconds
_UNITS = (1.0, 1e-3, 1e-6)
_LONGEST = 60
_NEARLY_ALL = 0.9
_LOOKED_AT = 200


class Times(NamedTuple):
    """How the rows of a table say when something was said.

    Args:
        places: the numbers of the columns, from 0: one, or a date and a time beside each other.
        order: of day, month and year.
        newest_first: whether the rows come against the order of time.
    """

    places: tuple[int, ...]
    order: DateOrder = "dmy"
    newest_first: bool = False

    def moment(self, record: Sequence[str]) -> float | None:
        """When a row was said, in seconds from any moment; None where it does not tell."""
        stamp = self.stamp(record)
        time = iso_seconds(stamp) if ":" in stamp else _moment_of_number(stamp)
        return seconds(stamp, self.order) if time is None else time

    def stamp(self, record: Sequence[str]) -> str:
        """The time as it is written in a row; nothing where the cell is too long for one."""
        stamp = ", ".join(visible(record[place]).strip() for place in self.places)
        return stamp if len(stamp) <= _LONGEST else ""


def find_times(first: Sequence[str], rows: Sequence[Sequence[str]], columns: Columns) -> Times | None:
    """The columns with times; None where there are none, or the rows do not follow each other in time.

    Dates alone do not tell what was said soon after, nor do times alone on which day. Numbers are times only where the
    column's name says so.

    Args:
        first: the first record.
        rows: the first records without the header.
        columns: what the other columns hold.
    """
    if columns.speaker is None or columns.scene is not None:
        return None
    free = [place for place in range(len(first)) if place not in (columns.speaker, columns.text, *columns.document)]
    beside = ((one, other) for one, other in pairwise(free) if other == one + 1)
    rows = sorted(rows[:_LOOKED_AT], key=columns.documents)
    for places in [*((place,) for place in free), *beside]:
        named = columns.header and any(_NAMED.search(first[place]) for place in places)
        stamps = [Times(places).stamp(row) for row in rows]
        if not named and any(stamp.isdecimal() for stamp in stamps):
            continue
        for newest_first in (False, True):
            times = Times(places, find_order(stamps[::-1] if newest_first else stamps), newest_first)
            if _follow(rows, times, columns):
                return times
    return None


def _follow(rows: Sequence[Sequence[str]], times: Times, columns: Columns) -> bool:
    """Whether nearly all rows have a time, and nearly all of a document follow each other as they should."""
    known = [(columns.documents(row), time) for row in rows if (time := times.moment(row)) is not None]
    steps = [later - time for (one, time), (other, later) in pairwise(known) if one == other]
    good = sum(step <= 0 if times.newest_first else step >= 0 for step in steps)
    return len(known) >= max(1, _NEARLY_ALL * len(rows)) and good >= _NEARLY_ALL * len(steps)


def _moment_of_number(stamp: str) -> float | None:
    """The moment of a number of seconds since 1970, or of thousandths or millionths of them."""
    number = number_seconds(stamp)
    moments = [] if number is None else [number * unit for unit in _UNITS]
    return next((moment for moment in moments if _EARLIEST <= moment < _LATEST), None)


def read_messages(
    dialect: Dialect, columns: Columns, times: Times, file: TextFile, report: ReadReport
) -> Iterator[Message]:
    """Yield the messages of a table; each document of it is a chat.

    Args:
        dialect: of its records.
        columns: what they hold.
        times: how they say when something was said.
        file: the table.
        report: counts notices, deleted messages, and those without text.
    """
    chats: dict[tuple[str, ...], int] = {}
    rows = records(file.lines(), dialect, report)
    if columns.header:
        next(rows, None)
    for _, record in rows:
        speaker = "" if columns.speaker is None else " ".join(record[columns.speaker].split())
        text = record[columns.text].strip()
        if not text:
            report.change(MEDIA)
        elif text in DELETED_TEXTS:
            report.change(DELETED)
        elif not speaker or is_nobody(speaker):
            report.change(NOTICE)
        else:
            chat = chats.setdefault(columns.documents(record), len(chats))
            yield Message(speaker, text, times.moment(record), chat)
