"""Chats of Facebook Messenger and Instagram."""

from pathlib import Path
from typing import Any

import pytest

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE, REACTION
from textgen.corpus.formats.messenger import whole_characters


def message(minute: int, sender: str, content: str | None, **more: Any) -> dict[str, Any]:
    text = {} if content is None else {"content": content.encode().decode("latin-1")}
    return {"sender_name": sender.encode().decode("latin-1"), "timestamp_ms": minute * 60_000, **text, **more}


def test_the_newest_message_comes_first_in_broken_characters(tmp_path: Path) -> None:
    messages = [
        message(9, "Zoë", "schön 😊", reactions=[{"reaction": "x", "actor": "Tam"}]),
        message(8, "Tam", None, photos=[{"uri": "a.jpg"}]),
        message(7, "Tam", "Zoë sent an attachment."),
        message(6, "Tam", None, is_unsent=True),
        message(5, "Tam", "called", type="Call", call_duration=3),
        message(2, "Zoë", "à toi"),
        message(1, "Zoë", "salut"),
    ]
    content = {"participants": [{"name": "Zo\u00c3\u00ab"}, {"name": "Tam"}], "messages": messages}
    format, found, report = read_chat(tmp_path / "message_1.json", content, join_minutes=1)
    assert (format, found) == ("messenger", [[("Zoë", "salut à toi"), ("Zoë", "schön 😊")]])
    assert counts(report, NOTICE, MEDIA, DELETED, REACTION) == [1, 2, 1, 1]


def test_encrypted_chats_have_other_fields(tmp_path: Path) -> None:
    messages = [
        {
            "senderName": "Zoë",
            "text": "schön",
            "timestamp": 1620374640000,
            "type": "text",
            "isUnsent": False,
            "media": [],
        },
        {"senderName": "Tam", "text": "oui", "timestamp": 1620374700000, "type": "text", "reactions": []},
        {"senderName": "Tam", "text": "", "timestamp": 1620374760000, "type": "media", "media": [{"uri": "a"}]},
    ]
    content = {"participants": ["Zoë", "Tam"], "threadName": "Zoë_1", "messages": messages}
    assert read_chat(tmp_path / "Zoe.json", content)[1] == [[("Zoë", "schön"), ("Tam", "oui")]]


@pytest.mark.parametrize("text", ["café", "plain", "", "naïve Ã", "日本"])
def test_whole_characters_stay(text: str) -> None:
    assert whole_characters(text) == text
    assert whole_characters(text.encode().decode("latin-1")) == text


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Lind hat einen Anhang gesendet.",
        "Zoë a envoyé une photo.",
        "Zoëが写真を送信しました。",
        "Zoë Lind sent a link",
    ],
)
def test_what_the_program_says_of_an_attachment_is_no_message(tmp_path: Path, text: str) -> None:
    messages = [
        message(5, "Zoë Lind", text),
        message(4, "Zoë Lind", text, share={"link": "https://example.org"}),
        message(3, "Zoë Lind", "Zoës Boot", photos=[{"uri": "a.jpg"}]),
        message(2, "Tam", text, photos=[{"uri": "a.jpg"}]),
        message(1, "Tam", "hi", photos=[]),
    ]
    content = {"participants": [{"name": "Zoë Lind"}, {"name": "Tam"}], "messages": messages}
    _, found, report = read_chat(tmp_path / "message_1.json", content, join_minutes=0)
    assert found == [[("Tam", "hi"), ("Tam", text), ("Zoë Lind", "Zoës Boot"), ("Zoë Lind", text)]]
    assert counts(report, MEDIA) == [1]
