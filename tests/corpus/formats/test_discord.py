"""Channels of Discord, as DiscordChatExporter writes them."""

from pathlib import Path
from typing import Any

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.formats.messages import MEDIA, NOTICE, REACTION


def message(minute: int, text: str, kind: str = "Default", **more: Any) -> dict[str, Any]:
    author = {"id": "1", "name": "nora", "discriminator": "0000", "nickname": "Nora", "isBot": False}
    stamp = f"2021-05-07T08:{minute:02}:00.123+00:00"
    return {"id": "5", "type": kind, "timestamp": stamp, "content": text, "author": author, **more}


def test_json(tmp_path: Path) -> None:
    messages = [
        message(1, "hi", reactions=[{"emoji": {"name": "x"}, "count": 3}]),
        message(2, "Joined the server.", "GuildMemberJoin"),
        message(3, "", attachments=[{"url": "https://example.org/a.png"}]),
        message(30, "yes", "Reply", author={"name": "tam", "nickname": None}),
    ]
    content = {"guild": {"id": "0"}, "channel": {"name": "boat"}, "messages": messages, "messageCount": 4}
    format, found, report = read_chat(tmp_path / "boat.json", content)
    assert (format, found) == ("discord-json", [[("Nora", "hi"), ("tam", "yes")]])
    assert counts(report, NOTICE, MEDIA, REACTION) == [1, 1, 3]


TEXT = """\
==============================================================
Guild: Boats
Channel: Text Channels / general
Topic: all about boats
==============================================================

[07-May-21 08:04 AM] Nora#1234
hi [you] there
{not a section}

[07-May-21 08:06 AM] Tam (pinned)
look

{Attachments}
https://example.org/a.png

{Reactions}
❤ (2) 👍


[07-May-21 08:07 AM] Tam
Pinned a message.

[07-May-21 08:08 AM] Tam


{Embed}
A title
https://example.org

[08-May-21 08:08 AM] Nora
later

==============================================================
Exported 5 message(s)
==============================================================
"""


def test_text(tmp_path: Path) -> None:
    format, found, report = read_chat(tmp_path / "general.txt", TEXT)
    assert (format, found) == (
        "discord",
        [[("Nora", "hi [you] there {not a section}"), ("Tam", "look")], [("Nora", "later")]],
    )
    assert counts(report, NOTICE, MEDIA, REACTION) == [1, 1, 3]


def test_text_with_dates_of_another_country(tmp_path: Path) -> None:
    text = TEXT.replace("07-May-21 08", "07.05.2021 08").replace("08-May-21", "08.05.2021").replace(" AM", "")
    assert read_chat(tmp_path / "general.txt", text)[1] == read_chat(tmp_path / "general.txt", TEXT)[1]
