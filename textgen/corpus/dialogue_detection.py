"""Finding out from its content how a file of dialogues is laid out, with a reason for a person."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NoReturn

from textgen.corpus.detection import HEAD_LINES
from textgen.corpus.dialogue_evidence import DIALOGUE_EVIDENCE, cornell_part
from textgen.corpus.dialogue_readers import DIALOGUE_READERS
from textgen.corpus.dialogue_readers.cornell import Part
from textgen.corpus.evidence import first_filled, misfit_line
from textgen.corpus.reading import TextFile
from textgen.errors import ConfigurationError, CorpusError

DIALOGUE_FORMATS = tuple(DIALOGUE_READERS)
"""The formats of dialogues."""


@dataclass(frozen=True)
class Source:
    """A file, or two that belong together, and how to read it.

    Args:
        files: as the format's reader takes them.
        format: one of DIALOGUE_FORMATS.
        reason: why, for a person.
        sure: whether it can hardly be anything but dialogues.
    """

    files: tuple[TextFile, ...]
    format: str
    reason: str
    sure: bool = True


@dataclass(frozen=True)
class Candidate:
    """A file, and what its first lines say.

    Args:
        file: the file.
        source: how to read it, where it can be read alone.
        part: which part of Cornell's corpus it is, if it is one.
        misfit: its first line, as an error names it.
    """

    file: TextFile
    source: Source | None
    part: Part | None
    misfit: str

    def refuse(self) -> NoReturn:
        """Say that the file fits nothing.

        Raises:
            CorpusError: always.
        """
        raise CorpusError(
            f"Dialogues were to be read from {self.file.path}, but it fits no format of them: {self.misfit}; the "
            f"formats are {', '.join(DIALOGUE_FORMATS)}: give a file in one of them, name its format with --format, "
            "or leave the file out."
        )


def look_at(path: Path) -> Candidate:
    """What a file is, from its first lines.

    Raises:
        CorpusError: if it cannot be read.
    """
    file = TextFile(path)
    head = list(islice(file.lines(), HEAD_LINES))
    misfit = misfit_line(head, first_filled(head))
    part = cornell_part(head)
    if part is None:
        for name, weigh in DIALOGUE_EVIDENCE.items():
            evidence = weigh(head, path)
            if evidence.convincing:
                return Candidate(file, Source((file,), name, evidence.reason, evidence.sure), None, misfit)
    return Candidate(file, None, part, misfit)


def read_as(path: Path, format: str) -> Source:
    """A file in the format that a person asked for.

    Args:
        path: the file.
        format: one of DIALOGUE_EVIDENCE.

    Raises:
        CorpusError: if it cannot be read, or does not fit.
    """
    file = TextFile(path)
    head = list(islice(file.lines(), HEAD_LINES))
    evidence = DIALOGUE_EVIDENCE[format](head, path)
    if evidence.misfit is not None:
        raise CorpusError(
            f"{path} was to be read as {format}, but {misfit_line(head, evidence.misfit)}; the formats "
            f"are {', '.join(DIALOGUE_FORMATS)}: choose another one, or leave --format out to have it found from the "
            "content."
        )
    return Source((file,), format, f"as asked for ({evidence.reason})")


def check_dialogue_format(format: str) -> None:
    """Refuse a format that is not known.

    Raises:
        ConfigurationError: if it is none of DIALOGUE_FORMATS.
    """
    if format not in DIALOGUE_FORMATS:
        raise ConfigurationError(
            f"The dialogue format {format!r} is unknown; the formats are {', '.join(DIALOGUE_FORMATS)}: "
            "choose one of them, or leave --format out to have it found from the content."
        )
