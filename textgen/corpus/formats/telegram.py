"""`result.json` of Telegram Desktop: one chat, or all chats of an account."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textgen.corpus.formats.base import Evidence, ReadReport
from textgen.corpus.formats.json_file import json_objects, objects_in, sampled, text_in, total
from textgen.corpus.formats.json_text import ITEM
from textgen.corpus.formats.messages import MEDIA, NOTICE, REACTION, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import iso_seconds, number_seconds
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_PATHS = (
    ("messages", ITEM),
    ("chats", "list", ITEM, "messages", ITEM),
    ("left_chats", "list", ITEM, "messages", ITEM),
)
_OF_AN_ACCOUNT = {"personal_information", "profile_pictures", "contacts", "frequent_contacts", "sessions", "chats"}


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a chat with messages from people with ids, or of an account with such chats."""
    document = sampled(head)
    messages = objects_in(document.get("messages"))
    reason = None
    if len(_OF_AN_ACCOUNT & document.keys()) > 1:
        reason = "the fields are those of an account that Telegram exported"
    elif any("text" in message and {"from_id", "actor_id"} & message.keys() for message in messages):
        reason = "the fields are those of a chat that Telegram exported"
    return chat_evidence(read, head, options, reason)


def read(file: TextFile, report: ReadReport) -> Iterator[Message]:
    """Yield the messages of all chats.

    Args:
        file: the export.
        report: counts notices, messages without text and reactions.
    """
    for record, message in json_objects(file, report, _PATHS):
        report.change(REACTION, total(message.get("reactions")))
        text = text_in(message.get("text")).strip()
        if message.get("type") != "message":
            report.change(NOTICE)
        elif not text:
            report.change(MEDIA)
        else:
            speaker = text_in(message.get("from")).strip() or text_in(message.get("from_id")) or "unknown"
            time = number_seconds(message.get("date_unixtime"))
            yield Message(speaker, text, iso_seconds(message.get("date")) if time is None else time, record.group)


FORMATS = (chat_format("telegram", 10, weigh, read, ".json", "JSON"),)
