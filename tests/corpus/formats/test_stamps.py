"""Times in front of lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.stamps import are_numbered, are_timed, has_time, unstamped, without_times

STAMPS = [
    "00:01:02", "[00:01:02]", "(0:15)", "00:01:02.345", "0:0:2.5", "1:02,345", "00:01:12:20", "[1:02 PM]", "{0:01}",
    "[00:00:00.000 --> 00:00:03.800]", "[ 00:00:00.497 -->  00:00:09.779]", "0:0:0.0 --> 0:0:4.120", "[0.00s -> 3.20s]",
    "00:00:01:12 - 00:00:03:20", "2024-03-02 12:03:11", "[2024-03-02T12:03:11]", "<00:02>", "[12.5s]",
    "#00:00:05-1#", "#0:00:05.1#",
    "12.03.2024 18:02:11", "[12 Mar 2024 at 18:02:11]", "[Mar 12, 2024 at 6:02:11 PM]", "[12. März 2024 um 18:02]",
    "12 de mayo de 2024, 18:02",
]  # fmt: skip


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("between", [" ", "  ", "\t", " - ", " | "])
def test_a_time_in_front_is_left_out(stamp: str, between: str) -> None:
    assert unstamped(f"{stamp}{between}Nora: Hello.") == ("Nora: Hello.", True)
    assert unstamped(stamp) == ("", True)
    assert has_time(stamp)


@pytest.mark.parametrize("line", ["Nora: At 7:15.", "1. One", "3:2x", "[bar]", "(softly) yes", "10 boats", "2:1:"])
def test_other_lines_stay(line: str) -> None:
    assert unstamped(line) == (line, False)


def test_numbers_are_left_out_where_they_count_cues() -> None:
    assert unstamped("12  NORA: Yes.", numbered=True) == ("NORA: Yes.", True)
    assert are_numbered(["1. a", "", "2. b", "3. c", "4. d"])
    assert not are_numbered(["12 boats", "7 sails", "8 oars", "and", "a", "dog"])


def test_times_inside_a_text_are_left_out() -> None:
    assert without_times("Well [00:00:19] then (0:21)") == ("Well then", 2)
    assert without_times("Well #00:00:19-2# then. #00:00:21-0#") == ("Well then.", 2)
    assert without_times("we meet at 7:15 (maybe)") == ("we meet at 7:15 (maybe)", 0)


def test_a_text_is_timed_from_its_beginning_on() -> None:
    assert are_timed(["0:00", "so today", "0:04", "we sharpen", "0:09", "a spade"])
    assert are_timed(["[00:00] a", "[00:04] b"])
    assert not are_timed(["07:15 Harbour", "07:40 Mill", "08:05 Island"])
    assert not are_timed(["[09:00] Breakfast", "[12:00] Lunch"])
    assert not are_timed(["[00:09] b", "[00:01] a"])
    assert not are_timed([])


@given(st.text(alphabet="0123456789:.,[]()<>-sa \t", max_size=30))
def test_any_line_is_looked_at(line: str) -> None:
    rest, stamped = unstamped(line.strip())
    assert stamped or rest == line.strip()
    are_timed([line, rest])


@pytest.mark.parametrize("stamp", STAMPS)
def test_all_lines_may_begin_with_a_time(stamp: str) -> None:
    are_timed([f"{stamp} Nora"] * 4)
