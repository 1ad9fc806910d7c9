"""Reading a text file of any encoding and size, line by line, with flat memory."""

import codecs
import io
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from textgen.text.encodings import byte_order_mark, decode_cut, find_encoding
from textgen.text.files import HEAD_BYTES, read_head, refuse_binary, refuse_unreadable
from textgen.text.repairs import repair

_CHUNK_BYTES = 1 << 20
_LOOKED_AT = 1 << 16


class TextFile:
    """A text file whose encoding is found, and whose small damages are repaired while it is read.

    Args:
        path: the file.

    Attributes:
        encoding: the name of the codec, found from the first megabytes.
        repairs: how often each of `textgen.text.repairs.REPAIRS` was made in the last complete pass.

    Raises:
        CorpusError: the file is missing, a folder, not readable, empty, or no text.

    Example:
        >>> list(TextFile("seinfeld.txt").lines())[0]
        'jerry: do you know what this is all about?'
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.repairs: dict[str, int] = {}
        head = read_head(self.path)
        mark = byte_order_mark(head)
        self._mark_bytes = mark[1] if mark else 0
        self.encoding = mark[0] if mark else find_encoding(head, is_whole=len(head) < HEAD_BYTES)
        refuse_binary(self.path, decode_cut(head[self._mark_bytes :][:_LOOKED_AT], self.encoding))

    def lines(self) -> Iterator[str]:
        """Give the lines without their ends; they are split at \\n, \\r\\n and \\r only, and are in NFC.

        Raises:
            CorpusError: the file cannot be read any more.
        """
        counts: Counter[str] = Counter()
        begun: list[str] = []
        for text in self._texts(counts):
            *complete, rest = text.split("\n")
            for line in complete:
                begun.append(line)
                yield _composed("".join(begun), counts)
                begun.clear()
            begun.append(rest)
        if unfinished := "".join(begun):
            yield _composed(unfinished, counts)
        self.repairs = {kind: times for kind, times in counts.items() if times}

    def _texts(self, counts: Counter[str]) -> Iterator[str]:
        """Give the text in pieces, repaired, with \\n for every line end."""
        counts["bom"] += self._mark_bytes > 0
        errors = "surrogateescape" if self.encoding == "utf-8" else "replace"
        decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        newlines = io.IncrementalNewlineDecoder(None, translate=True)  # holds back a \r that may precede a \n
        for chunk, is_last in self._chunks():
            text = decoder.decode(chunk, is_last)
            if errors == "replace":
                counts["undecodable"] += text.count("\ufffd")
            counts["crlf"] += text.count("\r")
            yield newlines.decode(repair(text, counts), is_last)

    def _chunks(self) -> Iterator[tuple[bytes, bool]]:
        try:
            with self.path.open("rb") as file:
                file.seek(self._mark_bytes)
                while chunk := file.read(_CHUNK_BYTES):
                    yield chunk, False
        except OSError as error:
            refuse_unreadable(self.path, error)
        yield b"", True


def _composed(line: str, counts: Counter[str]) -> str:
    if line.isascii() or unicodedata.is_normalized("NFC", line):
        return line
    counts["nfc"] += 1
    return unicodedata.normalize("NFC", line)
