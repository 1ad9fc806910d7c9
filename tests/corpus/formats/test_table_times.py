"""Tables that say when something was said are chats."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.columns import Columns
from textgen.corpus.formats.messages import JOINED, MEDIA, NOTICE
from textgen.corpus.formats.table_times import find_times
from textgen.corpus.reading_options import ReadingOptions

DISCORD = """\
AuthorID,Author,Date,Content,Attachments,Reactions
1,nora_t#1001,07-May-21 08:04 AM,"hi (you)
there",,
1,nora_t#1001,07-May-21 08:14 AM,are you up?,,
2,Tam,07-May-21 08:20 AM,,https://cdn.example/a.png,
2,Tam,07-May-21 08:21 AM,yes,,heart (1)
2,Tam,07-May-21 08:32 AM,now I am,,
1,nora_t#1001,07-May-21 02:32 PM,lunch?,,
"""
SAID = [
    [("nora_t#1001", "hi (you) there are you up?"), ("Tam", "yes"), ("Tam", "now I am")],
    [("nora_t#1001", "lunch?")],
]


def test_discord(tmp_path: Path) -> None:
    format, found, report = read_chat(tmp_path / "general.csv", DISCORD)
    assert (format, found) == ("script", SAID)
    assert counts(report, JOINED, MEDIA) == [1, 1]
    assert report.skipped == 0


def test_nothing_is_joined_where_that_is_asked_for(tmp_path: Path) -> None:
    _, found, report = read_chat(tmp_path / "general.csv", DISCORD, join_minutes=0)
    assert [len(dialogue) for dialogue in found] == [4, 1]
    assert counts(report, JOINED) == [0]


def test_what_its_columns_were_taken_for_is_told(tmp_path: Path) -> None:
    path = tmp_path / "general.csv"
    path.write_text(DISCORD, encoding="utf-8")
    (file,) = Corpus(path).files
    assert file.format == "csv"
    assert file.columns[1:4] == (("Author", "speaker"), ("Date", "time"), ("Content", "text"))


@pytest.mark.parametrize("form", ["2021-05-07T{}:00.1234567+00:00", "2021-05-07 {}", "07.05.2021, {} Uhr", "5/7/21 {}"])
def test_times_of_other_programs(tmp_path: Path, form: str) -> None:
    rows = [("08:04", "Nora", "hi"), ("08:09", "Nora", "you"), ("08:10", "Tam", "yes?"), ("14:10", "Nora", "lunch")]
    text = "\n".join(["wann\tspeaker\ttext", *(f"{form.format(time)}\t{name}\t{said}" for time, name, said in rows)])
    path = tmp_path / "chat.tsv"
    path.write_text(text, encoding="utf-8")
    found = [[(turn.speaker, turn.text) for turn in scene.lines] for _, scene in Corpus(path).parts()]
    assert found == [[("Nora", "hi you"), ("Tam", "yes?")], [("Nora", "lunch")]]


ROWS = ["8:04", "8:05", "8:06"]


@pytest.mark.parametrize(
    ("first", "rows", "places"),
    [
        (["id", "created_utc"], [["9", "1620374640"], ["8", "1620374700"]], (1,)),
        (["id", "timestamp_ms"], [["9", "1620374640000"], ["8", "1620374700000"]], (1,)),
        (["Date", "Time"], [["5/7/21", time] for time in ROWS], (0, 1)),
        (["Time", "Date"], [[time, "5/7/21"] for time in ROWS], (0, 1)),
        (["phone", "number"], [["1620374640", "1"], ["1620374700", "2"]], None),  # numbers that no name calls times
        (["Date", "n"], [["2021-05-07", "1"], ["2021-05-07", "2"]], None),  # days do not tell minutes
        (["start", "end"], [["00:00:01", "00:00:02"], ["00:00:03", "00:00:04"]], None),  # of a recording
        (["Date", "n"], [[f"2021-05-0{day} 08:00", "1"] for day in (3, 1, 4, 2, 9, 5)], None),  # in no order
    ],
)
def test_columns_with_times(first: Sequence[str], rows: Sequence[Sequence[str]], places: tuple[int, ...]) -> None:
    table = [["Nora", "hi", *row] for row in rows]
    times = find_times(["speaker", "text", *first], table, Columns(0, 1, (), None, header=True))
    assert (times and times.places) == (places and tuple(place + 2 for place in places))


def test_the_newest_may_come_first(tmp_path: Path) -> None:
    header, *rows = DISCORD.replace('"hi (you)\nthere"', "hi (you) there").splitlines()
    _, found, _ = read_chat(tmp_path / "general.csv", "\n".join([header, *reversed(rows)]))
    assert found == SAID[::-1]


def test_channels_are_chats_of_their_own_and_rows_without_a_name_are_notices(tmp_path: Path) -> None:
    text = """\
