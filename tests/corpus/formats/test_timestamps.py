"""Dates and times of many countries."""

import re
from datetime import date

import pytest

from textgen.corpus.formats.timestamps import STAMP, find_order, iso_seconds, number_seconds, seconds, visible

MORNING, EVENING = 8 * 3600 + 4 * 60, 20 * 3600 + 4 * 60


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("5/7/21, 8:04 PM", EVENING),  # the United States
        ("07.05.21, 08:04", MORNING),  # Germany
        ("07.05.2021 um 08:04", MORNING),
        ("7/5/2021, 8:04 pm", EVENING),  # Australia
        ("07/05/2021 08:04", MORNING),  # Brazil
        ("7/5/21 8:04 p. m.", EVENING),  # Spain
        ("7-5-2021 08:04", MORNING),  # the Netherlands
        ("2021-05-07 08 h 04", MORNING),  # Canada
        ("07/05/21 08.04", MORNING),  # Indonesia
        ("7.5.2021 klo 8.04.00", MORNING),  # Finland
        ("7.05.2021 г., 8:04", MORNING),  # Bulgaria
        ("07. 05. 2021. 08:04", MORNING),  # Croatia
        ("2021. 05. 07. 8:04", MORNING),  # Hungary
        ("2021. 5. 7. 오후 8:04", EVENING),  # Korea
        ("2021년 5월 7일 오전 8:04", MORNING),
        ("2021/5/7 下午8:04", EVENING),  # China
        ("2021/05/07 8:04", MORNING),  # Japan
        ("7/5/21 8:04 μ.μ.", EVENING),  # Greece
        ("8:04 CH, 7/5/2021", EVENING),  # Vietnam
        ("\u200f٧\u200f/٥\u200f/٢٠٢١, ٨:٠٤ م", EVENING),  # Egypt
        ("5/7/21, 8:04\u202fPM", EVENING),
        ("07-May-21 08:04 PM", EVENING),
        ("May 7, 2021, 8:04 PM", EVENING),
        ("7 de mai. de 2021 08:04", MORNING),
        ("2021-05-07T08:04:00", MORNING),
    ],
)
def test_a_date_and_a_time(stamp: str, time: int) -> None:
    shown = visible(stamp)
    assert re.fullmatch(STAMP, shown)
    after = shown.replace("5/7/21", "5/20/21") if stamp.startswith("5/7/21") else shown
    order = find_order([shown, after])
    assert seconds(shown, order) == date(2021, 5, 7).toordinal() * 86400 + time


@pytest.mark.parametrize("text", ["00:01:02", "8:04 PM", "Nora: 5 of 7"])
def test_what_is_no_date(text: str) -> None:
    assert re.fullmatch(STAMP, text) is None


def test_the_order_is_the_one_in_which_dates_do_not_go_back() -> None:
    assert find_order(["1/2/21, 8:04", "2/2/21, 8:04", "1/3/21, 8:04"]) == "dmy"
    assert find_order(["1/2/21, 8:04", "1/13/21, 8:04"]) == "mdy"
    assert find_order(["21/1/2, 8:04", "21/1/30, 8:04", "21/2/1, 8:04"]) == "ymd"
    assert find_order(["5/7/21, 8:04 AM"]) == "mdy"
    assert find_order(["5/7/21, 8:04 am"]) == "dmy"


def test_other_eras_and_calendars_have_gaps_too() -> None:
    assert seconds("8/5/2564 08:04", "dmy") - seconds("7/5/2564 08:04", "dmy") == 86400
    assert seconds("1400/2/31 08:04", "ymd") - seconds("1400/2/30 08:04", "ymd") == 86400
    assert seconds("45/45/45 08:04", "dmy") is None


def test_numbers_and_iso_stamps() -> None:
    assert iso_seconds("2021-05-07T10:04:00.1234567+02:00") == pytest.approx(iso_seconds("2021-05-07T08:04:00.123456Z"))
    assert [iso_seconds(value) for value in ("yesterday", None, 5)] == [None] * 3
    assert number_seconds("1620374640000", 1e-3) == 1620374640
    assert [number_seconds(value) for value in ("nan", "1e999", True, None, "x")] == [None] * 5
