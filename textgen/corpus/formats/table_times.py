"""Tables of a chat: which of their columns say when something was said and by which side, and their messages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.columns import Columns
from textgen.corpus.formats.messages import DELETED, DELETED_TEXTS, ME, MEDIA, NOTICE, Message
from textgen.corpus.formats.naming import is_nobody
from textgen.corpus.formats.records import Dialect, records
from textgen.corpus.formats.timestamps import DateOrder, find_order, iso_seconds, number_seconds, seconds, visible
from textgen.corpus.reading import TextFile

_NAMED = re.compile(r"time|date|stamp|created|sent|epoch|utc|(?:\b|_)ts\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,\s")
_EARLIEST, _LATEST = 6e8, 5e9  # from 1989 to 2128, in seconds
_UNITS = (1.0, 1e-3, 1e-6)
_LONGEST = 60
_NEARLY_ALL = 0.9
_MOST = 0.5
_LOOKED_AT = 200
_SENT = re.compile(
    "sent|outgoing|outbound|out|outbox|gesendet|ausgehend|envoyée?|sortant|enviad[oa]|saliente|inviat[oa]|uscita|"
    "verzonden|uitgaand|отправлено|исходящее|wysłane|skickat|sendt",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    "received|incoming|inbound|in|inbox|empfangen|eingehend|reçue?|entrant|recibid[oa]|entrante|ricevut[oa]|entrata|"
    "recebid[oa]|ontvangen|inkomend|получено|входящее|odebrane|mottaget|modtaget",
    re.IGNORECASE,
)


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
        """The time as it is written in a row, without the weekday; nothing where the cell is too long for one."""
        stamp = ", ".join(visible(record[place]).strip() for place in self.places)
        weekday = _WEEKDAY.match(stamp)
        return stamp[weekday.end() if weekday else 0 :] if len(stamp) <= _LONGEST else ""


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


class MessageDirection(NamedTuple):
    """How the rows of a table say whether a message was sent or received.

    Args:
        place: the number of the column, from 0.
        names_peers: whether the speaker of what was sent is the one that it was sent to.
    """

    place: int
    names_peers: bool

    def speaker(self, record: Sequence[str], name: str) -> str:
        """Who wrote a message, where a name stands in its row."""
        return ME if _is(_SENT, record[self.place]) and (self.names_peers or not name) else name


def find_direction(rows: Sequence[Sequence[str]], columns: Columns, times: Times) -> MessageDirection | None:
    """The column that says for most rows whether they were sent or received; None where none has both.

    Args:
        rows: the first records without the header.
        columns: what the other columns hold.
        times: likewise.
    """
    taken = (columns.speaker, columns.text, *columns.document, *times.places)
    for place in range(len(rows[0]) if rows else 0):
        cells = Counter(row[place] for row in rows)
        sent, received = (sum(cells[cell] for cell in cells if _is(way, cell)) for way in (_SENT, _RECEIVED))
        if place not in taken and sent and received and sent + received > _MOST * len(rows):
            return MessageDirection(place, _names_peers(rows, columns, place))
    return None


def _names_peers(rows: Sequence[Sequence[str]], columns: Columns, place: int) -> bool:
    """Whether most of the names in rows that were sent are those of people from whom others were received."""
    named = [(row[place], row[columns.speaker].strip()) for row in rows if columns.speaker is not None]
    peers = {name for cell, name in named if name and _is(_RECEIVED, cell)}
    senders = [name for cell, name in named if name and _is(_SENT, cell)]
    return sum(name in peers for name in senders) > _MOST * len(senders)


def _is(way: re.Pattern[str], cell: str) -> bool:
    return way.fullmatch(cell.strip()) is not None


def _moment_of_number(stamp: str) -> float | None:
    """The moment of a number of seconds since 1970, or of thousandths or millionths of them."""
    number = number_seconds(stamp)
    moments = [] if number is None else [number * unit for unit in _UNITS]
    return next((moment for moment in moments if _EARLIEST <= moment < _LATEST), None)


def read_messages(
    dialect: Dialect,
    columns: Columns,
    times: Times,
    direction: MessageDirection | None,
    file: TextFile,
    report: ReadReport,
) -> Iterator[Message]:
    """Yield the messages of a table.

    Args:
        dialect: of its records.
        columns, times, direction, report: as `messages_in` takes them.
        file: the table.
    """
    rows = (record for _, record in records(file.lines(), dialect, report))
    if columns.header:
        next(rows, None)
    return messages_in(rows, columns, times, direction, report)


def messages_in(
    rows: Iterable[Sequence[str]],
    columns: Columns,
    times: Times,
    direction: MessageDirection | None,
    report: ReadReport,
) -> Iterator[Message]:
    """Yield the messages of records; each document of them is a chat, and each peer.

    Args:
        rows: the records without the header.
        columns: what they hold.
        times: how they say when something was said.
        direction: how they say whether it was sent or received; None where they do not.
        report: counts notices, deleted messages, and those without text.
    """
    chats: dict[tuple[str, ...], int] = {}
    for record in rows:
        name = "" if columns.speaker is None else " ".join(record[columns.speaker].split())
        speaker = name if direction is None else direction.speaker(record, name)
        text = record[columns.text].strip()
        if not text:
            report.change(MEDIA)
        elif text in DELETED_TEXTS:
            report.change(DELETED)
        elif not speaker or is_nobody(speaker):
            report.change(NOTICE)
        else:
            peer = (name,) if direction is not None and direction.names_peers else ()
            chat = chats.setdefault((*columns.documents(record), *peer), len(chats))
            yield Message(speaker, text, times.moment(record), chat)
