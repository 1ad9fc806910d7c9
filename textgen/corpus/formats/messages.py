"""Messages of chat programs, gathered into dialogues that a long silence ends."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from textgen.corpus.document import PART_LINES, Line, Scene, turn_of
from textgen.corpus.formats.as_script import as_script
from textgen.corpus.formats.base import Evidence, Format, MayBe, ReadReport, Weigh, always, first_filled
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions

SILENCE = 6 * 3600
"""Seconds without a message after which a new dialogue begins."""

NOTICE = "notice of the chat program left out"
MEDIA = "message without text (a picture, a sound, a sticker, ...) left out"
REACTION = "reaction left out"
DELETED = "deleted message left out"
JOINED = "message joined to the one before it by the same person"
"""What a reader counts."""

ME = "me"
"""Who wrote what was sent, where a program names the other side alone."""

DELETED_TEXTS = frozenset(("[deleted]", "[removed]"))
"""What stands in tables for a text that was deleted."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote at once.

    Args:
        speaker: who wrote it.
        text: what was written, neither empty nor white space alone.
        time: when, in seconds from any moment; None where it is not known.
        chat: in which of the chats of a file.
    """

    speaker: str
    text: str
    time: float | None = None
    chat: int = 0


MessageReader = Callable[[TextFile, ReadReport], Iterator[Message]]
"""(a file, a report to fill) to its messages, streaming, in the order of time or against it."""


def read_dialogues(
    files: Sequence[TextFile],
    report: ReadReport,
    reader: MessageReader,
    join_minutes: int = AS_FOUND.join_minutes,
    newest_first: bool = False,
) -> Iterator[Scene]:
    """Yield the dialogues in a file of messages.

    Args:
        files: the file.
        report: is filled.
        reader: gives its messages.
        join_minutes: messages of one person that follow within so many minutes are one turn; 0 joins none.
        newest_first: whether the messages come against the order of time; the dialogues then do, too, but not the
            turns in them.
    """
    for conversation in conversations(reader(files[0], report)):
        ordered = conversation.messages[::-1] if newest_first else conversation.messages
        yield Scene(None, tuple(_turns(ordered, 60 * join_minutes, report)), conversation.continued)


@dataclass(frozen=True, slots=True)
class MessageRun:
    """Messages without a silence between them.

    Args:
        messages: one or more.
        continued: whether it is a further part of the one before it.
    """

    messages: list[Message]
    continued: bool = False


def conversations(messages: Iterable[Message]) -> Iterator[MessageRun]:
    """Cut messages where a chat is silent or ends, and very long conversations into parts.

    Args:
        messages: in the order of time or against it, those of several chats after each other or mixed.
    """
    begun: dict[int, list[Message]] = {}
    last: Message | None = None  # of the conversation given before
    for message in messages:
        for chat in [chat for chat, found in begun.items() if _is_over(found[-1], message)]:
            found = begun.pop(chat)
            yield MessageRun(found, _goes_on(last, found[0]))
            last = found[-1]
        found = begun.setdefault(message.chat, [])
        found.append(message)
        if len(found) == PART_LINES:
            yield MessageRun(begun.pop(message.chat), _goes_on(last, found[0]))
            last = message
    for found in begun.values():
        yield MessageRun(found, _goes_on(last, found[0]))
        last = found[-1]


def _is_over(message: Message, later: Message) -> bool:
    """Whether the conversation with a message is over when a later one comes, of any chat."""
    if message.time is None or later.time is None:
        return message.chat != later.chat
    return abs(later.time - message.time) >= SILENCE


def _goes_on(last: Message | None, message: Message) -> bool:
    return last is not None and last.chat == message.chat and not _is_over(last, message)


def _turns(messages: Iterable[Message], join_seconds: int, report: ReadReport) -> Iterator[Line]:
    """The turns: messages of one person in a row, joined where they follow soon."""
    last: Message | None = None
    texts: list[str] = []
    for message in messages:
        if last is not None and _follows(last, message, join_seconds):
            report.change(JOINED)
        elif last is not None:
            yield turn_of(" ".join(texts), last.speaker)
            texts = []
        texts.append(message.text.strip())
        last = message
    if last is not None:
        yield turn_of(" ".join(texts), last.speaker)


def _follows(one: Message, other: Message, join_seconds: int) -> bool:
    if one.speaker != other.speaker or one.time is None or other.time is None or not join_seconds:
        return False
    return abs(other.time - one.time) <= join_seconds


def chat_evidence(
    reader: MessageReader,
    head: Sequence[str],
    options: ReadingOptions,
    reason: str | None,
    newest_first: bool = False,
) -> Evidence:
    """The evidence for a format of messages.

    Args:
        reader: reads the messages.
        head: the first lines of the file.
        options: how the file is to be read.
        reason: what was found, for a person; None where the file is not in the format.
        newest_first: whether the messages come against the order of time.
    """
    if reason is None:
        return Evidence(False, "no messages of that kind", first_filled(head))
    read = partial(read_dialogues, reader=reader, join_minutes=options.join_minutes, newest_first=newest_first)
    return Evidence(True, reason, read_file=as_script(read), read_dialogues=read)


def chat_format(
    name: str,
    order: int,
    weigh: Weigh,
    reader: MessageReader,
    suffix: str | None = None,
    markup: str | None = None,
    may_be: MayBe = always,
) -> Format:
    """A format of messages, for dialogues and for scripts.

    Args:
        name, order, weigh, markup, may_be: as `Format` takes them.
        reader: reads the messages where nobody says otherwise.
        suffix: ending of its files, where it is not that of any text.
    """
    read = partial(read_dialogues, reader=reader)
    return Format(
        name,
        order,
        weigh,
        read_file=as_script(read),
        read_dialogues=read,
        suffixes=(suffix,) if suffix else (),
        markup=markup,
        may_be=may_be,
    )
