"""What speaks for each format of dialogues that a single file can have."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textgen.corpus.detection import detect
from textgen.corpus.dialogue_readers import conv
from textgen.corpus.dialogue_readers.chatterbot import CONVERSATIONS
from textgen.corpus.dialogue_readers.cornell import Part, part_of
from textgen.corpus.dialogue_readers.eou import END_OF_UTTERANCE
from textgen.corpus.dialogue_readers.turns_jsonl import parse_items
from textgen.corpus.evidence import filled, first_filled, share
from textgen.corpus.pair_names import find_pair_columns
from textgen.corpus.readers.records import CSV, TSV, records
from textgen.corpus.readers.table import find_columns
from textgen.corpus.report import ReadReport

_CONVERSATIONS_KEY = re.compile(rf"""(["']?){CONVERSATIONS}\1\s*:\s*(#.*)?$""")
_NAME_WORDS = 4
_ENDS_SENTENCE = tuple(".!?…。！？")
_NEW_NAMES_ALLOWED = 0.7


@dataclass(frozen=True)
class DialogueEvidence:
    """How well a file fits a format.

    Args:
        convincing: whether to take the format without being told.
        reason: what was found, for a person.
        misfit: the number (from 1) of the first line that does not fit, where the file cannot be read in this
            format at all; None where it can.
        sure: whether the file can hardly be anything but dialogues; what could be a script as well is not sure.
    """

    convincing: bool
    reason: str
    misfit: int | None
    sure: bool = True


def eou_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """Nearly every line has the mark that ends a turn."""
    lines = filled(head)
    good = sum(END_OF_UTTERANCE in line for _, line in lines)
    reason = f"{share(good, len(lines))} lines have turns that end in {END_OF_UTTERANCE}"
    return DialogueEvidence(0 < good >= 0.8 * len(lines), reason, None if good else first_filled(head))


def chatterbot_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """A list stands under the key `conversations`."""
    lines = [line for line in head if line.strip() and not line.lstrip().startswith("#")]
    keys = [place for place, line in enumerate(lines[:-1]) if _CONVERSATIONS_KEY.match(line)]
    found = any(lines[place + 1].lstrip().startswith("-") for place in keys)
    return DialogueEvidence(found, f"YAML with a list of `{CONVERSATIONS}`", None if found else first_filled(head))


def conv_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """The first line is `E`, and nearly all are that or `M text`."""
    lines = filled(head)
    fits = [conv.opens_dialogue(line) or conv.turn_text(line) is not None for _, line in lines]
    good = sum(fits)
    turns = any(conv.turn_text(line) is not None for _, line in lines)
    convincing = turns and good >= 0.9 * len(lines) and conv.opens_dialogue(lines[0][1])
    misfit = (
        None if good > 0.5 * len(lines) else next((lines[place][0] for place, fit in enumerate(fits) if not fit), 1)
    )
    return DialogueEvidence(convincing, f"{share(good, len(lines))} lines are `E` or `M` and a text", misfit)


def turns_jsonl_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """Nearly every line is a JSON object with a list of turns."""
    lines = filled(head)
    good = sum(parse_items(line) is not None for _, line in lines)
    reason = f"{share(good, len(lines))} lines are JSON objects with a list of turns"
    return DialogueEvidence(0 < good >= 0.9 * len(lines), reason, None if good else first_filled(head))


def csv_pairs_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """A header names the columns, or a `.csv` has two of them."""
    return _pairs_evidence(head, CSV, nameless=path.suffix.lower() == ".csv")


def tsv_pairs_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """A header names the columns, or nearly every line has one tab."""
    return _pairs_evidence(head, TSV, nameless=True)


def _pairs_evidence(head: Sequence[str], delimiters: str, nameless: bool) -> DialogueEvidence:
    report = ReadReport()
    rows = [record for _, record in records(head, delimiters, report)]
    columns = find_pair_columns(rows[0]) if rows else None
    if columns is None:
        return DialogueEvidence(False, "no two columns", first_filled(head))
    whole = len(rows) + report.skipped
    fits = len(rows) >= 0.8 * whole
    misfit = None if fits else report.first_skipped_line
    if columns.header:
        names = f'"{rows[0][columns.prompt].strip()}" and "{rows[0][columns.reply].strip()}"'
        return DialogueEvidence(fits and len(rows) > 1, f"the header names the columns {names}", misfit)
    script = find_columns(rows[0])
    named = script is not None and script.header
    wanted = nameless and len(rows[0]) == 2 and not named and not _are_names([row[0] for row in rows])
    reason = f"{share(len(rows), whole)} records have two columns" + " or more" * (len(rows[0]) > 2)
    return DialogueEvidence(fits and wanted, reason, misfit, sure=False)


def _are_names(texts: Sequence[str]) -> bool:
    """Whether texts look like the names of speakers: short, no sentences, and they come again."""
    short = sum(len(text.split()) <= _NAME_WORDS and not text.rstrip().endswith(_ENDS_SENTENCE) for text in texts)
    return short >= 0.9 * len(texts) and len(set(texts)) <= _NEW_NAMES_ALLOWED * len(texts)


def script_evidence(head: Sequence[str], path: Path) -> DialogueEvidence:
    """The file is a script, and it says who speaks."""
    detected = detect(head, path)
    speaks = detected.style.format not in ("captions", "plain")
    reason = f"{detected.format}: {detected.reason}"
    return DialogueEvidence(speaks, reason, None if speaks else first_filled(head), sure=False)


def cornell_part(head: Sequence[str]) -> Part | None:
    """Which part of Cornell's corpus nearly all lines of a file are; None where it is none of them."""
    lines = filled(head)
    parts = Counter(part_of(line) for _, line in lines)
    part, times = parts.most_common(1)[0] if parts else (None, 0)
    return part if times >= 0.8 * len(lines) else None


DIALOGUE_EVIDENCE: dict[str, Callable[[Sequence[str], Path], DialogueEvidence]] = {
    "eou": eou_evidence,
    "chatterbot": chatterbot_evidence,
    "conv": conv_evidence,
    "turns-jsonl": turns_jsonl_evidence,
    "csv-pairs": csv_pairs_evidence,
    "tsv-pairs": tsv_pairs_evidence,
    "script": script_evidence,
}
"""What speaks for each format of a single file, in the order in which they are tried."""
