"""A corpus of scripts: files and folders, read again and again without being held in memory."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from textgen.corpus.assembly import NumberedPart, assemble, by_document
from textgen.corpus.detection import HEAD_LINES, check_format, detect
from textgen.corpus.fingerprint import fingerprint
from textgen.corpus.paths import Paths, find_files
from textgen.corpus.readers import READERS
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import DocumentOpening, Element, Scene
from textgen.corpus.style import ScriptStyle


class CorpusFile:
    """One file of a corpus.

    Args:
        path: the file.
        format: how to read it; None to find out from its content.

    Attributes:
        format, reason, style: how it is laid out, and why this is thought.
        encoding: of its bytes.
        report: what its reader left out and normalised in the last complete pass.

    Raises:
        CorpusError: if it cannot be read, or does not fit the format.
    """

    def __init__(self, path: Path, format: str | None) -> None:
        self.path = path
        self.size = path.stat().st_size
        self._text = TextFile(path)
        self.encoding = self._text.encoding
        head = list(islice(self._text.lines(), HEAD_LINES))
        detected = detect(head, path, format)
        self.format, self.reason, self.style = detected.format, detected.reason, detected.style
        self.report = ReadReport()

    @property
    def repairs(self) -> dict[str, int]:
        """What was repaired in its bytes in the last complete pass."""
        return self._text.repairs

    def elements(self) -> Iterator[Element]:
        """Its lines and openings, streaming."""
        report = ReadReport()
        yield from READERS[self.format](self._text.lines(), self.style, report)
        self.report = report


class ScriptCorpus:
    """Scripts in files.

    Args:
        paths: a file or folder, or several.
        format: how to read all of them; None to find it out for each file.

    Attributes:
        files: the files, in order.
        style: how scripts of the corpus are put into text: that of the largest file.

    Raises:
        CorpusError: if a path is missing, or a file cannot be read or does not fit the format.
        ConfigurationError: if the format is unknown.

    Example:
        >>> corpus = ScriptCorpus("seinfeld.txt")
        >>> for document in corpus.documents():
        ...     for scene in document:
        ...         print(scene.heading, len(scene.lines))
    """

    def __init__(self, paths: Paths, format: str | None = None) -> None:
        if format is not None:
            check_format(format)
        self.files = tuple(CorpusFile(path, format) for path in find_files(paths))
        self.style: ScriptStyle = max(self.files, key=lambda file: file.size).style

    def documents(self) -> Iterator[Iterator[Scene]]:
        """Give the scenes of each document; long scenes come in parts (`Scene.continued`).

        A document must be read before the next one is asked for.
        """
        return by_document(self.parts())

    def parts(self) -> Iterator[NumberedPart]:
        """Give the scenes (long ones in parts), each with the number of its document."""
        elements = chain.from_iterable(chain([DocumentOpening()], file.elements()) for file in self.files)
        return assemble(elements)

    @cached_property
    def fingerprint(self) -> str:
        """BLAKE2b of the files' bytes, in order: 32 hexadecimal digits."""
        return fingerprint(file.path for file in self.files)
