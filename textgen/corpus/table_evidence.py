"""What speaks for CSV, TSV and JSON lines."""

from collections.abc import Sequence
from pathlib import Path

from textgen.corpus.evidence import Evidence, filled, first_filled, share
from textgen.corpus.readers.jsonl import parse_row
from textgen.corpus.readers.records import CSV, TSV, records
from textgen.corpus.readers.table import Columns, find_columns
from textgen.corpus.report import ReadReport
from textgen.corpus.style import ScriptStyle

_WITH_SPEAKERS = ScriptStyle("colon")
_TEXTS_ONLY = ScriptStyle("captions")


def jsonl_evidence(head: Sequence[str], path: Path) -> Evidence:
    """Nearly every line is a JSON object with a text field."""
    rows = [(number, parse_row(line)) for number, line in filled(head)]
    good = [row for _, row in rows if row is not None]
    style = _WITH_SPEAKERS if any(row.speaker for row in good) else _TEXTS_ONLY
    reason = f"{share(len(good), len(rows))} lines are JSON objects with a text field"
    convincing = bool(good) and len(good) >= 0.9 * len(rows)
    return Evidence(convincing, reason, style, None if good else first_filled(head))


def csv_evidence(head: Sequence[str], path: Path) -> Evidence:
    """A header names the columns, or a `.csv` has two of them."""
    return _evidence(head, CSV, nameless=path.suffix.lower() == ".csv", texts=path.suffix.lower() == ".csv")


def tsv_evidence(head: Sequence[str], path: Path) -> Evidence:
    """A header names the columns, or nearly every line has one tab."""
    return _evidence(head, TSV, nameless=True, texts=path.suffix.lower() == ".tsv")


def _evidence(head: Sequence[str], delimiters: str, nameless: bool, texts: bool) -> Evidence:
    report = ReadReport()
    found = list(records(head, delimiters, report))
    first = found[0][1] if found else []
    columns = find_columns(first)
    if columns is None or len(found) < 2:
        return Evidence(False, "no speaker and text columns", _WITH_SPEAKERS, first_filled(head))
    whole = len(found) + report.skipped
    fits = len(found) >= 0.8 * whole
    wanted = nameless if not columns.header else texts or columns.speaker is not None
    style = _TEXTS_ONLY if columns.speaker is None else _WITH_SPEAKERS
    misfit = None if fits else report.first_skipped_line
    return Evidence(fits and wanted, _reason(columns, first, len(found), whole), style, misfit)


def _reason(columns: Columns, first: list[str], good: int, whole: int) -> str:
    if not columns.header:
        return f"{share(good, whole)} records have two columns"
    names = [first[place].strip() for place in (columns.speaker, columns.text) if place is not None]
    return f"the header names the column{'s' * (len(names) > 1)} " + " and ".join(f'"{name}"' for name in names)
