"""`result.json` of Telegram."""

from pathlib import Path
from typing import Any

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.messages import MEDIA, NOTICE, REACTION
from textgen.errors import CorpusError


def message(minute: int, speaker: str | None, text: object, **more: Any) -> dict[str, Any]:
    """A message of 7 May 2021, at a minute after eight."""
    date = f"2021-05-07T08:{minute:02}:00"
    return {"id": minute, "type": "message", "date": date, "from": speaker, "from_id": "user7", "text": text, **more}


def chat(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Boat house", "type": "personal_chat", "id": 1, "messages": list(messages)}


def test_one_chat(tmp_path: Path) -> None:
    parts = ["see ", {"type": "link", "text": "here"}, "!"]
    service = {
        "id": 9,
        "type": "service",
        "date": "2021-05-07T08:03:00",
        "actor": "Nora",
        "action": "phone_call",
        "text": "",
    }
    found = read_chat(
        tmp_path / "result.json",
        chat(
            message(1, "Nora", parts, reactions=[{"type": "emoji", "count": 2, "emoji": "x"}]),
            service,
            message(4, "Nora", "", photo="a.jpg"),
            message(5, None, "I left"),
        ),
    )
    assert found[:2] == ("telegram", [[("Nora", "see here!"), ("user7", "I left")]])
    assert counts(found[2], NOTICE, MEDIA, REACTION) == [1, 1, 2]


def test_all_chats_of_an_account(tmp_path: Path) -> None:
    chats = [chat(message(1, "Nora", "a"), message(2, "Tam", "b")), chat(message(3, "Nora", "c"))]
    account = {
        "about": "all of it",
        "personal_information": {"user_id": 1},
        "contacts": {"list": [{"text": "no message"}]},
        "chats": {"about": "chats", "list": chats},
        "left_chats": {"list": [chat(message(4, "Nora", "d"))]},
    }
    _, found, report = read_chat(tmp_path / "result.json", account)
    assert found == [[("Nora", "a"), ("Tam", "b")], [("Nora", "c")], [("Nora", "d")]]
    assert report.skipped == 0


def test_the_time_in_seconds_is_preferred(tmp_path: Path) -> None:
    _, found, _ = read_chat(
        tmp_path / "result.json",
        chat(message(1, "Nora", "a", date_unixtime="0"), message(1, "Nora", "b", date_unixtime="21600")),
    )
    assert found == [[("Nora", "a")], [("Nora", "b")]]


def test_an_export_that_ends_early_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    read_chat(path, chat(message(1, "Nora", "a"), message(2, "Tam", "b")))
    path.write_text(path.read_text()[:-40])
    with pytest.raises(CorpusError, match=r"result\.json was read as JSON, but line \d+ does not fit"):
        list(Corpus(path, kind="dialogues").dialogues())
