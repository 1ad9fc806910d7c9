"""Text messages that the app SMS Backup & Restore saves: an XML element `<sms .../>` a line, all contacts mixed.

Only these elements are looked for, and nothing in the file is resolved but signs: there is no entity to expand.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from textgen.corpus.formats.base import Evidence, ReadReport, filled
from textgen.corpus.formats.messages import ME, MEDIA, NOTICE, Message, chat_evidence, chat_format
from textgen.corpus.formats.timestamps import number_seconds
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.corpus.reading_options import ReadingOptions

_ELEMENT = re.compile(r"""<(sms|mms)\b((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HALVES = re.compile(r"&#(5[5-6]\d{3});&#(5[6-7]\d{3});")
_RECEIVED, _SENT = "1", "2"
_UNKNOWN = ("", "(Unknown)", "null")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of text messages with an address and a body."""
    found = [fields for _, line in filled(head) for kind, fields in _elements(line) if kind == "sms"]
    fits = any({"address", "body", "type"} <= fields.keys() for fields in found)
    return chat_evidence(read, head, options, "text messages as SMS Backup & Restore saves them" if fits else None)


def read(file: TextFile, report: ReadReport) -> Iterator[Message]:
    """Yield the text messages; each contact is a chat.

    Args:
        file: the backup.
        report: counts drafts and the like as notices, and messages with pictures.
    """
    for line in file.lines():
        for kind, fields in _elements(line):
            text = fields.get("body", "").strip()
            if kind == "mms" or not text or text == "null":
                report.change(MEDIA)
            elif fields.get("type") not in (_RECEIVED, _SENT):
                report.change(NOTICE)
            else:
                yield _message(fields, text)


def _message(fields: Mapping[str, str], text: str) -> Message:
    address, name = fields.get("address", ""), fields.get("contact_name", "")
    contact = address if name in _UNKNOWN else name
    speaker = ME if fields["type"] == _SENT else contact or "unknown"
    chat = int.from_bytes(blake2b(address.encode(), digest_size=8).digest(), "big")
    return Message(speaker, text, number_seconds(fields.get("date"), 1e-3), chat)


def _elements(line: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements on a line, each with its attributes."""
    for element in _ELEMENT.finditer(line):
        found = _ATTRIBUTE.finditer(element[2])
        yield (
            element[1],
            {name: _written(double or single or "") for name, double, single in (a.groups() for a in found)},
        )


def _written(value: str) -> str:
    """An attribute with signs for what stands for them; emoji are saved as two halves each."""

    def joined(found: re.Match[str]) -> str:
        return (
            (chr(int(found[1])) + chr(int(found[2])))
            .encode("utf-16-le", "surrogatepass")
            .decode("utf-16-le", "replace")
        )

    return repair_escaped(html.unescape(_HALVES.sub(joined, value)))


FORMATS = (chat_format("sms", 70, weigh, read, markup="XML"),)
