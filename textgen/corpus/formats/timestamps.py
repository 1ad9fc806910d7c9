"""Dates and times as the chat programs of all countries write them, for how much time lies between two of them.

Only gaps are wanted, so a calendar of another era is read as if it were the Gregorian one. Which number is the day and
which the month differs from country to country: the order is taken in which the dates of a file never go back.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from math import isfinite
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
"""Day, month and year as they follow each other."""

_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")

_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\xa0\u2000-\u200a\u202f\u205f\u3000]")

_WORD = r"[^\W\d_]{3,12}"
_BETWEEN = r"(?:\s?[./\-年月]\s?|년\s?|월\s?|\sde\s|\s)"
_DATE = (
    rf"(?:\d{{1,4}}{_BETWEEN}(?:\d{{1,2}}|{_WORD}\.?){_BETWEEN}\d{{1,4}}|{_WORD}\.?\s\d{{1,2}}(?:,?\s\d{{4}})?"
    rf"|\d{{1,2}}\.?\s{_WORD}\.?)(?:\.|日|일|\s?г\.?)?"
)
_PERIOD = r"[^\d:\[\]\n,،<>|–—-]{1,12}?"
_TIME = rf"(?:{_PERIOD}\s?)?\d{{1,2}}(?:\s?[:.]\s?|\s?h\s?|時|시\s?)\d{{2}}(?:[:.]\d{{2}})?(?:\s?{_PERIOD})?"

STAMP = rf"(?:{_DATE}[,،、]?\s?{_TIME}|{_TIME},\s?{_DATE})"
"""A date and a time, in text that went through `visible`."""

_CLOCK = re.compile(r"(\d{1,2})(?:\s?[:.]\s?|\s?h\s?|時|시\s?)(\d{2})(?:[:.](\d{2}))?")
_STAMP = re.compile(STAMP)
_MOMENT = re.compile(
    rf"(?P<date>{_DATE})[,،、]?\s{{0,3}}(?:(?:at|um|à)\s)?\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    r"(?:\s?[ap]\.?m\.?|\s?uhr)?\s{0,3}(?:\([^()]*\))?",
    re.IGNORECASE,
)
_DATE_ALONE = re.compile(_DATE)
_NUMBERS = re.compile(r"\d+")
_CLOCK_LAST = re.compile(rf"(?P<date>{_DATE})[,،、]?\s?(?P<time>{_TIME})")
_CLOCK_FIRST = re.compile(rf"(?P<time>{_TIME}),\s?(?P<date>{_DATE})")
_OF_THE_STATES = re.compile(r"/.*\d\s?[AP]M\b")  # others with slashes write am and pm, or 24 hours
_PART = re.compile(rf"\d+|{_WORD}")
_AFTERNOON = re.compile(
    r"p\.?\s?m\b|pm|오후|下午|晚上|午後|μ\.?\s?μ|م|ب\.?\s?ظ|\bch\b|\böö?s\b|\bdu\b|ptg|अपराह्न", re.IGNORECASE
)
_MORNING = re.compile(
    r"a\.?\s?m\b|am|오전|上午|凌晨|早上|午前|π\.?\s?μ|ص|ق\.?\s?ظ|\bsa\b|\böö\b|\bde\b|पूर्वाह्न", re.IGNORECASE
)
_MONTHS = (
    ("jan", "ene", "gen", "янв", "ιαν", "sty", "led", "oca"),
    ("feb", "fév", "fev", "фев", "φεβ", "lut", "úno", "şub"),
    ("mar", "mär", "mrt", "maa", "мар", "μαρ", "bře"),
    ("apr", "avr", "abr", "апр", "απρ", "kwi", "dub", "nis"),
    ("may", "mai", "mag", "mei", "maj", "мая", "май", "μαΐ", "μαϊ", "kvě"),
    ("jun", "juin", "giu", "июн", "ιουν", "cze", "haz"),
    ("jul", "juil", "lug", "июл", "ιουλ", "lip", "tem"),
    ("aug", "aoû", "ago", "авг", "αυγ", "sie", "srp", "ağu"),
    ("sep", "set", "сен", "σεπ", "wrz", "zář", "eyl"),
    ("oct", "okt", "ott", "out", "окт", "οκτ", "paź", "eki"),
    ("nov", "ноя", "νοε", "lis", "kas"),
    ("dec", "dez", "déc", "dic", "дек", "δεκ", "gru", "pro", "ara"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_LONGEST_FIRST = sorted(_MONTH_OF, key=len, reverse=True)
_DAY = 24 * 3600


def visible(text: str) -> str:
    """The text without marks for the direction of writing, and with plain spaces for all others.

    Example:
        >>> visible("\u200e[8:04\u202fPM]")
        '[8:04 PM]'
    """
    return text if text.isascii() else _SPACES.sub(" ", _INVISIBLE.sub("", text))


def seconds(stamp: str, order: DateOrder) -> float | None:
    """The moment of a time stamp in seconds from any moment; None where it has no such date.

    Args:
        stamp: as STAMP matches it.
        order: of day, month and year where the month is a number.

    Example:
        >>> seconds("5/7/21, 8:04 PM", "mdy") - seconds("May 7 2021, 8:04 AM", "dmy")
        43200.0
    """
    found = _CLOCK_LAST.fullmatch(stamp) or _CLOCK_FIRST.fullmatch(stamp)
    day = _day(found["date"], order) if found else None
    return None if found is None or day is None else day * _DAY + _clock(found["time"])


def has_moment(text: str) -> bool:
    """Whether a date and a time stand in a text that went through `visible`.

    Example:
        >>> has_moment("Nora, [12.03.2024 18:02]"), has_moment("Speaker 1 0:12")
        (True, False)
    """
    found = _STAMP.search(text)
    return found is not None and any(seconds(found[0], order) is not None for order in _ORDERS)


def is_moment(text: str) -> bool:
    """Whether a text that went through `visible` is a date and a time alone, maybe with a remark in brackets.

    Example:
        >>> is_moment("Mar 12, 2024  6:02:11 PM (Read after 3 seconds)"), is_moment("Nora, 12.03.2024 18:02")
        (True, False)
    """
    found = _MOMENT.fullmatch(text)
    return found is not None and is_date(found["date"])


def is_date(text: str) -> bool:
    """Whether a text is a date with its year.

    Example:
        >>> is_date("March 12, 2024"), is_date("Maria 12")
        (True, False)
    """
    has_year = _DATE_ALONE.fullmatch(text) is not None and len(_NUMBERS.findall(text)) > 1
    return has_year and any(_day(text, order) is not None for order in _ORDERS)


def iso_seconds(text: object) -> float | None:
    """The moment of a time stamp in ISO 8601, in seconds from any moment; None where a value is none.

    Example:
        >>> iso_seconds("2021-05-07T08:04:00.000+00:00") - iso_seconds("2021-05-07T08:03:00")
        60.0
    """
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def number_seconds(value: object, unit: float = 1.0) -> float | None:
    """The moment of a number of seconds, or of other units, as a number or a text; None where a value is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        moment = float(value) * unit
    except (ValueError, OverflowError):
        return None
    return moment if isfinite(moment) else None


