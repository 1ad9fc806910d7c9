"""Tables that are no text, Parquet and Excel files, given as the lines of a CSV table; pandas reads them."""

import csv
import importlib.util
import io
import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from textgen.corpus.reading import TextFile, repair_escaped
from textgen.errors import CorpusError, MissingExtraError


class _Kind(NamedTuple):
    """A kind of file: its name, pandas's function that reads it, and the package that this function needs."""

    name: str
    reader: str
    engine: str


_KINDS = {
    ".parquet": _Kind("a Parquet file", "read_parquet", "pyarrow"),
    ".xlsx": _Kind("an Excel file", "read_excel", "openpyxl"),
    ".xls": _Kind("an Excel file", "read_excel", "xlrd"),
}


def open_file(path: str | os.PathLike[str], encoding: str | None = None) -> TextFile:
    """A file of a corpus, by its ending a spreadsheet or a text.

    Args:
        path: the file.
        encoding: of a text; None finds it.

    Raises:
        CorpusError: it cannot be read, or is empty or no text.
        MissingExtraError: it is a spreadsheet, and what reads it is not installed.
    """
    return Spreadsheet(path) if Path(path).suffix.lower() in _KINDS else TextFile(path, encoding)


class Spreadsheet(TextFile):
    """The first sheet of a Parquet or Excel file; all of it is in memory while it is read.

    Args:
        path: the file.

    Raises:
        CorpusError: the file is missing or not readable.
        MissingExtraError: pandas, or what it needs for this kind of file, is not installed.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.repairs: dict[str, int] = {}
        self.encoding, self.rival_encoding = "utf-8", None
        self._watch, self._head, self._mark_bytes = None, None, 0
        self._kind = _KINDS[self.path.suffix.lower()]
        packages = ("pandas", self._kind.engine)
        if missing := [name for name in packages if not importlib.util.find_spec(name)]:
            raise MissingExtraError(
                f"{self.path} is {self._kind.name}, which {' and '.join(packages)} read, but {' and '.join(missing)} "
                f"cannot be found: run  pip install {' '.join(missing)}  or save the table as CSV and give that."
            )

    def _chunks(self, watch: Callable[[bytes], object] | None) -> Iterator[tuple[bytes, bool]]:
        """The bytes of the CSV table; those of the file itself are what a watcher sees."""
        if watch is not None:
            deque(super()._chunks(watch), maxlen=0)
        yield from ((record, False) for record in self._records())
        yield b"", True

    def _records(self) -> Iterator[bytes]:
        frame = self._frame()
        for row in ([str(name) for name in frame.columns], *frame.itertuples(index=False, name=None)):
            record = io.StringIO()
            csv.writer(record, lineterminator="\n").writerow(map(_cell, row))
            yield record.getvalue().encode()

    def _frame(self) -> Any:
        import pandas

        try:
            return getattr(pandas, self._kind.reader)(self.path)
        except Exception as error:  # each engine has errors of its own
            raise CorpusError(
                f"{self.path} was to be read as {self._kind.name}, but pandas finds none in it "
                f"({str(error) or type(error).__name__:.200}): save the table as CSV, and give that."
            ) from None


def _cell(value: Any) -> str:
    """The text of a cell; nothing for one that is missing."""
    return "" if value is None or value != value else repair_escaped(str(value))
