"""Logs of IRC and its kin: `[08:04] <nora> hi`, `08:04 <@nora> hi`, `2021-05-07 08:04:12 <nora> hi`."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from textgen.corpus.formats.base import Evidence, ReadReport, filled, share
from textgen.corpus.formats.messages import NOTICE, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import STAMP, DateOrder, find_order, seconds, visible
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\s?(?P<half>[AaPp])[Mm])?"
_LINE = re.compile(rf"\[?(?:{_CLOCK}|(?P<stamp>{STAMP}))\]?\s*(?:<(?P<name>[^<>]{{1,60}})>\s?(?P<text>.*))?")
_LEAST = 0.5
_DAY = 24 * 3600
_BACK = 3600
"""A clock that goes back by more seconds has passed midnight."""


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether angle brackets open anywhere."""
    return any("<" in line for line in head)


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that most lines begin with a time and a name in angle brackets."""
    lines = [line for _, line in filled(head)]
    matches = (_LINE.match(visible(line)) for line in lines if "<" in line)
    said = [match for match in matches if match is not None and match["name"]]
    reason = f"{share(len(said), len(lines))} lines begin with a time and a name in angle brackets"
    order = find_order([match["stamp"] for match in said if match["stamp"]])
    return chat_evidence(
        partial(read, order=order), head, options, reason if said and len(said) >= _LEAST * len(lines) else None
    )


def read(file: TextFile, report: ReadReport, order: DateOrder = "ymd") -> Iterator[Message]:
    """Yield what was said; who came, went and did something is left out.

    Args:
        file: the log.
        report: counts notices.
        order: how its dates are written.
    """
    day, before = 0, 0.0
    for line in file.lines():
        found = _LINE.match(visible(line))
        if found is None or not found["name"] or not found["text"].strip():
            report.change(NOTICE, int(bool(line.strip())))
            continue
        if found["stamp"]:
            time = seconds(found["stamp"], order)
        else:
            clock = _seconds_of_day(found)
            day += clock < before - _BACK
            before = clock
            time = float(day * _DAY + clock)
        yield Message(found["name"].strip(" @+%&~!"), found["text"], time)


def _seconds_of_day(found: re.Match[str]) -> float:
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"] in "Pp")
    return 3600.0 * hour + 60 * int(found["minute"])


FORMATS = (chat_format("irc", 80, weigh, read, may_be=may_be),)
