"""A corpus: files and folders, read again and again without being held in memory."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NoReturn

from textgen.corpus.document import DocumentOpening, Element, NumberedPart, Scene, assemble, by_document
from textgen.corpus.formats.base import (
    HEAD_LINES,
    FilePair,
    Format,
    ReadReport,
    ScriptLayout,
    first_filled,
    misfit_line,
)
from textgen.corpus.formats.pairs import ALIGNED, aligned_by_length, aligned_by_name
from textgen.corpus.formats.registry import (
    DIALOGUE_FORMATS,
    SCRIPT_FORMATS,
    Recognised,
    check_format,
    read_as,
    recognise,
    suffixes,
)
from textgen.corpus.reading import TextFile
from textgen.corpus.script import ScriptStyle
from textgen.errors import CorpusError

Kind = Literal["scripts", "dialogues"]

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


class CorpusFile:
    """One file of a corpus, or two that belong together.

    Args:
        files: the file, or the two in the order in which the format takes them.
        format: how they are read.
        reason: why this is thought, for a person.
        layout: how scripts of the file are written.
        sure: whether a file of dialogues can hardly be anything else.

    Attributes:
        paths: one path, or two: prompts and replies, Cornell's lines and conversations.
        size: bytes.
        report: what its reader left out and normalised in the last complete pass.
    """

    def __init__(
        self, files: Sequence[TextFile], format: Format, reason: str, layout: ScriptLayout, sure: bool = True
    ) -> None:
        self._files, self._format, self._layout = tuple(files), format, layout
        self.paths = tuple(file.path for file in files)
        self.size = sum(path.stat().st_size for path in self.paths)
        self.reason, self.sure = reason, sure
        self.report = ReadReport()

    @property
    def path(self) -> Path:
        """The file; the first one of two."""
        return self.paths[0]

    @property
    def format(self) -> str:
        """The name of its format."""
        return self._format.name

    @property
    def style(self) -> ScriptStyle:
        """How scripts of the file are put into text."""
        return ScriptStyle(self._layout.name, self._layout.blank_lines)

    @property
    def encoding(self) -> str:
        """Of its bytes; both, where two files differ."""
        return ", ".join(dict.fromkeys(file.encoding for file in self._files))

    @property
    def repairs(self) -> dict[str, int]:
        """What was repaired in its bytes in the last complete pass."""
        return dict(sum((Counter(file.repairs) for file in self._files), Counter[str]()))

    def elements(self) -> Iterator[Element]:
        """Its lines and openings, streaming, where it was opened for scripts."""
        if self._format.read is None:
            raise ValueError(f"{self.path} was opened for dialogues: the format {self.format} has no scripts")
        report = ReadReport()
        yield from self._format.read(self._files[0].lines(), self._layout, report)
        self.report = report

    def dialogues(self) -> Iterator[Scene]:
        """Its dialogues, streaming, where it was opened for them.

        Raises:
            CorpusError: if the file cannot be read to its end.
            MissingExtraError: if its format needs a package that is not installed.
        """
        if self._format.read_dialogues is None:
            raise ValueError(f"{self.path} was opened for scripts: the format {self.format} has no dialogues")
        report = ReadReport()
        yield from self._format.read_dialogues(self._files, report)
        self.report = report


class Corpus:
    """Scripts or dialogues in files.

    Args:
        paths: a file or folder, or several. The two files of a pair are found among them; where both are named, the
            one with the prompts is the first.
        format: how to read all of them, one of SCRIPT_FORMATS or DIALOGUE_FORMATS; None to find it out for each file.
        kind: what is read from them.

    Attributes:
        files: the files, in order, the two of a pair as one.
        style: how scripts of the corpus are put into text: that of the largest file.

    Raises:
        CorpusError: if a path is missing, or a file cannot be read or does not fit the format.
        ConfigurationError: if the format is unknown.

    Example:
        >>> for document in Corpus("seinfeld.txt").documents():
        ...     for scene in document:
        ...         print(scene.heading, len(scene.lines))
        >>> for _, dialogue in Corpus(["human_text.txt", "robot_text.txt"], kind="dialogues").dialogues():
        ...     print([turn.text for turn in dialogue.lines])
    """

    def __init__(self, paths: Paths, format: str | None = None, kind: Kind = "scripts") -> None:
        known = SCRIPT_FORMATS if kind == "scripts" else DIALOGUE_FORMATS
        if format is not None:
            check_format(format, known, "corpus" if kind == "scripts" else "dialogue")
        given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        found = find_files(given, suffixes(known))
        if kind == "scripts":
            self.files = tuple(_file(path, SCRIPT_FORMATS, format) for path in found)
        else:
            self.files = tuple(_dialogue_files(found, not any(Path(path).is_dir() for path in given), format))
        self.style: ScriptStyle = max(self.files, key=lambda file: file.size).style

    def documents(self) -> Iterator[Iterator[Scene]]:
        """Give the scenes of each document; long scenes come in parts (`Scene.continued`).

        A document must be read before the next one is asked for.
        """
        return by_document(self.parts())

    def parts(self) -> Iterator[NumberedPart]:
        """Give the scenes (long ones in parts), each with the number of its document; reads the files anew."""
        elements = chain.from_iterable(chain([DocumentOpening()], file.elements()) for file in self.files)
        return assemble(elements)

    def dialogues(self) -> Iterator[NumberedPart]:
        """Give the dialogues, each with the number of its file (from 0); reads the files anew."""
        for number, file in enumerate(self.files):
            for dialogue in file.dialogues():
                yield number, dialogue

    @cached_property
    def fingerprint(self) -> str:
        """BLAKE2b of the files' bytes, in order: 32 hexadecimal digits."""
        digest = hashlib.blake2b(digest_size=16)
        for path in chain.from_iterable(file.paths for file in self.files):
            with path.open("rb") as bytes_:
                hashlib.file_digest(bytes_, lambda: digest)
        return digest.hexdigest()


