"""Texts in JSON."""

import json
from pathlib import Path

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.formats.messages import MEDIA
from textgen.corpus.reading_options import ReadingOptions

ROWS = [
    {"season": 1, "scene": "Bar", "speaker": "Nora", "text": "hi"},
    {"season": 1, "scene": "Bar", "speaker": "Tam", "text": "ho"},
    {"season": 2, "scene": "Bar", "speaker": "Nora", "text": "he"},
]


def documents(path: Path, content: object, options: ReadingOptions | None = None) -> list[list[Scene]]:
    path.write_text(json.dumps(content, indent=1))
    corpus = Corpus(path, options=options or ReadingOptions())
    assert corpus.files[0].format == "json"
    return [list(document) for document in corpus.documents()]


@pytest.mark.parametrize(
    "content", [ROWS, {"version": 1, "data": ROWS}, {"a": {"lines": ROWS[:2]}, "b": {"lines": ROWS[2:]}}]
)
def test_rows_are_those_of_a_table_wherever_they_lie(tmp_path: Path, content: object) -> None:
    heading = "[Bar]"
    assert documents(tmp_path / "show.json", content) == [
        [Scene(heading, (Line("Nora", "hi"), Line("Tam", "ho")))],
        [Scene(heading, (Line("Nora", "he"),))],
    ]


@pytest.mark.parametrize("content", [["One text.", "Two texts."], [{"text": "One text."}, {"text": "Two texts."}]])
def test_texts_without_speakers_are_documents(tmp_path: Path, content: object) -> None:
    found = documents(tmp_path / "texts.json", content)
    assert found == [[Scene(None, (Line(None, text),))] for text in ("One text.", "Two texts.")]


def test_a_field_can_be_named(tmp_path: Path) -> None:
    rows = [{"text": "a", "other": "b"}, {"text": "c", "other": "d"}]
    found = documents(tmp_path / "texts.json", rows, ReadingOptions(text_column="other"))
    assert [scene.lines[0].text for (scene,) in found] == ["b", "d"]


def test_rows_with_speakers_are_dialogues_too(tmp_path: Path) -> None:
    path = tmp_path / "show.json"
    path.write_text(json.dumps(ROWS))
    corpus = Corpus(path, kind="dialogues")
    assert corpus.files[0].format == "script"
    assert [[turn.text for turn in dialogue.lines] for _, dialogue in corpus.dialogues()] == [["hi", "ho"], ["he"]]


def at(minute: int, name: str, text: str, **more: object) -> dict[str, object]:
    return {"author": name, "text": text, "timestamp": f"2024-03-12T18:{minute:02}:00Z", **more}


MESSAGES = [at(0, "Nora", "hi"), at(2, "Nora", "you"), at(3, "Tam", "yes?"), at(50, "Tam", "now")]
SAID = [("Nora", "hi you"), ("Tam", "yes?"), ("Tam", "now")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (MESSAGES, [SAID]),
        (MESSAGES[::-1], [SAID]),
        ({"title": "boat", "messages": [*MESSAGES, at(51, "Nora", "")]}, [SAID]),
        ({"nora": MESSAGES[::-1], "eve": [at(3, "Eve", "b"), at(1, "Eve", "a")]}, [SAID, [("Eve", "a b")]]),
        (
            [at(0, "Nora", "hi", type="received"), at(1, "Nora", "ho", type="sent"), at(2, "Nora", "he", type="sent")],
            [[("Nora", "hi"), ("me", "ho he")]],
        ),
    ],
)
def test_rows_with_speakers_and_times_are_messages(tmp_path: Path, content: object, said: list[object]) -> None:
    assert read_chat(tmp_path / "chat.json", content)[:2] == ("json-dialogues", said)


def test_google_chat(tmp_path: Path) -> None:
    times = ("Tuesday, March 12, 2024 at 6:02:11 PM UTC", "Tuesday, March 12, 2024 at 6:03:11 PM UTC")
    messages = [
        {"creator": {"name": "Nora", "email": "n@x.org"}, "created_date": time, "text": text}
        for time, text in zip((*times, "Wednesday, March 13, 2024 at 6:03:11 PM UTC"), ("hi", "you", "ho"), strict=True)
    ]
    _, found, _ = read_chat(tmp_path / "messages.json", {"messages": messages})
    assert found == [[("Nora", "hi you")], [("Nora", "ho")]]


def test_matrix(tmp_path: Path) -> None:
    def event(minute: int, sender: str, **content: str) -> dict[str, object]:
        return {"sender": sender, "content": content, "origin_server_ts": 1710266531000 + 60_000 * minute}

    events = [event(0, "@nora", creator="@nora"), event(1, "@nora", body="hi"), event(2, "@tam", body="ho")]
    _, found, report = read_chat(tmp_path / "export.json", {"room_name": "Boat", "messages": events})
    assert found == [[("@nora", "hi"), ("@tam", "ho")]]
    assert counts(report, MEDIA) == [1]


def test_rows_whose_authors_do_not_come_again_are_no_messages(tmp_path: Path) -> None:
    rows = [at(number, f"author {number}", "A text.") for number in range(4)]
    documents(tmp_path / "posts.json", rows)
