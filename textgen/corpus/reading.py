"""Text files of any encoding and size, read line by line in flat memory; broken characters are repaired."""

import codecs
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NoReturn

from textgen.corpus.charset import Found, byte_order_mark, decode_cut, find_encoding
from textgen.corpus.long_lines import cut
from textgen.errors import CorpusError
from textgen.tokenizers.composition import composed

REPAIRS: dict[str, str] = {
    "bom": "byte order mark removed",
    "nul": "NUL characters removed",
    "c1": "control characters turned into the Windows characters they stand for",
    "crlf": "line ends turned into plain ones",
    "nfc": "lines brought into the Unicode form NFC",
    "long": "very long lines cut into shorter ones",
    "blank": "lines of invisible characters taken for empty ones",
    "undecodable": "bytes that do not fit the encoding read as Windows characters or U+FFFD",
}
"""The kinds of repair, and what each does, for people."""

_STRAY_BYTE = re.compile("[\x80-\x9f\udc80-\udcff]")
"""A control C1, or a byte that did not fit the encoding."""


_RANGES = (range(0x2000, 0x2010), range(0x2028, 0x2030), range(0x205F, 0x2070), range(0xFE00, 0xFE10))
_OTHERS = " \t\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3000\u3164\ufeff\uffa0"
_INVISIBLE = frozenset(chain(_OTHERS, map(chr, chain(*_RANGES))))
"""Spaces and format characters that show nothing by themselves."""

_NOTHING_TO_SEE = re.compile(f"[{re.escape(''.join(sorted(_INVISIBLE)))}]+")


def repair(text: str, counts: Counter[str]) -> str:
    """Remove NULs, and turn escaped bytes and C1 controls into Windows characters.

    U+0085 is one of them (the ellipsis), so that it cannot split a line. Five controls stand for nothing in
    Windows either: they are invisible, and are removed.

    Args:
        text: decoded with the error handler "surrogateescape" if the encoding is UTF-8.
        counts: the counts of repairs, which are updated; see REPAIRS.
    """
    if nuls := text.count("\x00"):
        counts["nul"] += nuls
        text = text.replace("\x00", "")
    if text.isascii():
        return text

    def repaired(stray: re.Match[str]) -> str:
        value = ord(stray[0])
        kind, byte, otherwise = ("c1", value, "") if value < 0x100 else ("undecodable", value - 0xDC00, "\ufffd")
        counts[kind] += 1
        return _windows(byte) or otherwise

    return _STRAY_BYTE.sub(repaired, text)


def whole_pairs(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which cannot be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def repair_escaped(text: str) -> str:
    """Repairs what JSON escapes can put into a text: NULs, half surrogate pairs, forms other than NFC.

    Example:
        >>> repair_escaped("so cute \\ud83d")
        'so cute \ufffd'
    """
    text = text.replace("\x00", "")
    return text if text.isascii() else composed(whole_pairs(text))


def _windows(value: int) -> str | None:
    """Give the character of a byte in cp1252; None for the five that have none."""
    try:
        return bytes([value]).decode("cp1252")
    except UnicodeDecodeError:
        return None


HEAD_BYTES = 4 << 20

_BLANK = b" \t\r\n\x0b\x0c\x00"
_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "a rich text document"),
    (b"\x1f\x8b", "a gzip archive"),
)
# Controls that no text needs: all but tab, line ends, form feed, escape and Ctrl-Z, the end of DOS files.
_CONTROLS = bytes([*range(0x01, 0x09), *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])
_STRAY_CONTROLS = 2
_MOST_CONTROLS = 0.02
_MOST_NULS = 0.3
_MOST_UNDECODABLE = 0.1


def read_head(path: Path) -> bytes:
    """Give the first megabytes of a file.

    Raises:
        CorpusError: the file is missing, a folder, not readable, empty, or a known kind of document.
    """
    try:
        if path.exists() and not path.is_dir() and not path.is_file():
            _refuse(path, "is no ordinary file", "save its text in a file")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        refuse_unreadable(path, error)
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe").strip(_BLANK) and len(head) < HEAD_BYTES:
        _refuse(path, "is empty", "give a file that holds text")
    kind = next((kind for mark, kind in _KINDS if head.startswith(mark)), None)
    if kind is not None:
        _refuse(path, f"is {kind}", "save its text as a plain text file, and give that")
    return head


