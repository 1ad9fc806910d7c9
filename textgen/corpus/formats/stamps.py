"""Times and numbers in front of lines, as transcripts have them: found, and left out."""

import re
from collections.abc import Sequence
from itertools import pairwise

_MONTH = r"[^\W\d_]{3,12}\.?"
_AT = r",?\s(?:(?:at|um|à|alle|às)\s)?"
_WORDED = rf"\d{{1,2}}\.?\s(?:de\s)?{_MONTH}\s(?:de\s)?\d{{4}}{_AT}"
_MONTH_FIRST = rf"{_MONTH}\s\d{{1,2}},?\s\d{{4}}{_AT}"  # in brackets only: else many words would be looked at
_DATE = rf"(?:(?:\d{{4}}-\d\d-\d\d[T ]|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}},?\s|{_WORDED}))?"
_DAY = r"(?:[^\W\d_]{2,12}\.?,?\s(?:at\s)?)?"
_CLOCK = r"\d{1,3}:\d{1,2}(?::\d{1,2}){0,2}(?:[.,]\d{1,3})?"
_ARROW = r"\s{0,3}(?:-->|->|to|[-–—])\s{0,3}"
_SECONDS = rf"\d{{1,6}}(?:\.\d{{1,3}})?s?{_ARROW}\d{{1,6}}(?:\.\d{{1,3}})?s?|\d{{1,6}}(?:\.\d{{1,3}})?s"
_SPAN = rf"{_DATE}{_CLOCK}(?:{_ARROW}{_CLOCK})?(?:\s?(?:[ap]m|uhr)\b)?"
_IN_BRACKETS = rf"\s{{0,3}}(?:(?:{_MONTH_FIRST}|{_DAY}){_SPAN}|{_SECONDS})\s{{0,3}}[\])>}}]"
_BRACKETED = rf"[\[(<{{]{_IN_BRACKETS}"
_OF_F4 = rf"#{_CLOCK}(?:-\d{{1,3}})?#"

STAMP = rf"(?:{_BRACKETED}|{_OF_F4}|{_SPAN}(?![\w:/]))"
"""A pattern of a time, or of two with an arrow between them; case is to be ignored."""

DAY = (
    r"(?:(?:today|yesterday|heute|gestern|aujourd['’]hui|hier|hoy|ayer|oggi|ieri|hoje|ontem)"
    r"(?:,|\s(?:at|um|à|a las|alle|às))?\s)?"
)
"""A pattern of a day that chat programs write before a time; case is to be ignored."""

BRACKETS = "[(<{"
"""What a time in brackets begins with."""

_LEADING = re.compile(rf"{STAMP}\s*(?:[-–—|:]\s+)?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,5})[.)]?\s+(?=\D)")
_INSIDE = re.compile(rf" ?[\[(]{_SPAN}[\])]| ?{_OF_F4}| ?\[SPEAKER_TURN\]", re.IGNORECASE)
_AT_END = re.compile(rf"(?<=\S)\s*{_OF_F4}\Z")
_ANYWHERE = re.compile(rf"[:\[(<{{](?:(?<=\d:)\d|(?<!:){_IN_BRACKETS})")
"""Its first sign is in few lines, so that the others are passed over quickly."""
_DIGITS = re.compile(r"[\d.,:]+")
_FEWEST = 3
_LONGEST = 40
_DOTS_OF_DATES = 2
_NUMBERED = 0.4
_TIMES_ALONE, _TIMES_BEFORE = 0.3, 0.5
_LATEST_BEGINNING = 120


def has_time(line: str) -> bool:
    """Whether there may be a time anywhere in a line."""
    return _ANYWHERE.search(line) is not None


def without_end(line: str) -> tuple[str, bool]:
    """A line without the time that f4 or MAXQDA sets behind a text (`#00:00:05-1#`), and whether there was one.

    Args:
        line: without white space at its end.
    """
    found = _AT_END.search(line, max(0, len(line) - _LONGEST)) if line.endswith("#") else None
    return (line[: found.start()], True) if found else (line, False)


def unstamped(line: str, numbered: bool = False) -> tuple[str, bool]:
    """A line without what counts it, and whether there was something.

    Args:
        line: without white space in front.
        numbered: whether a number in front counts the line, too.

    Example:
        >>> unstamped("[00:01:02] Nora: At 7:15."), unstamped("12  NORA: Yes.", numbered=True)
        (('Nora: At 7:15.', True), ('NORA: Yes.', True))
    """
    number = _NUMBER.match(line) if numbered else None
    rest = line[number.end() :] if number else line
    stamp = _LEADING.match(rest)
    return (rest[stamp.end() :], True) if stamp else (rest, number is not None)


def without_times(text: str) -> tuple[str, int]:
    """A text without the times in brackets inside it, and how many there were."""
    kept, times = _INSIDE.subn("", text)
    return (kept.strip(), times) if times else (text, 0)


def are_numbered(head: Sequence[str]) -> bool:
    """Whether many lines begin with numbers that count them."""
    numbers = [int(found[1]) for line in head if (found := _NUMBER.match(line.strip()))]
    steps = sum(after == before + 1 for before, after in pairwise(numbers))
    return steps >= max(_FEWEST, _NUMBERED * sum(bool(line.strip()) for line in head))


def are_timed(head: Sequence[str]) -> bool:
    """Whether times stand above or before the lines of a text, growing from its beginning on.

    Hours and minutes without brackets (`07:15 Harbour`) are none: they are what a timetable says.
    """
    lines = [line.strip() for line in head if line.strip()]
    stamps = [(found[0].strip(), line) for line in lines if (found := _LEADING.match(line))]
    alone = sum(stamp == line for stamp, line in stamps)
    before = sum(stamp[0] in BRACKETS or stamp.count(":") > 1 for stamp, _ in stamps)
    if not stamps or (alone < _TIMES_ALONE * len(lines) and before < _TIMES_BEFORE * len(lines)):
        return False
    times = [_seconds(stamp) for stamp, _ in stamps]
    return times[0] <= _LATEST_BEGINNING and all(after >= before for before, after in pairwise(times))


def _seconds(stamp: str) -> float:
    """The first time in a stamp, in seconds (or in smaller units, where it counts frames)."""
    seconds = 0.0
    digits = (found.replace(",", ".").strip(":.") for found in _DIGITS.findall(stamp))
    for part in next(found for found in digits if found.count(".") < _DOTS_OF_DATES).split(":"):
        seconds = 60 * seconds + float(part)
    return seconds
