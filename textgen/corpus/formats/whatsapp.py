"""Chats that WhatsApp exports: `5/7/21, 8:04 AM - Nora: hi` (Android) and `[07.05.21, 08:04:12] Nora: hi` (iPhone).

The language of the phone is not known. Its notices have no name, or (on an iPhone) begin with a mark for the direction
of writing, which nobody types; what stands for a picture is in angle brackets, or begins with that mark too. Only
deleted messages of Android are found by their words.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.formats.base import Evidence, ReadReport, beginning, filled, share
from textgen.corpus.formats.messages import DELETED, MEDIA, NOTICE, Message, chat_evidence, chat_format
from textgen.corpus.formats.naming import has_level
from textgen.corpus.formats.timestamps import STAMP, DateOrder, find_order, seconds, visible
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_BEHIND = r"(?:\s[-–—]|:|,(?=[^:]{1,60}\s:\s))"  # older versions write a colon, and KakaoTalk a comma
_EDIT = r"(?:\s\|[^\]]{1,40})?"  # Skype says when a message was edited
_HEADER = re.compile(rf"(?:\[\s?(?P<bracketed>{STAMP})\s?{_EDIT}\]|(?P<plain>{STAMP}){_BEHIND})\s(?P<rest>.*)")
_ALONE = re.compile(STAMP)
_NAMED = re.compile(r"""(?:~\s?)?(?P<name>[^:"“”«»„]{1,100}?)\s?:(?:\s|$)""")
_MARK = "\u200e"
_IN_BRACKETS = re.compile(r"<[^<>]{3,120}>")
_EDITED = re.compile(r"(?<!\s)\s*<[^<>\s]+(?: [^<>\s]+){2,}>$")
_FILE = re.compile(r"\S.*\.\w{2,5} \([^()]{3,40}\)")
_PLACE = re.compile(r"\w+: https://(?:maps\.google\.com|foursquare\.com)/\S*")
_FEW_WORDS = 4
_NOTHING = "null"
_HEADERS = 0.2
_FIRST_LINES = 10
_LONGEST_STAMP = 60
_BEFORE = "line before the first message left out"
_DELETED = frozenset(
    (
        "this message was deleted",
        "you deleted this message",
        "diese nachricht wurde gelöscht",
        "du hast diese nachricht gelöscht",
        "se eliminó este mensaje",
        "eliminaste este mensaje",
        "ce message a été supprimé",
        "vous avez supprimé ce message",
        "questo messaggio è stato eliminato",
        "hai eliminato questo messaggio",
        "mensagem apagada",
        "esta mensagem foi apagada",
        "você apagou esta mensagem",
        "dit bericht is verwijderd",
        "u hebt dit bericht verwijderd",
        "je hebt dit bericht verwijderd",
        "данное сообщение удалено",
        "это сообщение удалено",
        "вы удалили данное сообщение",
        "bu mesaj silindi",
        "bu mesajı sildiniz",
        "ta wiadomość została usunięta",
        "pesan ini telah dihapus",
        "anda menghapus pesan ini",
        "det här meddelandet togs bort",
        "denne besked blev slettet",
        "tämä viesti poistettiin",
        "此消息已被删除",
        "此訊息已刪除",
        "このメッセージは削除されました",
        "삭제된 메시지입니다",
        "تم حذف هذه الرسالة",
        "הודעה זו נמחקה",
    )
)


class _Entry(NamedTuple):
    """What begins with a time stamp.

    Args:
        stamp: the time stamp.
        name: who wrote it; None where nobody did.
        text: what follows name and colon on the line, with invisible marks.
        marked: whether the phone marks what it writes itself.
    """

    stamp: str
    name: str | None
    text: str
    marked: bool


def _entry(line: str) -> _Entry | None:
    """The entry that begins on a line; None where none does."""
    shown = visible(line).lstrip()
    header = _HEADER.match(shown)
    if header is None:
        return None
    stamp, marked = header["bracketed"] or header["plain"], header["bracketed"] is not None
    named = _NAMED.match(shown, header.start("rest"))
    if named is None:
        return _Entry(stamp, None, "", marked)
    colons = shown.count(":", 0, named.end())
    return _Entry(stamp, named["name"], line.split(":", colons)[colons], marked)


def _is_day(line: str) -> bool:
    """Whether a line is a time stamp alone."""
    return len(line) <= _LONGEST_STAMP and _ALONE.fullmatch(visible(line).strip()) is not None


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether one of the first lines begins with a time stamp; a heading, or the end of a message, may come first."""
    return any(_entry(line) is not None for line in beginning(head, _FIRST_LINES))


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that one of the first lines and many more begin with a time stamp, and that names follow."""
    lines = filled(head)
    entries = [entry for _, line in lines if (entry := _entry(line)) is not None]
    order = find_order([entry.stamp for entry in entries])
    dated = sum(seconds(entry.stamp, order) is not None for entry in entries)
    named = any(entry.name for entry in entries)
    is_log = sum(has_level(entry.stamp) for entry in entries) > _HEADERS * len(entries)
    fits = named and dated >= _HEADERS * len(lines) and may_be(head, path, options) and not is_log
    reason = f"{share(dated, len(lines))} lines begin with a date and a time, as WhatsApp exports them"
    return chat_evidence(partial(read, order=order), head, options, reason if fits else None)


def read(file: TextFile, report: ReadReport, order: DateOrder = "dmy") -> Iterator[Message]:
    """Yield the messages; a line without a time stamp goes on with the one before it.

    A time stamp alone, which KakaoTalk writes when a day begins, does not, nor does what stands before the first.

    Args:
        file: the chat.
        report: counts notices, media, deleted messages, and lines before the first message.
        order: how its dates are written.
    """
    entry: _Entry | None = None
    lines: list[str] = []
    for line in file.lines():
        found = _entry(line)
        if found is None:
            is_day = _is_day(line)
            if entry is None or is_day:
                report.change(NOTICE if is_day else _BEFORE, int(bool(line.strip())))
            else:
                lines.append(line)
            continue
        if entry is not None:
            yield from _messages(entry, lines, order, report)
        entry, lines = found, [found.text]
    if entry is not None:
        yield from _messages(entry, lines, order, report)


def _messages(entry: _Entry, lines: Sequence[str], order: DateOrder, report: ReadReport) -> Iterator[Message]:
    """The message of an entry, if it is one."""
    if entry.name is None:
        report.change(NOTICE)
        return
    written, generated = [], ""
    for line in lines:
        text, _, behind = line.partition(_MARK) if entry.marked else (line, "", "")
        written.append(_EDITED.sub("", visible(text).strip()))
        generated = generated or visible(behind)
    text = "\n".join(
        line for line in written if line and not _IN_BRACKETS.fullmatch(line) and not _FILE.fullmatch(line)
    )
    if (text or generated).casefold().rstrip(" .。") in _DELETED:
        report.change(DELETED)
    elif text and text != _NOTHING and not _PLACE.fullmatch(text):
        yield Message(entry.name, text, seconds(entry.stamp, order))
    else:
        report.change(NOTICE if len(generated.split()) > _FEW_WORDS else MEDIA)


FORMATS = (chat_format("whatsapp", 60, weigh, read, may_be=may_be),)