def refuse_binary(path: Path, text: str) -> None:
    """Refuse what was decoded but is no text: too many controls, NULs or undecodable bytes.

    Args:
        path: the file, for the message.
        text: its beginning.
    """
    length = max(len(text), 1)
    data = text.encode("utf-8", "surrogatepass")
    if (
        len(data) - len(data.translate(None, _CONTROLS)) > _STRAY_CONTROLS + _MOST_CONTROLS * length
        or text.count("\x00") > _MOST_NULS * length
        or text.count("\ufffd") > _MOST_UNDECODABLE * length
    ):
        _refuse(path, "is no text but binary data", "give a text file in UTF-8 or another encoding")


def refuse_unreadable(path: Path, error: OSError) -> NoReturn:
    """Say why the operating system would not let a file be read."""
    if isinstance(error, FileNotFoundError):
        _refuse(path, "does not exist", "check the name and the folder", error)
    if isinstance(error, IsADirectoryError):
        _refuse(path, "is a folder", "give the files in it", error)
    if isinstance(error, PermissionError):
        _refuse(path, "may not be read by you", "ask for the permission to read it, or copy it", error)
    _refuse(path, f"cannot be read ({error.strerror or error})", "copy it to another disk and try again", error)


def _refuse(path: Path, found: str, advice: str, cause: OSError | None = None) -> NoReturn:
    raise CorpusError(f"The corpus file {path} {found}; {advice}.") from cause


_CHUNK_BYTES = 1 << 20
_LOOKED_AT = 1 << 16


