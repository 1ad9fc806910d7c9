"""A corpus: files and folders, read again and again without being held in memory."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from textgen.corpus.document import DocumentOpening, Element, NumberedPart, Scene, assemble, by_document
from textgen.corpus.format_table import (
    DIALOGUE_FORMATS,
    SCRIPT_FORMATS,
    Recognised,
    check_format,
    read_as,
    recognise,
    suffixes,
    written_in,
)
from textgen.corpus.formats.base import (
    HEAD_LINES,
    Evidence,
    FilePair,
    Format,
    ReadReport,
    first_filled,
    misfit_line,
)
from textgen.corpus.formats.json_text import MOST_NESTED, nesting
from textgen.corpus.formats.markup import find_markup
from textgen.corpus.formats.pairs import ALIGNED, aligned_by_length, aligned_by_name
from textgen.corpus.paths import find_files
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.corpus.script import ScriptStyle
from textgen.corpus.spreadsheets import open_file
from textgen.errors import CorpusError

_Known = TypeVar("_Known")

Kind = Literal["scripts", "dialogues"]

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


class CorpusFile:
    """One file of a corpus, or two that belong together.

    Args:
        files: the file, or the two in the order in which the format takes them.
        found: the format they are read in, and why.

    Attributes:
        paths: one path, or two: prompts and replies, Cornell's lines and conversations.
        size: bytes.
        format, reason: the name of the format, and why it was taken, for a person.
        sure: whether a file of dialogues can hardly be anything else.
        columns: of a table: the name of each (empty where it has none) and what it was taken for (empty for nothing).
        style: the layout of the file's scripts.
        report: what its reader left out and normalised in the last complete pass.
    """

    def __init__(self, files: Sequence[TextFile], found: Recognised) -> None:
        self._files, self._found = tuple(files), found
        self.paths = tuple(file.path for file in files)
        self.size = sum(path.stat().st_size for path in self.paths)
        self.format, self.reason, self.sure = found.format.name, found.reason, found.evidence.sure
        self.columns = found.evidence.columns
        self.style = ScriptStyle(found.evidence.layout.name, found.evidence.layout.blank_lines)
        self.report = ReadReport()

    @property
    def path(self) -> Path:
        """The file; the first one of two."""
        return self.paths[0]

    @property
    def encoding(self) -> str:
        """The encoding of the file; both encodings, where two files differ."""
        return ", ".join(dict.fromkeys(file.encoding for file in self._files))

    @property
    def encoding_doubt(self) -> str | None:
        """What is not sure about the encoding, and how to say it; None where it is sure."""
        doubts = (
            f"{file.encoding} may as well be {file.rival_encoding}" for file in self._files if file.rival_encoding
        )
        found = ", ".join(doubts)
        return f"unsure: {found}; --encoding NAME says which" if found else None

    @property
    def repairs(self) -> dict[str, int]:
        """What was repaired in its bytes in the last complete pass."""
        return dict(sum((Counter(file.repairs) for file in self._files), Counter[str]()))

    def elements(self) -> Iterator[Element]:
        """Its lines and openings, streaming; it must have been opened for scripts."""
        report = ReadReport()
        yield from self._found.script(self._files[0], report)
        self.report = report

    def dialogues(self) -> Iterator[Scene]:
        """Its dialogues, streaming; it must have been opened for dialogues.

        Raises:
            CorpusError: if the file cannot be read to its end.
            MissingExtraError: if its format needs a package that is not installed.
        """
        report = ReadReport()
        yield from self._found.dialogues(self._files, report)
        self.report = report

    def watch_next(self, watch: Callable[[int, bytes], object]) -> None:
        """Have the next pass give the bytes of each file to a function too, with the file's place in `paths`."""
        for place, file in enumerate(self._files):
            file.watch_next(partial(watch, place))


