"""CSV and TSV tables with a prompt and a reply in each row."""

from collections.abc import Iterator, Sequence

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.pair_names import PairColumns, find_pair_columns
from textgen.corpus.readers.records import CSV, TSV, records
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport


def read_csv(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield the rows of a table with commas or semicolons as dialogues of two turns."""
    return _read(files[0], CSV, report)


def read_tsv(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield the rows of a table with tabs as dialogues of two turns."""
    return _read(files[0], TSV, report)


def _read(file: TextFile, delimiters: str, report: ReadReport) -> Iterator[Dialogue]:
    columns: PairColumns | None = None
    for _, record in records(file.lines(), delimiters, report):
        if columns is None:
            columns = find_pair_columns(record)
            if columns is None or columns.header:
                continue
        yield Dialogue((Turn(record[columns.prompt]), Turn(record[columns.reply])))
