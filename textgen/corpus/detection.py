"""Finding out from the content how a file is laid out, with a reason for a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textgen.corpus.evidence import Evidence, misfit_line
from textgen.corpus.script_evidence import colon_evidence, fountain_evidence, play_evidence
from textgen.corpus.style import ScriptStyle
from textgen.corpus.table_evidence import csv_evidence, jsonl_evidence, tsv_evidence
from textgen.corpus.text_evidence import caption_evidence, plain_evidence
from textgen.errors import ConfigurationError, CorpusError

HEAD_LINES = 2000
"""How many lines of a file are looked at."""

FORMATS: dict[str, Callable[[Sequence[str], Path], Evidence]] = {
    "jsonl": jsonl_evidence,
    "csv": csv_evidence,
    "tsv": tsv_evidence,
    "fountain": fountain_evidence,
    "play": play_evidence,
    "colon": colon_evidence,
    "captions": caption_evidence,
    "plain": plain_evidence,
}
"""Each format with what speaks for it, in the order in which they are tried."""


@dataclass(frozen=True)
class Detected:
    """How a file is laid out.

    Args:
        format: one of FORMATS.
        reason: why, for a person.
        style: how scripts from this file are put into text.
    """

    format: str
    reason: str
    style: ScriptStyle


def detect(head: Sequence[str], path: Path, format: str | None = None) -> Detected:
    """Find the format of a file from its first lines.

    Args:
        head: its first lines (up to HEAD_LINES), without their ends.
        path: where it lies; only `.csv`, `.tsv` and `.fountain` say something about the content.
        format: what the user says it is; None to find out.

    Raises:
        ConfigurationError: if the user names no known format.
        CorpusError: if the file does not fit the format that the user names.
    """
    if format is None:
        found = ((name, weigh(head, path)) for name, weigh in FORMATS.items())
        name, evidence = next((name, evidence) for name, evidence in found if evidence.convincing)
        return Detected(name, evidence.reason, evidence.style)
    check_format(format)
    evidence = FORMATS[format](head, path)
    if evidence.misfit is not None:
        raise CorpusError(
            f"{path} was to be read as {format}, but {misfit_line(head, evidence.misfit)}; the formats are "
            f"{', '.join(FORMATS)}: choose another one, or leave --format out to have it found from the content."
        )
    reason = "no evidence needed" if format == "plain" else evidence.reason
    return Detected(format, f"as asked for ({reason})", evidence.style)


def check_format(format: str) -> None:
    """Refuse a format that is not known.

    Raises:
        ConfigurationError: if it is none of FORMATS.
    """
    if format not in FORMATS:
        raise ConfigurationError(
            f"The corpus format {format!r} is unknown; the formats are {', '.join(FORMATS)}: "
            "choose one of them, or leave --format out to have it found from the content."
        )