def find_order(stamps: Sequence[str]) -> DateOrder:
    """The order of day, month and year in which most stamps are dates that do not go back.

    Args:
        stamps: of one file, in its order.
    """
    orders = _ORDERS
    if any(_OF_THE_STATES.search(stamp) for stamp in stamps[:20]):
        orders = ("mdy", "dmy", "ymd")
    return min(orders, key=lambda order: _doubts([seconds(stamp, order) for stamp in stamps]))


def _doubts(times: Iterable[float | None]) -> int:
    doubts, before = 0, None
    for time in times:
        if time is None:
            doubts += 2
            continue
        doubts += before is not None and time < before
        before = time
    return doubts


def _day(text: str, order: DateOrder) -> int | None:
    """The number of a day; a date without a year is in 2000."""
    parts = _PART.findall(text)
    words = [part for part in parts if not part.isdecimal()]
    numbers = [int(part) for part in parts if part.isdecimal()]
    if words:
        month = _month(words[0])
        if month is None or not numbers:
            return None
        year, day = (numbers[0], numbers[-1]) if len(parts[0]) == 4 else (numbers[-1], numbers[0])
        return _ordinal(year if len(numbers) > 1 else 2000, month, day)
    if len(numbers) != 3:
        return None
    places = dict(zip(order, numbers, strict=True))
    written = dict(zip(order, (part for part in parts if part.isdecimal()), strict=True))
    if any(len(written[place]) > 2 for place in "dm") or len(written["y"]) == 1:
        return None
    return _ordinal(places["y"], places["m"], places["d"])


def _ordinal(year: int, month: int, day: int) -> int | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, day).toordinal()
    except ValueError:  # the second month of other calendars has more days
        return date(year, month, 28).toordinal() + day - 28


def _month(word: str) -> int | None:
    folded = word.casefold()
    return next((_MONTH_OF[name] for name in _LONGEST_FIRST if folded.startswith(name)), None)


def _clock(text: str) -> float:
    found = _CLOCK.search(text)
    if found is None:
        return 0.0
    hour, minute, second = (int(part or 0) for part in found.groups())
    if _AFTERNOON.search(text) and hour < 12:
        hour += 12
    elif _MORNING.search(text) and hour == 12:
        hour = 0
    return 3600.0 * hour + 60 * minute + second