class TextFile:
    """A text file: finds its encoding, and repairs small damage while reading.

    Args:
        path: the file.
        encoding: name of its encoding; None finds it. A byte order mark of the same encoding is no text.

    Attributes:
        encoding: the name of the codec.
        rival_encoding: another one that may be the right one; None where the first is sure.
        repairs: how often each of `textgen.corpus.reading.REPAIRS` was made in the last complete pass.

    Raises:
        CorpusError: the file is missing, a folder, not readable, empty, or no text.

    Example:
        >>> list(TextFile("seinfeld.txt").lines())[0]
        'jerry: do you know what this is all about?'
    """

    def __init__(self, path: str | os.PathLike[str], encoding: str | None = None) -> None:
        self.path = Path(path)
        self.repairs: dict[str, int] = {}
        self._watch: Callable[[bytes], object] | None = None
        head = read_head(self.path)
        mark = byte_order_mark(head)
        self.encoding, self.rival_encoding = _encoding(head, mark, encoding)
        self._mark_bytes = mark[1] if mark and mark[0] == self.encoding else 0
        refuse_binary(self.path, decode_cut(head[self._mark_bytes :][:_LOOKED_AT], self.encoding))
        self._head: bytes | None = head

    def head(self, lines: int) -> list[str]:
        """Give the first lines, as far as they lie in the first megabytes, without opening the file again.

        They are those of the first megabytes, where the only line may be a cut one. These bytes are then released: a
        second call reads them again.
        """
        data, self._head, counts = self._head, None, Counter[str]()
        if data is not None:
            begin = io.BytesIO(data)
            pieces = iter(lambda: begin.read(_LOOKED_AT), b"")
            chunks = chain(((piece, False) for piece in pieces), [(b"", True)])
            found = list(islice(self._lines(chunks, counts), lines + 1))
            if len(found) <= lines and len(data) < HEAD_BYTES:
                self._keep_repairs(counts)
                return found
            return found[:-1] or found  # the last line goes on behind these bytes
        return list(islice(self._lines(_first_bytes(self._chunks(None)), counts), lines))

    def watch_next(self, watch: Callable[[bytes], object]) -> None:
        """Have the next pass give every piece of the file's bytes to a function too, in order."""
        self._watch = watch

    def lines(self, longest: int | None = None) -> Iterator[str]:
        """Give the lines without their ends; they are split at \\n, \\r\\n and \\r only, and are in NFC.

        Args:
            longest: lines with more characters are given in pieces, cut between sentences or words; None cuts none.

        Raises:
            CorpusError: the file cannot be read any more.
        """
        watch, self._watch, self._head = self._watch, None, None
        counts: Counter[str] = Counter()
        yield from self._lines(self._chunks(watch), counts, longest)
        self._keep_repairs(counts)

    def pieces(self) -> Iterator[str]:
        """Give the text in pieces of a megabyte or so, wherever its lines end, with \\n for every line end.

        What has a markup of its own may be all in one line; unlike lines, the pieces are in no Unicode form.

        Raises:
            CorpusError: the file cannot be read any more.
        """
        watch, self._watch, self._head = self._watch, None, None
        counts: Counter[str] = Counter()
        yield from self._texts(self._chunks(watch), counts)
        self._keep_repairs(counts)

    def _keep_repairs(self, counts: Counter[str]) -> None:
        self.repairs = {kind: times for kind, times in counts.items() if times}

    def _lines(
        self, chunks: Iterator[tuple[bytes, bool]], counts: Counter[str], longest: int | None = None
    ) -> Iterator[str]:
        begun: list[str] = []
        is_cut = False
        for text in self._texts(chunks, counts):
            complete = text.split("\n")
            begun.append(complete.pop())
            if complete:
                complete[0] = "".join((*begun[:-1], complete[0]))
                del begun[:-1]
            for line in complete:
                if is_cut or (longest is not None and len(line) > longest):
                    yield from (_composed(piece, counts) for piece in cut(line))
                    counts["long"] += not is_cut
                    is_cut = False
                elif line.isascii() and not line.isspace():
                    yield line  # as nearly all are
                else:
                    yield _composed(line, counts)
            if longest is not None and sum(map(len, begun)) > longest:
                *pieces, rest = cut("".join(begun))
                yield from (_composed(piece, counts) for piece in pieces)
                begun = [rest]
                counts["long"] += not is_cut
                is_cut = True
        if unfinished := "".join(begun):
            yield from (_composed(piece, counts) for piece in (cut(unfinished) if is_cut else (unfinished,)))

    def _texts(self, chunks: Iterator[tuple[bytes, bool]], counts: Counter[str]) -> Iterator[str]:
        """Give the text in pieces, repaired, with \\n for every line end."""
        counts["bom"] += self._mark_bytes > 0
        errors = "surrogateescape" if self.encoding == "utf-8" else "replace"
        decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        newlines = io.IncrementalNewlineDecoder(None, translate=True)  # holds back a \r that may precede a \n
        to_skip = self._mark_bytes
        for chunk, is_last in chunks:
            text = decoder.decode(chunk[to_skip:], is_last)
            to_skip = 0
            if errors == "replace":
                counts["undecodable"] += text.count("\ufffd")
            counts["crlf"] += text.count("\r")
            yield newlines.decode(repair(text, counts), is_last)

    def _chunks(self, watch: Callable[[bytes], object] | None) -> Iterator[tuple[bytes, bool]]:
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    if watch is not None:
                        watch(chunk)
                    yield chunk, False
        except OSError as error:
            refuse_unreadable(self.path, error)
        yield b"", True


def _first_bytes(chunks: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """The chunks that hold the first HEAD_BYTES."""
    size = 0
    for chunk, is_last in chunks:
        yield chunk, is_last
        size += len(chunk)
        if size >= HEAD_BYTES:
            return


def _encoding(head: bytes, mark: tuple[str, int] | None, asked: str | None) -> Found:
    """The encoding that a person named, that a byte order mark names, or that fits best."""
    if asked is not None:
        name = codecs.lookup(asked).name
        if name not in ("utf-16", "utf-32"):
            return Found(name)
        # Which byte of a character comes first the mark tells, or else the text; mostly it is the low one.
        found = mark[0] if mark else find_encoding(head, is_whole=len(head) < HEAD_BYTES).name
        return Found(found if found.startswith(f"{name}-") else f"{name}-le")
    return Found(mark[0]) if mark else find_encoding(head, is_whole=len(head) < HEAD_BYTES)


def _composed(line: str, counts: Counter[str]) -> str:
    """The line in NFC; only white space, which every format takes for no text, where there is nothing to see."""
    if line and line[0] in _INVISIBLE and _NOTHING_TO_SEE.fullmatch(line):
        counts["blank"] += 1
        return line if line.isspace() else " "
    changed = composed(line)
    counts["nfc"] += changed is not line
    return changed