def recognise_dialogues(paths: Paths) -> Corpus | None:
    """The corpus in files that can hardly be anything but dialogues; None where one of them may be a script."""
    try:
        corpus = Corpus(paths, kind="dialogues")
    except CorpusError:
        return None
    return corpus if all(file.sure for file in corpus.files) else None


def _head(file: TextFile) -> list[str]:
    return list(islice(file.lines(), HEAD_LINES))


def _file(path: Path, formats: Mapping[str, Format], format: str | None) -> CorpusFile:
    """A file that is read alone."""
    file = TextFile(path)
    head = _head(file)
    found = recognise(formats, head, path) if format is None else read_as(format, formats, head, path)
    if found is None:
        _refuse(file)
    return _alone(file, found)


def _alone(file: TextFile, found: Recognised) -> CorpusFile:
    return CorpusFile((file,), found.format, found.reason, found.evidence.layout, found.evidence.sure)


def _dialogue_files(paths: Sequence[Path], ordered: bool, format: str | None) -> list[CorpusFile]:
    """How to read files of dialogues, in the order in which they (the first of two) are given.

    Args:
        paths: the files.
        ordered: whether a person named them one by one: then the first one of an aligned pair has the prompts,
            else the one whose name says so.
        format: one of DIALOGUE_FORMATS for all of them; None to find it out from their content.

    Raises:
        CorpusError: if a file cannot be read or does not fit, or one of two is missing.
    """
    if format is None:
        found = list(_recognised(paths, ordered))
    elif DIALOGUE_FORMATS[format].pair_up is not None:
        found = list(_pairs(DIALOGUE_FORMATS[format], [TextFile(path) for path in paths], ordered, asked=True))
    else:
        found = [_file(path, DIALOGUE_FORMATS, format) for path in paths]
    return sorted(found, key=lambda file: min(paths.index(path) for path in file.paths))


def _pairs(format: Format, files: Sequence[TextFile], ordered: bool, asked: bool = False) -> Iterator[CorpusFile]:
    """The files of a format that takes two."""
    for pair in format.pair_up(files, ordered) if format.pair_up else ():
        yield _pair(format, pair, f"as asked for ({pair.reason})" if asked else pair.reason)


def _pair(format: Format, pair: FilePair, reason: str) -> CorpusFile:
    return CorpusFile(pair.files, format, reason, ScriptLayout(), pair.sure)


def _recognised(paths: Sequence[Path], ordered: bool) -> Iterator[CorpusFile]:
    """The surest first: content, names of pairs, content that could be something else, numbers of lines.

    Raises:
        CorpusError: if a file fits nothing.
    """
    found: dict[TextFile, Recognised | None] = {}
    for path in paths:
        file = TextFile(path)
        found[file] = recognise(DIALOGUE_FORMATS, _head(file), path)
    for format in DIALOGUE_FORMATS.values():
        parts = [file for file, known in found.items() if known and format.pair_up and known.format is format]
        if parts:
            yield from _pairs(format, parts, ordered)
            found = {file: known for file, known in found.items() if file not in parts}
    yield from (_alone(file, known) for file, known in found.items() if known and known.evidence.sure)
    unsure = {file: known for file, known in found.items() if known is None or not known.evidence.sure}
    named = list(aligned_by_name(list(unsure), ordered))
    yield from (_pair(ALIGNED, pair, pair.reason) for pair in named)
    alone = {file: known for file, known in unsure.items() if not any(file in pair.files for pair in named)}
    yield from (_alone(file, known) for file, known in alone.items() if known)
    unknown = [file for file, known in alone.items() if known is None]
    of_a_length = list(aligned_by_length(unknown, ordered))
    yield from (_pair(ALIGNED, pair, pair.reason) for pair in of_a_length)
    for file in unknown:
        if not any(file in pair.files for pair in of_a_length):
            _refuse(file)


def _refuse(file: TextFile) -> NoReturn:
    head = _head(file)
    raise CorpusError(
        f"Dialogues were to be read from {file.path}, but it fits no format of them: "
        f"{misfit_line(head, first_filled(head))}; the formats are {', '.join(DIALOGUE_FORMATS)}: give a file in one "
        "of them, name its format with --format, or leave the file out."
    )


def find_files(paths: Sequence[str | os.PathLike[str]], suffixes: Sequence[str]) -> list[Path]:
    """The files that paths name, folders searched through, each file once.

    Args:
        paths: a file may have any suffix.
        suffixes: which files of a folder count, where hidden and empty ones do not.

    Raises:
        CorpusError: if a path is missing, a folder holds no such file, or no path is given.
    """
    if not paths:
        raise CorpusError("A corpus was asked for, but no file was named; give at least one file or folder.")
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        for file in _files(path, suffixes):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _files(path: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    if not path.exists():
        raise CorpusError(f"The corpus {path} does not exist; check the path, relative to {Path.cwd()}.")
    if not path.is_dir():
        yield path
        return
    files = [file for file in sorted(path.rglob("*")) if _is_wanted(file, path, suffixes)]
    if not files:
        raise CorpusError(
            f"The folder {path} holds no text files; taken are files that end in {', '.join(suffixes)} "
            "and are not empty: name other files one by one."
        )
    yield from files


def _is_wanted(file: Path, folder: Path, suffixes: Sequence[str]) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in suffixes and file.is_file() and file.stat().st_size > 0
