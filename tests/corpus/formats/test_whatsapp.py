"""Chats of WhatsApp, from phones of many countries."""

from pathlib import Path

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE

HI = [("Nora", "hi there"), ("Tam Sample", "yes: two")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5/7/21, 8:04 PM - ", "5/7/21, 8:05 PM - "),
        ("5/7/21, 8:04\u202fPM - ", "5/7/21, 8:05\u202fPM - "),
        ("07.05.21, 20:04 - ", "07.05.21, 20:05 - "),
        ("07/05/2021 20:04 - ", "07/05/2021 20:05 - "),
        ("7/5/21 8:04 p. m. - ", "7/5/21 8:05 p. m. - "),
        ("2021-05-07 20 h 04 - ", "2021-05-07 20 h 05 - "),
        ("2021. 5. 7. 오후 8:04 - ", "2021. 5. 7. 오후 8:05 - "),
        ("20:04, 07/05/2021 - ", "20:05, 07/05/2021 - "),
        ("\u200f٧\u200f/٥\u200f/٢٠٢١, ٨:٠٤ م - ", "\u200f٧\u200f/٥\u200f/٢٠٢١, ٨:٠٥ م - "),
        ("[5/7/21, 8:04:12 PM] ", "[5/7/21, 8:05:12 PM] "),
        ("[07.05.21, 20:04:12] ", "[07.05.21, 20:05:12] "),
        ("[2021/5/7 下午8:04:12] ", "[2021/5/7 下午8:05:12] "),
        ("\u200e[7.5.2021 klo 20.04.12] ", "[7.5.2021 klo 20.05.12] "),
        ("7/5/21 20:04:12: ", "7/5/21 20:05:12: "),
    ],
)
def test_names_and_texts_without_dates(tmp_path: Path, first: str, second: str) -> None:
    text = f"{first}Nora: hi\nthere\n{second}Tam Sample: yes: two\n"
    assert read_chat(tmp_path / "chat.txt", text)[:2] == ("whatsapp", [HI])


def test_the_like_of_other_programs_is_read_too(tmp_path: Path) -> None:
    kakao = "2021년 5월 7일 오후 8:04, Nora : hi\nthere\n2021년 5월 7일 오후 8:05, Tam Sample : yes: two\n"
    viber = "[ 07/05/2021, 20:04 ] Nora: hi\nthere\n[ 07/05/2021, 20:05 ] Tam Sample: yes: two\n"
    for text in (kakao, viber):
        assert read_chat(tmp_path / "chat.txt", text)[:2] == ("whatsapp", [HI])


def test_what_android_writes_itself_is_left_out(tmp_path: Path) -> None:
    lines = (
        "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.",
        'Nora hat die Gruppe "Boot: Haus" erstellt',
        "Nora: <Medien ausgeschlossen>",
        "Nora: IMG-20210507-WA0001.jpg (Datei angehängt)\nso a lake",
        "Nora: null",
        "Nora: Diese Nachricht wurde gelöscht",
        "Nora: location: https://maps.google.com/?q=1,2",
        "Nora: I meant Thursday <Diese Nachricht wurde bearbeitet>",
        "Nora: 3 < 4 and 5 > 4",
        "\u202a+49 151 234\u202c: ok 👨‍👩‍👧",
    )
    text = "".join(f"07.05.21, 08:04 - {line}\n" for line in lines)
    format, found, report = read_chat(tmp_path / "chat.txt", text, join_minutes=0)
    said = [
        ("Nora", "so a lake"),
        ("Nora", "I meant Thursday"),
        ("Nora", "3 < 4 and 5 > 4"),
        ("+49 151 234", "ok 👨‍👩‍👧"),
    ]
    assert (format, found) == ("whatsapp", [said])
    assert counts(report, NOTICE, MEDIA, DELETED) == [2, 3, 1]


def test_what_an_iphone_marks_is_left_out(tmp_path: Path) -> None:
    lines = (
        "Boat house: \u200eNora created this group of people",
        "~\u202fNora: hi",
        "Nora: \u200eafbeelding weggelaten",
        "Nora: look \u200e<attached: 00000012-PHOTO.jpg>",
        "Nora: \u200eThis message was deleted.",
        "Nora: see @\u2068Tam\u2069 \u200e<This message was edited>",
    )
    text = "".join(f"\u200e[07/05/2021, 08:04:00] {line}\n" for line in lines)
    _, found, report = read_chat(tmp_path / "_chat.txt", text, join_minutes=0)
    assert found == [[("Nora", "hi"), ("Nora", "look"), ("Nora", "see @Tam")]]
    assert counts(report, NOTICE, MEDIA, DELETED) == [1, 1, 1]


def test_a_silence_is_seen_over_midnight_in_each_order_of_dates(tmp_path: Path) -> None:
    american = "1/30/21, 11:50 PM - Nora: a\n1/31/21, 12:05 AM - Tam: b\n2/1/21, 6:10 AM - Nora: c\n"
    british = "30/01/2021, 23:50 - Nora: a\n31/01/2021, 00:05 - Tam: b\n01/02/2021, 06:10 - Nora: c\n"
    for text in (american, british):
        found = read_chat(tmp_path / "chat.txt", text)[1]
        assert found == [[("Nora", "a"), ("Tam", "b")], [("Nora", "c")]]


def test_a_transcript_with_times_alone_is_no_chat(tmp_path: Path) -> None:
    text = "[00:01:02] Nora: hi\n[00:01:05] Tam: ho\n[00:01:09] Nora: he\n"
    path = tmp_path / "talk.txt"
    path.write_text(text)
    assert Corpus(path).files[0].format != "whatsapp"


def test_skype_says_beside_the_time_when_a_message_was_edited(tmp_path: Path) -> None:
    text = """\
[12/03/2024 18:02:11] Nora: hi there
[12/03/2024 18:03:11 | Edited 18:04:00] Tam: yes
[12/03/2024 18:03:12] Nora: good
"""
    said = [("Nora", "hi there"), ("Tam", "yes"), ("Nora", "good")]
    assert read_chat(tmp_path / "skype.txt", text)[:2] == ("whatsapp", [said])


def test_a_heading_or_the_end_of_a_message_may_come_first(tmp_path: Path) -> None:
    chat = "12/03/2024, 18:03 - Nora: hi there\n12/03/2024, 18:04 - Tam Sample: yes: two\n"
    for first in ("and so on\nuntil the end\n", "Chat with Nora\n\nSaved on: 12/03/2024, 20:00\n\n"):
        format, found, report = read_chat(tmp_path / "chat.txt", first + chat)
        assert (format, found) == ("whatsapp", [HI])
        assert counts(report, "line before the first message left out") == [2]


def test_the_day_of_kakaotalk_is_no_text(tmp_path: Path) -> None:
    days = (
        "2021년 5월 7일 오후 8:00\n2021년 5월 7일 오후 8:04, Nora : hi\nthere\n\n",
        "2021년 5월 7일 오후 8:05, Tam Sample : yes: two\n",
    )
    format, found, report = read_chat(
        tmp_path / "chat.txt", "Nora 님과 카카오톡 대화\n\n" + "2021년 5월 7일 오후 8:05\n".join(days)
    )
    assert (format, found) == ("whatsapp", [HI])
    assert counts(report, NOTICE) == [2]
