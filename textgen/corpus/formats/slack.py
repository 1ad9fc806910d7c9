"""A workspace that Slack exports: a folder for each channel with a file of JSON for each day, and lists beside them.

Messages name people by ids; `users.json`, in the folder of the channel or above it, has the names.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textgen.corpus.formats.base import Evidence, ReadReport
from textgen.corpus.formats.json_file import json_objects, objects_in, text_in, total
from textgen.corpus.formats.json_text import ITEM, sample
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE, REACTION, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import number_seconds
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_PATHS = ((ITEM,),)
_MESSAGES = {None, "thread_broadcast", "me_message", "file_share", "bot_message", "reply_broadcast"}
_PEOPLE = "users.json"
_NAMES = ("display_name", "real_name", "name")
_LINK = re.compile(r"<(?:[@#!](?P<id>[^|<>]+)|(?P<address>[^|<>]+))(?:\|(?P<shown>[^<>]*))?>")
_LISTED = ({"id", "team_id"}, {"id", "creator", "members"}, {"id", "created", "members"})


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a list of messages with Slack's time stamps, or of its people or channels."""
    found = sample(head)
    objects = objects_in(found.value) if found is not None and found.kind == "document" else []
    reason = None
    if any("ts" in message and message.get("type") == "message" for message in objects):
        reason = "messages of a day, as Slack exports them"
    elif any(fields <= item.keys() for item in objects for fields in _LISTED):
        reason = "a list of people or channels that belongs to an export of Slack; nothing in it was said"
    return chat_evidence(read, head, options, reason)


def read(file: TextFile, report: ReadReport) -> Iterator[Message]:
    """Yield the messages.

    Args:
        file: the messages of a day.
        report: counts notices, messages without text, deleted ones, and reactions.
    """
    names = _names(file.path)
    for _, message in json_objects(file, report, _PATHS):
        if "ts" not in message:
            continue
        report.change(REACTION, total(message.get("reactions")))
        text = _as_shown(text_in(message.get("text")), names).strip()
        kind = message.get("subtype")
        if kind == "tombstone":
            report.change(DELETED)
        elif message.get("type") != "message" or kind not in _MESSAGES:
            report.change(NOTICE)
        elif not text:
            report.change(MEDIA)
        else:
            yield Message(_speaker(message, names), text, number_seconds(message["ts"]))


def _names(path: Path) -> dict[str, str]:
    """The names of the people of a workspace by their ids; none where their list is missing or damaged."""
    for folder in (path.parent, path.absolute().parent.parent):
        try:
            people = objects_in(json.loads((folder / _PEOPLE).read_text("utf-8-sig")))
        except (OSError, ValueError, RecursionError):
            continue
        return {text_in(person.get("id")): _name(person.get("profile")) or _name(person) for person in people}
    return {}


def _name(fields: Any) -> str:
    known = fields if isinstance(fields, dict) else {}
    return next((text for name in _NAMES if (text := text_in(known.get(name)).strip())), "")


def _speaker(message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    person = text_in(message.get("user")) or text_in(message.get("bot_id"))
    known = names.get(person) or _name(message.get("user_profile")) or text_in(message.get("username")).strip()
    return known or person or "unknown"


def _as_shown(text: str, names: Mapping[str, str]) -> str:
    """A text as people see it: names for ids, words for links, signs for entities."""

    def shown(found: re.Match[str]) -> str:
        if found["id"] is None:
            return found["shown"] or found["address"]
        sign = "#" if found[0][1] == "#" else "@"
        return sign + (found["shown"] or names.get(found["id"]) or found["id"]).lstrip("@#")

    return html.unescape(_LINK.sub(shown, text))


FORMATS = (chat_format("slack", 50, weigh, read, ".json", "JSON"),)
