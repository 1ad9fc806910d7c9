"""A table of rows of numbers, kept as a CSV file that is replaced whole."""

import csv
from dataclasses import asdict, fields
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from textgen.files import replacing

Row = TypeVar("Row")


class Table(Generic[Row]):
    """The rows of a run; each is a dataclass of numbers, the first of them the step.

    Args:
        path: of the file.
        kind: of the rows.
    """

    def __init__(self, path: Path, kind: type[Row]) -> None:
        self.path, self._kind = path, kind
        self._fields = fields(kind)  # type: ignore[arg-type]

    def read(self) -> list[Row]:
        """The rows so far; none where there is no table."""
        if not self.path.is_file():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            return [self._row(record) for record in csv.DictReader(file)]

    def append(self, row: Row) -> None:
        """Adds a row."""
        self.write([*self.read(), row])

    def write(self, rows: list[Row]) -> None:
        """Replaces the table."""
        text = StringIO()
        writer = csv.DictWriter(text, [field.name for field in self._fields], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _written(value) for name, value in asdict(row).items()} for row in rows)  # type: ignore[call-overload]
        with replacing(self.path) as file:
            file.write(text.getvalue().encode())

    def _row(self, record: dict[str, str]) -> Row:
        types: dict[str, Any] = {field.name: field.type for field in self._fields}
        return self._kind(**{name: kind(record[name]) for name, kind in types.items()})

    def forget_after(self, step: int) -> None:
        """Drops the rows of steps that will be done again."""
        rows: list[Any] = list(self.read())
        if any(row.step > step for row in rows):
            self.write([row for row in rows if row.step <= step])


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
