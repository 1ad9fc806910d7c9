"""The Cornell Movie-Dialogs Corpus: a file of lines, and a file that says which of them are conversations.

Fields are separated by ` +++$+++ `, in another edition by tabs. Conversations refer to lines in any order, so the
lines are kept in memory while a pass lasts: their text as UTF-8, and 16 bytes a line to find it.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal, NoReturn

from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.formats.base import HEAD_LINES, Evidence, FilePair, Format, ReadReport, ScriptLayout, filled
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import CorpusError

SEPARATOR = "+++$+++"

_SEPARATOR = re.compile(r" ?\+\+\+\$\+\+\+ ?")
_LINE_FIELDS, _CONVERSATION_FIELDS = 5, 4
_TABBED_IDS = re.compile(r'"?(?:L\d+\t)?u\d+\t(?:u\d+\t)?m\d+\t')
_ID = re.compile(r"\w+")
_REASON = "the fields are separated as in Cornell's lines and conversations"

CornellPart = Literal["lines", "conversations", "other"]


def may_be(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether any line holds what separates fields."""
    return any(SEPARATOR in line or "\t" in line for line in head)


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly all lines are of one part of the corpus."""
    return Evidence(part_of_file(head) is not None, _REASON)


def refuse_as_script(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> NoReturn:
    """Refuse to read one file as a script: without the other one, nobody knows who answers whom.

    Raises:
        CorpusError: always.
    """
    raise CorpusError(
        "A script was to be read, but this is a file of Cornell's movie dialogs, whose lines and conversations are in "
        "two files: give both to train-chat, such as movie_lines.txt and movie_conversations.txt."
    )


def part_of_file(head: Sequence[str]) -> CornellPart | None:
    """Which part of the corpus nearly all lines of a file are; None where it is none of them."""
    lines = filled(head)
    parts = Counter(part for _, line in lines if (part := part_of(line)) is not None)
    part, times = parts.most_common(1)[0] if parts else (None, 0)
    return part if times >= 0.8 * len(lines) else None


def part_of(line: str) -> CornellPart | None:
    """Which file of the corpus a line is from; None where it is from none."""
    fields = _fields(line)
    if len(fields) == _CONVERSATION_FIELDS and fields[3].startswith("["):
        return "conversations"
    if len(fields) == _LINE_FIELDS and SEPARATOR not in fields[-1]:
        return "lines"
    return "other" if len(fields) > 1 else None


def pair_up(files: Sequence[TextFile], ordered: bool) -> Iterator[FilePair]:
    """Lines and conversations by twos; files about films and characters are not needed.

    Raises:
        CorpusError: if one of two is missing.
    """
    parts = [part_of_file(file.head(HEAD_LINES)) for file in files]
    lines, conversations = (
        [file for file, part in zip(files, parts, strict=True) if part == wanted]
        for wanted in ("lines", "conversations")
    )
    if not lines or len(lines) != len(conversations):
        raise CorpusError(
            "Dialogues in Cornell's format are in two files, one with the lines and one with the conversations, but "
            f"{len(lines)} of the one and {len(conversations)} of the other were found among "
            f"{', '.join(str(file.path) for file in files)}; "
            "give both, such as movie_lines.txt and movie_conversations.txt."
        )
    for pair in zip(lines, conversations, strict=True):
        yield FilePair(pair, _REASON)


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each conversation; ids of missing lines are skipped.

    Args:
        files: the one with the lines, and the one with the conversations.
        report: counts lines and conversations that cannot be read, and ids of missing lines.
    """
    table = _LineTable(files[0], report)
    for number, line in enumerate(files[1].lines(), start=1):
        if not line.strip():
            continue
        if part_of(line) != "conversations":
            report.skip(number, line, f"no conversation of {_CONVERSATION_FIELDS} fields in {files[1].path.name}")
            continue
        ids = _ID.findall(_fields(line)[3])
        turns = [table.find(line_id) for line_id in ids]
        for line_id, turn in zip(ids, turns, strict=True):
            if turn is None:
                report.skip(number, line, f"{line_id} is not among the lines")
        if any(turns):
            yield Scene(None, tuple(turn for turn in turns if turn is not None))


def _fields(line: str) -> list[str]:
    if SEPARATOR in line:
        return _SEPARATOR.split(line, maxsplit=_LINE_FIELDS - 1)
    return line.split("\t", _LINE_FIELDS - 1) if _TABBED_IDS.match(line) else []


class _LineTable:
    """The lines of the corpus by their ids.

    Args:
        file: the file with the lines.
        report: counts the records that are no line.
    """

    def __init__(self, file: TextFile, report: ReadReport) -> None:
        self._text = bytearray()
        starts, keys = array("Q", [0]), array("Q")
        for number, line in enumerate(file.lines(), start=1):
            fields = _fields(line)
            if len(fields) == _LINE_FIELDS:
                self._text += f"{fields[3]}\n{fields[4]}".encode()
                starts.append(len(self._text))
                keys.append(_key(fields[0].strip('"')))
            elif line.strip():
                report.skip(number, line, f"no line of {_LINE_FIELDS} fields in {file.path.name}")
        self._order = array("Q", sorted(range(len(keys)), key=keys.__getitem__))
        self._keys, self._starts = array("Q", map(keys.__getitem__, self._order)), starts

    def find(self, line_id: str) -> Line | None:
        """The line with an id (the first one that has it); None where there is none."""
        key = _key(line_id)
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return None
        number = self._order[place]
        speaker, text = self._text[self._starts[number] : self._starts[number + 1]].decode().split("\n")
        return turn_of(text, speaker.strip() or None)


def _key(line_id: str) -> int:
    return int.from_bytes(blake2b(line_id.encode(), digest_size=8).digest(), "big")


FORMATS = (Format("cornell", 90, weigh, refuse_as_script, read_dialogues=read, pair_up=pair_up, may_be=may_be),)
