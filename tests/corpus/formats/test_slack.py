"""Workspaces of Slack."""

import json
from pathlib import Path
from typing import Any

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE, REACTION


def message(second: int, user: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"{1620374640 + second}.000100", **more}


DAY = [
    message(0, "U1", "<@U2> &amp; <!here>: see <https://example.org|the page> in <#C1|boats>"),
    message(700, "U2", "<@U3> left", subtype="channel_leave"),
    message(701, "U2", "", files=[{"id": "F1"}]),
    message(702, "U2", "gone", subtype="tombstone"),
    message(703, "U2", "yes", reactions=[{"name": "x", "count": 2, "users": ["U1"]}]),
    message(704, "U9", "me too", user_profile={"display_name": "", "real_name": "Bo"}),
]
PEOPLE = [
    {"id": "U1", "team_id": "T1", "name": "nora.t", "profile": {"display_name": "Nora", "real_name": "Nora Test"}},
    {"id": "U2", "team_id": "T1", "name": "tam", "profile": {"display_name": ""}},
]


def test_a_day_of_a_channel(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text(json.dumps(PEOPLE))
    (tmp_path / "boats").mkdir()
    format, found, report = read_chat(tmp_path / "boats" / "2021-05-07.json", DAY)
    said = [("Nora", "@tam & @here: see the page in #boats"), ("tam", "yes"), ("Bo", "me too")]
    assert (format, found) == ("slack", [said])
    assert counts(report, NOTICE, MEDIA, DELETED, REACTION) == [1, 1, 1, 2]


def test_a_whole_workspace_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text(json.dumps(PEOPLE))
    (tmp_path / "channels.json").write_text(
        json.dumps([{"id": "C1", "name": "boats", "created": 1, "members": ["U1"]}])
    )
    (tmp_path / "boats").mkdir()
    (tmp_path / "boats" / "2021-05-07.json").write_text(json.dumps(DAY[4:]))
    corpus = Corpus(tmp_path, kind="dialogues")
    assert {file.format for file in corpus.files} == {"slack"}
    assert [[turn.text for turn in dialogue.lines] for _, dialogue in corpus.dialogues()] == [["yes", "me too"]]


def test_without_the_list_of_people_ids_are_names(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("no list")
    assert read_chat(tmp_path / "2021-05-07.json", DAY[4:5])[1] == [[("U2", "yes")]]
