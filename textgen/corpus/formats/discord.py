"""Channels of Discord, as DiscordChatExporter writes them in JSON and as text; its CSV is a table."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from textgen.corpus.formats.base import Evidence, ReadReport, beginning, filled
from textgen.corpus.formats.json_file import json_objects, objects_in, sampled, text_in, total
from textgen.corpus.formats.json_text import ITEM
from textgen.corpus.formats.messages import MEDIA, NOTICE, REACTION, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import STAMP, DateOrder, find_order, iso_seconds, seconds, visible
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_PATHS = (("messages", ITEM),)
_MESSAGES = {"Default", "Reply", "0", "19"}
_HEADER = re.compile(rf"\[(?P<stamp>{STAMP})\] (?P<name>[^\s:].{{0,60}}?)(?:#\d{{4}})?(?: \(pinned\))?")
_SECTION = re.compile(r"\{(Attachments|Embed|Stickers|Reactions)\}")
_RULE = "=" * 20
_NOTICE = re.compile(
    r"(?:Pinned a message|Joined the server|Started a thread|Changed the channel (?:icon|name.*)|Left the group"
    r"|(?:Added|Removed) .* (?:to|from) the group|(?:Added|Removed) a recipient|Started a call that lasted .*)\."
    r"|Changed the channel name: .*"
)


def weigh_json(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a guild, a channel, and messages with authors."""
    messages = objects_in(sampled(head, "guild", "channel", "messages").get("messages"))
    fits = any({"author", "content"} & message.keys() for message in messages)
    reason = "the fields are those of a channel that DiscordChatExporter wrote" if fits else None
    return chat_evidence(read_json, head, options, reason)


def read_json(file: TextFile, report: ReadReport) -> Iterator[Message]:
    """Yield the messages.

    Args:
        file: the export in JSON.
        report: counts notices, messages without text, and reactions.
    """
    for _, message in json_objects(file, report, _PATHS):
        report.change(REACTION, total(message.get("reactions")))
        author = message.get("author")
        fields = author if isinstance(author, dict) else {}
        text = text_in(message.get("content")).strip()
        if str(message.get("type")) not in _MESSAGES:
            report.change(NOTICE)
        elif not text:
            report.change(MEDIA)
        else:
            name = text_in(fields.get("nickname")).strip() or text_in(fields.get("name")).strip() or "unknown"
            yield Message(name, text, iso_seconds(message.get("timestamp")))


def may_be_text(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether the file begins with the rule above guild and channel."""
    return any(line.startswith(_RULE) for line in beginning(head, 1))


def weigh_text(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of the frame with guild and channel, and of a time stamp and a name on lines of their own."""
    lines = [line for _, line in filled(head)]
    framed = [line.partition(":")[0] for line in lines[1:3]] == ["Guild", "Channel"] and lines[0].startswith(_RULE)
    headers = [found for line in lines if (found := _HEADER.fullmatch(visible(line)))] if framed else []
    reason = "time stamps and names on lines of their own, as DiscordChatExporter writes" if headers else None
    order = find_order([found["stamp"] for found in headers])
    return chat_evidence(partial(read_text, order=order), head, options, reason)


def read_text(file: TextFile, report: ReadReport, order: DateOrder = "dmy") -> Iterator[Message]:
    """Yield the messages.

    Args:
        file: the export as text.
        report: counts notices, messages without text, and reactions.
        order: how its dates are written.
    """
    header: re.Match[str] | None = None
    lines: list[str] = []
    for line in file.lines():
        found = _HEADER.fullmatch(visible(line))
        if found is None and not line.startswith(_RULE):
            lines.append(line)
            continue
        if header is not None:
            yield from _message(header, lines, order, report)
        header, lines = found, []
    if header is not None:
        yield from _message(header, lines, order, report)


def _message(header: re.Match[str], lines: Sequence[str], order: DateOrder, report: ReadReport) -> Iterator[Message]:
    """The message under a header, if it has a text, without what is attached to it."""
    written: list[str] = []
    section = ""
    for line in lines:
        found = _SECTION.fullmatch(line.strip())
        if found is not None:
            section = found[1]
        elif section == "Reactions" and line.strip():
            report.change(REACTION, _reactions(line))
        elif not section:
            written.append(line)
    text = "\n".join(line for line in written if line.strip()).strip()
    if _NOTICE.fullmatch(text):
        report.change(NOTICE)
    elif not text:
        report.change(MEDIA)
    else:
        yield Message(header["name"], text, seconds(header["stamp"], order))


def _reactions(line: str) -> int:
    """How many reactions a line of them shows: `:heart: (3) :smile:` has four."""
    more = [int(number) for number in re.findall(r"\((\d+)\)", line)]
    return len(re.sub(r"\(\d+\)", " ", line).split()) - len(more) + sum(more)


FORMATS = (
    chat_format("discord-json", 30, weigh_json, read_json, ".json", "JSON"),
    chat_format("discord", 40, weigh_text, read_text, may_be=may_be_text),
)
