"""The table of a run: one row a validation, in `history.csv`."""

import csv
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path

from textgen.files import replacing

NAME = "history.csv"


@dataclass(frozen=True)
class Row:
    """What one validation saw.

    Args:
        step: steps done.
        epoch: passes over the training text.
        seconds: of steps and validations so far.
        learning_rate: of the last step.
        train_bits_per_character: mean over the steps since the last validation, dropout on.
        validation_bits_per_character: on the held-out text, dropout off; the training figure's dropout makes
            that one look worse than it is.
        tokens_per_second: since the last validation.
    """

    step: int
    epoch: float
    seconds: float
    learning_rate: float
    train_bits_per_character: float
    validation_bits_per_character: float
    tokens_per_second: float


def append(folder: Path, row: Row) -> None:
    """Adds a row to the table."""
    write(folder, [*read(folder), row])


def read(folder: Path) -> list[Row]:
    """The rows so far; none where there is no table."""
    path = folder / NAME
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [Row(**{f.name: f.type(record[f.name]) for f in fields(Row)}) for record in rows]  # type: ignore[operator]


def write(folder: Path, rows: list[Row]) -> None:
    """Replaces the table."""
    text = StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _written(value) for name, value in asdict(row).items()} for row in rows)
    with replacing(folder / NAME) as file:
        file.write(text.getvalue().encode())


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def forget_after(folder: Path, step: int) -> None:
    """Drops the rows of steps that a resumed run will do again."""
    rows = read(folder)
    if any(row.step > step for row in rows):
        write(folder, [row for row in rows if row.step <= step])
