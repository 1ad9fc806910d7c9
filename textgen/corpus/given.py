"""A corpus that a program gives as texts or dialogues, instead of naming files."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from textgen.corpus.collection import Corpus, CorpusFile, Kind
from textgen.corpus.document import DocumentOpening, Element, Scene, turn_of
from textgen.corpus.format_table import SCRIPT_FORMATS, Recognised, check_format, read_as, recognise
from textgen.corpus.formats.base import HEAD_LINES, Evidence, Format, ReadReport
from textgen.corpus.reading import repair_escaped
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import ConfigurationError

NAME = "texts"
"""What such a corpus is called where others have the name of a file."""

_TEXT_FORMATS = {name: format for name, format in SCRIPT_FORMATS.items() if not format.one_piece}
"""The formats that a single text may have: a table is no text."""

_DIALOGUES = Format("dialogues", 0, None)


class GivenTexts:
    """Texts, each a document; an iterator is read once, and they are kept in memory.

    Args:
        texts: of `str`; missing ones (None, or what pandas has for them) and empty ones are left out and counted.

    Raises:
        ConfigurationError: they are no texts.
    """

    kind: Kind = "scripts"
    argument = "texts"

    def __init__(self, texts: Iterable[str | None]) -> None:
        given = [_text(text, self.argument) for text in _several(texts, self.argument)]
        self.texts = tuple(text for text in given if text.strip())
        self.empty = len(given) - len(self.texts)
        self.fingerprint = _fingerprint((text,) for text in self.texts)
        self.size = sum(map(len, self.texts))
        if not self.texts:
            raise ConfigurationError(
                f"texts holds no text ({self.empty} are empty); it must have at least one: give more."
            )


class GivenDialogues:
    """Dialogues, each with its turns; an iterator is read once, and they are kept in memory.

    Args:
        dialogues: the turns of each, as `str`.

    Raises:
        ConfigurationError: they are no dialogues.
    """

    kind: Kind = "dialogues"
    argument = "dialogues"

    def __init__(self, dialogues: Iterable[Iterable[str | None]]) -> None:
        given = _several(dialogues, self.argument)
        turns = (tuple(_text(turn, "a turn") for turn in _several(one, "a dialogue")) for one in given)
        self.dialogues = tuple(one for one in turns if one)
        self.empty = 0
        self.fingerprint = _fingerprint(self.dialogues)
        self.size = sum(map(len, chain.from_iterable(self.dialogues)))
        if not self.dialogues:
            raise ConfigurationError("dialogues holds no dialogue; it must have at least one: give more.")


Given = GivenTexts | GivenDialogues


class GivenCorpus(Corpus):
    """What a program gave, read as files are.

    Args:
        given: texts or dialogues.
        format: of the texts; None finds it from their content.
        options: how a person says that they are to be read.

    Raises:
        ConfigurationError: the format is unknown.
    """

    def __init__(self, given: Given, format: str | None, options: ReadingOptions) -> None:
        file = _TextsInMemory(given, format, options) if isinstance(given, GivenTexts) else _DialoguesInMemory(given)
        self.files, self.style = (file,), file.style
        self._fingerprint = given.fingerprint


class _InMemory(CorpusFile):
    """As much of a file as what is given has."""

    def __init__(self, given: Given, found: Recognised) -> None:
        super().__init__((), found)
        self.paths, self.size = (Path(NAME),), given.size

    @property
    def encoding(self) -> str:
        """Python's texts have none."""
        return "given by a program"


class _TextsInMemory(_InMemory):
    def __init__(self, given: GivenTexts, format: str | None, options: ReadingOptions) -> None:
        self._given = given
        head = list(islice(chain.from_iterable(chain(_lines(text), [""]) for text in given.texts), HEAD_LINES))
        if format is not None:
            check_format(format, _TEXT_FORMATS, "texts'")
            found = read_as(format, _TEXT_FORMATS, head, Path(NAME), options)
        elif all("\n" not in text for text in given.texts):
            found = _of_lines(head[::2], options)
        else:
            found = recognise(_TEXT_FORMATS, head, Path(NAME), options) or _of_lines(head, options)
        super().__init__(given, found)

    def elements(self) -> Iterator[Element]:
        """The lines of each text, streaming."""
        report = ReadReport()
        report.change("empty text left out", self._given.empty)
        for text in self._given.texts:
            yield DocumentOpening()
            yield from self._found.elements(_lines(text), report)
        self.report = report


class _DialoguesInMemory(_InMemory):
    def __init__(self, given: GivenDialogues) -> None:
        self._given = given
        super().__init__(given, Recognised(_DIALOGUES, Evidence(True, "they were given"), "they were given"))

    def dialogues(self) -> Iterator[Scene]:
        """The dialogues."""
        for turns in self._given.dialogues:
            yield Scene(None, tuple(map(turn_of, turns)))


def _of_lines(lines: list[str], options: ReadingOptions) -> Recognised:
    """Texts of one line are captions, unless somebody speaks in them."""
    found = recognise(_TEXT_FORMATS, lines, Path(NAME), options)
    if found is not None and found.format.name not in ("plain", "captions"):
        return found
    return read_as("captions", _TEXT_FORMATS, lines, Path(NAME), options)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _several(given: Any, argument: str) -> Iterable[Any]:
    """Refuses what is one text or nothing to go through, where several are wanted."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        kind = type(given).__name__
        raise ConfigurationError(
            f"{argument} is of the type {kind}; it must be a list or another iterable of several: put it into a list, "
            "for example."
        )
    return given


def _text(value: Any, argument: str) -> str:
    """A text; an empty one for what is missing: None, or what pandas and NumPy have for it."""
    if value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, str):
        raise ConfigurationError(
            f"{argument} holds {value!r:.60} of the type {type(value).__name__}; it must be a str: turn it into one, "
            "or leave it out."
        )
    return repair_escaped(value)


def _fingerprint(groups: Iterable[Iterable[str]]) -> str:
    """BLAKE2b of texts in groups: 32 hexadecimal digits; every text and every group has its place in it."""
    digest = hashlib.blake2b(digest_size=16)
    for group in groups:
        for text in group:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        digest.update(b"\xff" * 8)
    return digest.hexdigest()
