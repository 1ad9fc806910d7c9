"""A corpus of dialogues: files and folders, read again and again without being held in memory."""

import os
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from textgen.corpus.dialogue import Dialogue
from textgen.corpus.dialogue_detection import DIALOGUE_FORMATS, Source, check_dialogue_format
from textgen.corpus.dialogue_readers import DIALOGUE_READERS
from textgen.corpus.dialogue_sources import find_sources
from textgen.corpus.fingerprint import fingerprint
from textgen.corpus.paths import DIALOGUE_SUFFIXES, Paths, find_files
from textgen.corpus.report import ReadReport
from textgen.errors import CorpusError

__all__ = ["DIALOGUE_FORMATS", "DialogueCorpus", "DialogueFile", "recognise_dialogues"]


class DialogueFile:
    """One file of a corpus of dialogues, or two that belong together.

    Args:
        source: how it is read.

    Attributes:
        paths: one path, or two: prompts and replies, Cornell's lines and conversations.
        size: bytes.
        format, reason: how it is laid out, and why this is thought.
        sure: whether it can hardly be anything but dialogues.
        report: what its reader left out and normalised in the last complete pass.
    """

    def __init__(self, source: Source) -> None:
        self._files = source.files
        self.paths = tuple(file.path for file in source.files)
        self.size = sum(path.stat().st_size for path in self.paths)
        self.format, self.reason, self.sure = source.format, source.reason, source.sure
        self.report = ReadReport()

    @property
    def encoding(self) -> str:
        """Of its bytes; both, where two files differ."""
        return ", ".join(dict.fromkeys(file.encoding for file in self._files))

    @property
    def repairs(self) -> dict[str, int]:
        """What was repaired in its bytes in the last complete pass."""
        return dict(sum((Counter(file.repairs) for file in self._files), Counter[str]()))

    def dialogues(self) -> Iterator[Dialogue]:
        """Its dialogues, streaming.

        Raises:
            CorpusError: if the file cannot be read to its end.
            MissingExtraError: if its format needs a package that is not installed.
        """
        report = ReadReport()
        yield from DIALOGUE_READERS[self.format](self._files, report)
        self.report = report


class DialogueCorpus:
    """Dialogues in files.

    Args:
        paths: a file or folder, or several. The two files of a pair are found among them; where both are named, the
            one with the prompts is the first.
        format: how to read all of them, one of DIALOGUE_FORMATS; None to find it out.

    Attributes:
        files: the files, in order, the two of a pair as one.

    Raises:
        CorpusError: if a path is missing, or a file cannot be read or fits no format.
        ConfigurationError: if the format is unknown.

    Example:
        >>> corpus = DialogueCorpus(["human_text.txt", "robot_text.txt"])
        >>> for _, dialogue in corpus.dialogues():
        ...     print([turn.text for turn in dialogue.turns])
    """

    def __init__(self, paths: Paths, format: str | None = None) -> None:
        if format is not None:
            check_dialogue_format(format)
        given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        ordered = not any(Path(path).is_dir() for path in given)
        sources = find_sources(find_files(given, DIALOGUE_SUFFIXES), ordered, format)
        self.files = tuple(map(DialogueFile, sources))

    def dialogues(self) -> Iterator[tuple[int, Dialogue]]:
        """Give the dialogues, each with the number of its file (from 0); reads the files anew."""
        for number, file in enumerate(self.files):
            for dialogue in file.dialogues():
                yield number, dialogue

    @cached_property
    def fingerprint(self) -> str:
        """BLAKE2b of the files' bytes, in order: 32 hexadecimal digits."""
        return fingerprint(path for file in self.files for path in file.paths)


def recognise_dialogues(paths: Paths) -> DialogueCorpus | None:
    """The corpus in files that can hardly be anything but dialogues; None where one of them may be a script."""
    try:
        corpus = DialogueCorpus(paths)
    except CorpusError:
        return None
    return corpus if all(file.sure for file in corpus.files) else None
