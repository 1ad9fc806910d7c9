"""Logs of IRC."""

from pathlib import Path

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.formats.messages import NOTICE


@pytest.mark.parametrize(
    "stamps",
    [
        ("08:04", "08:05", "15:00"),
        ("[08:04:12]", "[08:05:12]", "[15:00:00]"),
        ("[8:04 AM]", "[8:05 AM]", "[3:00 PM]"),
        ("2021-05-07 08:04:12", "2021-05-07 08:05:12", "2021-05-07 15:00:00"),
        ("[2021-05-07 08:04:12]", "[2021-05-07 08:05:12]", "[2021-05-08 08:00:00]"),
    ],
)
def test_times_and_names_in_angle_brackets(tmp_path: Path, stamps: tuple[str, str, str]) -> None:
    first, second, third = stamps
    text = (
        f"--- Log opened Fri May 07 2021\n{first} <@nora> hi <you>\n{first} -!- bo [~b@x] has joined #boat\n"
        f"{second} < tam> ho\n{second} * tam waves\n{third} <nora> late\n"
    )
    format, found, report = read_chat(tmp_path / "boat.log", text)
    assert (format, found) == ("irc", [[("nora", "hi <you>"), ("tam", "ho")], [("nora", "late")]])
    assert counts(report, NOTICE) == [3]


def test_midnight_is_no_silence(tmp_path: Path) -> None:
    text = "23:50 <nora> a\n00:10 <tam> b\n07:00 <nora> c\n"
    assert read_chat(tmp_path / "boat.log", text)[1] == [[("nora", "a"), ("tam", "b")], [("nora", "c")]]
