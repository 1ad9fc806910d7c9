"""CSV and TSV with a speaker and a text column."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from textgen.corpus.readers.records import CSV, TSV, records
from textgen.corpus.readers.rows import (
    DOCUMENT_FIELDS,
    SCENE_FIELDS,
    SPEAKER_FIELDS,
    TEXT_FIELDS,
    Row,
    RowElements,
    field_key,
)
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element
from textgen.corpus.style import ScriptStyle


class Columns(NamedTuple):
    """Where a table keeps what; numbers from 0."""

    speaker: int | None
    text: int
    document: tuple[int, ...]
    scene: int | None
    header: bool


def find_columns(first: Sequence[str]) -> Columns | None:
    """The columns of a table by its first record; two columns without known names are speaker and text."""
    keys = [field_key(name) for name in first]
    text = _find(keys, TEXT_FIELDS)
    if text is not None and len(keys) > 1:
        documents = tuple(place for place, key in enumerate(keys) if key in DOCUMENT_FIELDS)
        return Columns(_find(keys, SPEAKER_FIELDS), text, documents, _find(keys, SCENE_FIELDS), header=True)
    return Columns(0, 1, (), None, header=False) if len(keys) == 2 else None


def _find(keys: list[str], names: tuple[str, ...]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def read_csv(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with commas or semicolons."""
    return _read(lines, CSV, style, report)


def read_tsv(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with tabs."""
    return _read(lines, TSV, style, report)


def _read(lines: Iterable[str], delimiters: str, style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    columns: Columns | None = None
    rows = RowElements(style, report)
    for number, record in records(lines, delimiters, report):
        if columns is None:
            columns = find_columns(record)
            if columns is None or columns.header:
                continue
        row = _row(record, columns)
        if row.text.strip():
            yield from rows.convert(row)
        else:
            report.skip(number, delimiters[0].join(record), "no text in the text column")


def _row(record: list[str], columns: Columns) -> Row:
    return Row(
        "" if columns.speaker is None else record[columns.speaker],
        record[columns.text],
        tuple(record[place] for place in columns.document),
        "" if columns.scene is None else record[columns.scene],
    )