class Corpus:
    """Scripts or dialogues in files.

    Args:
        paths: a file or folder, or several. The two files of a pair are found among them; where both are named, the
            one with the prompts is the first.
        format: how to read all of them, one of SCRIPT_FORMATS or DIALOGUE_FORMATS; None to find it out for each file.
        kind: what is read from them.
        options: how a person says that they are to be read.

    Attributes:
        files: the files, in order, the two of a pair as one.
        left_out: files of folders that hold JSON or the like in no format of scripts.
        style: the layout of the corpus's scripts: that of the largest file.

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

    def __init__(
        self,
        paths: Paths,
        format: str | None = None,
        kind: Kind = "scripts",
        options: ReadingOptions = AS_FOUND,
    ) -> None:
        known = SCRIPT_FORMATS if kind == "scripts" else DIALOGUE_FORMATS
        if format is not None:
            check_format(format, known, "corpus" if kind == "scripts" else "dialogue")
        given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        found = find_files(given, suffixes(known))
        if kind == "scripts":
            named = {Path(path) for path in given}
            self.files, self.left_out = _script_files(found, named, format, options)
        else:
            ordered = not any(Path(path).is_dir() for path in given)
            self.left_out = ()
            self.files = tuple(_dialogue_files(found, ordered, format, options))
        self.style: ScriptStyle = max(self.files, key=lambda file: file.size).style
        self._fingerprint: str | None = None

    def documents(self) -> Iterator[Iterator[Scene]]:
        """Give the scenes of each document; long scenes come in parts (`Scene.continued`).

        A document must be read before the next one is asked for.
        """
        return by_document(self.parts())

    def parts(self) -> Iterator[NumberedPart]:
        """Give the scenes (long ones in parts), each with the number of its document; reads the files anew."""
        fingerprinting = self._fingerprinting()
        elements = chain.from_iterable(chain([DocumentOpening()], file.elements()) for file in self.files)
        yield from assemble(elements)
        self._keep(fingerprinting)

    def dialogues(self) -> Iterator[NumberedPart]:
        """Give the dialogues, each with the number of its file (from 0); reads the files anew."""
        fingerprinting = self._fingerprinting()
        for number, file in enumerate(self.files):
            for dialogue in file.dialogues():
                yield number, dialogue
        self._keep(fingerprinting)

    @property
    def sure(self) -> bool:
        """Whether all files can hardly be anything else than they were opened for."""
        return all(file.sure for file in self.files)

    @property
    def fingerprint(self) -> str:
        """BLAKE2b of the files' bytes, in order: 32 hexadecimal digits.

        The first complete pass computes it without reading again, unless it reads two large files at the same time.
        """
        if self._fingerprint is None:
            digest = hashlib.blake2b(digest_size=16)
            for path in chain.from_iterable(file.paths for file in self.files):
                with path.open("rb") as file:
                    hashlib.file_digest(file, lambda: digest)
            self._fingerprint = digest.hexdigest()
        return self._fingerprint

    def _fingerprinting(self) -> "_Fingerprinting | None":
        """Computes the fingerprint during the pass that begins; None where it is known already."""
        if self._fingerprint is not None:
            return None
        fingerprinting = _Fingerprinting()
        for number, file in enumerate(self.files):
            file.watch_next(partial(fingerprinting.add, number))
        return fingerprinting

    def _keep(self, fingerprinting: "_Fingerprinting | None") -> None:
        if fingerprinting is not None:
            self._fingerprint = fingerprinting.result(sum(file.size for file in self.files))


class _Fingerprinting:
    """Computes the fingerprint of files while they are read."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)
        self._place = (0, 0)
        self._bytes = 0
        self._in_order = True

    def add(self, number: int, place: int, data: bytes) -> None:
        """Add the next bytes.

        Args:
            number: number of the file, or of the pair of files, in the corpus.
            place: which file of the pair.
            data: the next bytes of this file.
        """
        self._in_order = self._in_order and (number, place) >= self._place
        self._place = (number, place)
        self._digest.update(data)
        self._bytes += len(data)

    def result(self, size: int) -> str | None:
        """The fingerprint of files of `size` bytes in all; None where they were not read whole and in order."""
        return self._digest.hexdigest() if self._in_order and self._bytes == size else None


def recognise_dialogues(paths: Paths, options: ReadingOptions = AS_FOUND) -> Corpus | None:
    """The corpus, if its files can be read as dialogues; they may be scripts too, where it is not `sure`."""
    try:
        return Corpus(paths, kind="dialogues", options=options)
    except CorpusError:
        return None


def _file(file: TextFile, formats: Mapping[str, Format], format: str | None, options: ReadingOptions) -> CorpusFile:
    """A file that is read alone.

    Raises:
        CorpusError: if it does not fit.
    """
    found = _found(file.head(HEAD_LINES), file.path, formats, format, options)
    if found is None:
        _refuse(file, formats)
    return CorpusFile((file,), found)


def _found(
    head: Sequence[str], path: Path, formats: Mapping[str, Format], format: str | None, options: ReadingOptions
) -> Recognised | None:
    """The format of a file that is read alone; None where it fits none."""
    known = recognise if format is None else partial(read_as, format)
    return known(formats, head, path, options)


def _one_of_many(found: Recognised, head: Sequence[str], path: Path, options: ReadingOptions) -> Recognised:
    """The format of one of several files. Each is a text: a few lines are then rather a poem than captions."""
    if found.format.name != "captions" or found.evidence.sure:
        return found
    plain = read_as("plain", SCRIPT_FORMATS, head, path, options)
    return plain._replace(reason="plain text: a few lines in a file of their own")


def _script_files(
    paths: Sequence[Path], named: Collection[Path], format: str | None, options: ReadingOptions
) -> tuple[tuple[CorpusFile, ...], tuple[Path, ...]]:
    """The files of scripts with their formats, and those left out.

    Args:
        paths: the files.
        named: those that a person named; others, from folders, are left out where they fit no format.
        format: one of SCRIPT_FORMATS for all of them; None to find it out from their content.
        options: how a person says that they are to be read.

    Raises:
        CorpusError: if a file that was named does not fit, or none does.
    """
    files: list[CorpusFile] = []
    left_out: list[TextFile] = []
    for path in paths:
        file = open_file(path, options.encoding)
        head = file.head(HEAD_LINES)
        found = _found(head, path, SCRIPT_FORMATS, format, options)
        if len(paths) > 1 and found is not None:
            found = _one_of_many(found, head, path, options)
        if found is not None:
            files.append(CorpusFile((file,), found))
        elif path in named:
            _refuse(file, SCRIPT_FORMATS)
        else:
            left_out.append(file)
    if not files:
        _refuse(left_out[0], SCRIPT_FORMATS)
    return tuple(files), tuple(file.path for file in left_out)


