"""`message_1.json` of Facebook Messenger and Instagram, in the order from the newest message to the oldest.

The downloads of an account write each byte of UTF-8 as a character of its own: `\\u00c3\\u00a9` for é. The download of
encrypted chats has other names for its fields, and whole characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textgen.corpus.formats.base import Evidence, ReadReport
from textgen.corpus.formats.json_file import json_objects, objects_in, sampled
from textgen.corpus.formats.json_text import ITEM
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE, REACTION, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import number_seconds
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.corpus.reading_options import ReadingOptions

_PATHS = (("messages", ITEM),)
_MESSAGES = {"Generic", "Share", "text", "link", "media", None}
_SENT = (" sent an attachment.", " sent a photo.", " sent a video.", " sent a voice message.", " sent a sticker.")
_ATTACHED = ("share", "photos", "videos", "audio_files", "gifs", "sticker", "files", "media")
_LIKED = ("Liked a message", "Reacted ")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of participants, and of messages with a sender and a time in milliseconds."""
    messages = objects_in(sampled(head, "participants", "messages").get("messages"))
    senders = [message for message in messages if _sender(message)]
    reason = "the fields are those of a chat that Facebook or Instagram exported" if senders else None
    times = [time for message in senders if (time := _time(message)) is not None]
    return chat_evidence(read, head, options, reason, newest_first=bool(times) and times[0] > times[-1])


def read(file: TextFile, report: ReadReport) -> Iterator[Message]:
    """Yield the messages, in the order of the file.

    Args:
        file: the chat.
        report: counts notices, messages without text, deleted ones, and reactions.
    """
    for _, message in json_objects(file, report, _PATHS):
        report.change(REACTION, len(objects_in(message.get("reactions"))))
        text = whole_characters(message.get("content", message.get("text"))).strip()
        if message.get("is_unsent") or message.get("isUnsent"):
            report.change(DELETED)
        elif message.get("type") not in _MESSAGES or "call_duration" in message or text.startswith(_LIKED):
            report.change(REACTION if text.startswith(_LIKED) else NOTICE)
        elif not text or text.endswith(_SENT) or _says_who_sent(text, message):
            report.change(MEDIA)
        else:
            yield Message(_sender(message) or "unknown", text, _time(message))


def _says_who_sent(text: str, message: Mapping[str, Any]) -> bool:
    """Whether a text beside an attachment begins with the sender's name, as the program's own does in any language."""
    first_name = _sender(message).partition(" ")[0]
    if not first_name or not text.startswith(first_name) or not any(message.get(field) for field in _ATTACHED):
        return False
    behind = text[len(first_name) :][:1]
    return not (behind.isascii() and behind.isalnum())


def _sender(message: Mapping[str, Any]) -> str:
    return whole_characters(message.get("sender_name", message.get("senderName"))).strip()


def _time(message: Mapping[str, Any]) -> float | None:
    return number_seconds(message.get("timestamp_ms", message.get("timestamp")), 1e-3)


def whole_characters(value: object) -> str:
    """The text of a field, with UTF-8 where each of its bytes was written as a character of its own.

    Example:
        >>> whole_characters("caf\\u00c3\\u00a9"), whole_characters("café")
        ('café', 'café')
    """
    if not isinstance(value, str):
        return ""
    try:
        return repair_escaped(value.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return repair_escaped(value)


FORMATS = (chat_format("messenger", 20, weigh, read, ".json", "JSON"),)