channel,sender,sent_at,message
a,Nora,2021-05-07 08:00,one
b,Tam,2021-05-07 08:01,x
a,,2021-05-07 08:01,Tam left
a,Nora,2021-05-07 08:02,two
"""
    _, found, report = read_chat(tmp_path / "all.csv", text)
    assert found == [[("Nora", "one two")], [("Tam", "x")]]
    assert counts(report, NOTICE) == [1]


def test_a_table_with_scenes_stays_a_script(tmp_path: Path) -> None:
    path = tmp_path / "play.csv"
    path.write_text("scene,speaker,date,line\n1,Eve,2021-05-07 08:00,hi\n1,Eve,2021-05-07 08:01,ho\n", encoding="utf-8")
    corpus = Corpus(path, options=ReadingOptions())
    assert [len(scene.lines) for _, scene in corpus.parts()] == [2]


def test_what_was_sent_is_said_by_me_where_the_other_side_is_named(tmp_path: Path) -> None:
    text = """\
Date,Time,Type,Number,Name,Message
12/03/2024,18:02:11,Received,1,Nora,hi
12/03/2024,18:03:11,Sent,1,Nora,hello
12/03/2024,18:04:11,Received,2,Tam,coming?
12/03/2024,18:05:11,Sent,1,Nora,at eight
12/03/2024,18:06:11,Received,1,Nora,fine
"""
    _, found, _ = read_chat(tmp_path / "sms.csv", text)
    assert found == [[("Nora", "hi"), ("me", "hello at eight"), ("Nora", "fine")], [("Tam", "coming?")]]
    (file,) = Corpus(tmp_path / "sms.csv").files
    assert [taken for _, taken in file.columns] == ["time", "time", "direction", "", "speaker", "text"]


def test_what_was_sent_may_have_no_name_and_notifications_no_direction(tmp_path: Path) -> None:
    text = """\
Chat Session,Message Date,Type,Sender Name,Status,Text
Nora & Tam,2024-03-12 18:02:11,Incoming,Nora,Read,hi
Nora & Tam,2024-03-12 18:03:11,Outgoing,,Delivered,hello
Nora & Tam,2024-03-12 18:03:21,Notification,,,Tam left
Nora & Tam,2024-03-12 18:04:11,Incoming,Tam,Read,ho
"""
    _, found, report = read_chat(tmp_path / "messages.csv", text)
    assert found == [[("Nora", "hi"), ("me", "hello"), ("Tam", "ho")]]
    assert counts(report, NOTICE) == [1]


def test_who_is_named_for_what_was_sent_keeps_the_name(tmp_path: Path) -> None:
    rows = [("Nora", "hi", "empfangen"), ("Tam", "ho", "gesendet"), ("Eve", "he", "empfangen")]
    text = "sender;message;time;richtung\n" + "".join(
        f"{name};{said};12.03.2024 18:0{minute};{way}\n" for minute, (name, said, way) in enumerate(rows)
    )
    assert read_chat(tmp_path / "chat.csv", text)[1] == [[(name, said) for name, said, _ in rows]]