def _dialogue_files(
    paths: Sequence[Path], ordered: bool, format: str | None, options: ReadingOptions
) -> list[CorpusFile]:
    """The files of dialogues with their formats, in the order given (a pair at the place of its first file).

    Args:
        paths: the files.
        ordered: whether a person named them one by one: then the first one of an aligned pair has the prompts,
            else the one whose name says so.
        format: one of DIALOGUE_FORMATS for all of them; None to find it out from their content.
        options: how a person says that they are to be read.

    Raises:
        CorpusError: if a file cannot be read or does not fit, or one of two is missing.
    """
    if format is None:
        found = list(_recognised((open_file(path, options.encoding) for path in paths), ordered, options))
    elif DIALOGUE_FORMATS[format].pair_up is not None:
        files = [open_file(path, options.encoding) for path in paths]
        found = list(_pairs(DIALOGUE_FORMATS[format], files, ordered, asked=True))
    else:
        found = [_file(open_file(path, options.encoding), DIALOGUE_FORMATS, format, options) for path in paths]
    places = {path: place for place, path in enumerate(paths)}
    return sorted(found, key=lambda file: min(places[path] for path in file.paths))


def _pairs(format: Format, files: Sequence[TextFile], ordered: bool, asked: bool = False) -> Iterator[CorpusFile]:
    """The pairs of files of a format that takes two."""
    for pair in format.pair_up(files, ordered) if format.pair_up else ():
        yield _pair(format, pair, f"as asked for ({pair.reason})" if asked else pair.reason)


def _pair(format: Format, pair: FilePair, reason: str) -> CorpusFile:
    return CorpusFile(pair.files, Recognised(format, Evidence(True, pair.reason, sure=pair.sure), reason))


def _recognised(files: Iterable[TextFile], ordered: bool, options: ReadingOptions) -> Iterator[CorpusFile]:
    """The files with their formats, surest evidence first: content, names of pairs, unsure content, numbers of lines.

    Raises:
        CorpusError: if a file fits nothing.
    """
    found: dict[TextFile, Recognised | None] = {
        file: recognise(DIALOGUE_FORMATS, file.head(HEAD_LINES), file.path, options) for file in files
    }
    for file, known in found.items():
        if known is None and find_markup(file.head(HEAD_LINES)) is not None:
            _refuse(file, DIALOGUE_FORMATS)
    for format in DIALOGUE_FORMATS.values():
        parts = [file for file, known in found.items() if known and format.pair_up and known.format is format]
        if parts:
            yield from _pairs(format, parts, ordered)
            found = _without(parts, found)
    yield from (CorpusFile((file,), known) for file, known in found.items() if known and known.evidence.sure)
    unsure = {file: known for file, known in found.items() if known is None or not known.evidence.sure}
    named = list(aligned_by_name(list(unsure), ordered))
    yield from (_pair(ALIGNED, pair, pair.reason) for pair in named)
    alone = _without(chain.from_iterable(pair.files for pair in named), unsure)
    yield from (CorpusFile((file,), known) for file, known in alone.items() if known)
    unknown = {file: None for file, known in alone.items() if known is None}
    of_a_length = list(aligned_by_length(list(unknown), ordered))
    yield from (_pair(ALIGNED, pair, pair.reason) for pair in of_a_length)
    for file in _without(chain.from_iterable(pair.files for pair in of_a_length), unknown):
        _refuse(file, DIALOGUE_FORMATS)


def _without(taken: Iterable[TextFile], found: Mapping[TextFile, _Known]) -> dict[TextFile, _Known]:
    """The files that were not taken."""
    gone = set(taken)
    return {file: known for file, known in found.items() if file not in gone}


def _refuse(file: TextFile, formats: Mapping[str, Format]) -> NoReturn:
    head = file.head(HEAD_LINES)
    markup = find_markup(head)
    if markup is None:
        raise CorpusError(
            f"Dialogues were to be read from {file.path}, but it fits no format of them: "
            f"{misfit_line(head, first_filled(head))}; the formats are {', '.join(formats)}: give a file in one "
            "of them, name its format with --format or the columns of a table with --prompt-column and --reply-column, "
            "or leave the file out."
        )
    asked = "Dialogues were" if formats is DIALOGUE_FORMATS else "A script was"
    deep = markup == "JSON" and nesting("\n".join(head)) > MOST_NESTED
    problem = f"more than {MOST_NESTED} lists and objects are in one another" if deep else "its fields are unknown"
    raise CorpusError(
        f"{asked} to be read from {file.path}, but it is {markup} that fits no format: {problem}; formats of {markup} "
        f"are {', '.join(written_in(markup, formats)) or 'not known'}: give a file in one of them, leave this one out, "
        "or learn it as plain text with train-script --format plain."
    )
