"""The records of a run, one row a validation: `history.csv`, and the learning curves as a picture.

They are for people and for other programs, which change them: no run depends on them.
"""

import csv
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from textgen.files import read_ordinary, replacing

AnyRow = TypeVar("AnyRow")


Note = Callable[[str], None]


def _untold(text: str) -> None:
    """Where nobody is to be told."""


_UNREADABLE = (OSError, ValueError, TypeError, csv.Error)
"""What reading a table raises that is none: no file, no text, no number, too few fields, no CSV."""


class CsvTable(Generic[AnyRow]):
    """The rows of a run; each is a dataclass of numbers, the first of them the step.

    Args:
        path: of the file.
        kind: of the rows.
        note: is told that a table was damaged and begins anew.
    """

    def __init__(self, path: Path, kind: type[AnyRow], note: Note = _untold) -> None:
        self.path, self._kind, self._note = path, kind, note
        self._fields = fields(kind)  # type: ignore[arg-type]

    def read(self) -> list[AnyRow]:
        """The rows so far; none where there is no table, or one that something else has written."""
        try:
            return self._rows()
        except _UNREADABLE:
            return []

    def append(self, row: AnyRow) -> None:
        """Adds a row."""
        self.write([*self._kept(), row])

    def write(self, rows: list[AnyRow]) -> None:
        """Replaces the table."""
        text = StringIO()
        writer = csv.DictWriter(text, [field.name for field in self._fields], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _written(value) for name, value in asdict(row).items()} for row in rows)  # type: ignore[call-overload]
        with replacing(self.path) as file:
            file.write(text.getvalue().encode())

    def _kept(self) -> list[AnyRow]:
        """The rows so far. A table that cannot be read is set aside, and a new one begins."""
        try:
            return self._rows()
        except _UNREADABLE:
            aside = self.path.with_name(f"{self.path.stem}.damaged{self.path.suffix}")
            self.path.replace(aside)
            self._note(
                f"note      {self.path} is no longer the table that training wrote, so a new one begins; what was "
                f"there is in {aside.name}"
            )
            return []

    def _rows(self) -> list[AnyRow]:
        try:
            text = read_ordinary(self.path).decode("utf-8-sig")
        except FileNotFoundError:
            return []
        reader = csv.DictReader(StringIO(text, newline=""))
        if text and not {field.name for field in self._fields} <= set(reader.fieldnames or ()):
            raise ValueError("the table has other columns")
        return [self._row(record) for record in reader]

    def _row(self, record: dict[str, str]) -> AnyRow:
        types: dict[str, Any] = {field.name: field.type for field in self._fields}
        return self._kind(**{name: kind(record[name]) for name, kind in types.items()})

    def forget_after(self, step: int) -> None:
        """Drops the rows of steps that will be done again."""
        rows: list[Any] = list(self._kept())
        if any(row.step > step for row in rows):
            self.write([row for row in rows if row.step <= step])


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"


NAME = "history.csv"


@dataclass(frozen=True)
class HistoryRow:
    """The figures of one validation.

    Args:
        step: steps done.
        epoch: passes over the training text.
        seconds: of steps and validations so far.
        learning_rate: of the last step.
        train_bits_per_character: mean over the steps since the last validation, dropout on.
        validation_bits_per_character: on the held-out text, dropout off; dropout makes the training figure look worse
            than it is. The training figure once more where nothing is held out.
        tokens_per_second: since the last validation.
    """

    step: int
    epoch: float
    seconds: float
    learning_rate: float
    train_bits_per_character: float
    validation_bits_per_character: float
    tokens_per_second: float

    @property
    def is_held_out(self) -> bool:
        """Whether something is held out: otherwise the two scores agree, and by chance they never do.

        A column that says so would be one that older tables lack.
        """
        return self.validation_bits_per_character != self.train_bits_per_character

    @property
    def score(self) -> str:
        """The figure that counts, and what it was measured on."""
        measured = "held out" if self.is_held_out else "in training"
        return f"{self.validation_bits_per_character:.3f} bits per character {measured}"


def append(folder: Path, row: HistoryRow, note: Note = _untold) -> None:
    """Adds a row to the table; `note` is told where it begins anew."""
    _table(folder, note).append(row)


def read(folder: Path) -> list[HistoryRow]:
    """The rows so far; none where there is no table, or one that something else has written."""
    return _table(folder).read()


def forget_after(folder: Path, step: int, note: Note = _untold) -> None:
    """Drops the rows of steps that a resumed run will do again; `note` is told where the table begins anew."""
    _table(folder, note).forget_after(step)


def _table(folder: Path, note: Note = _untold) -> CsvTable[HistoryRow]:
    return CsvTable(folder / NAME, HistoryRow, note)


def save_curves(path: Path, rows: list[HistoryRow], title: str) -> None:
    """Draws training and held-out bits per character over epochs; the former alone where nothing is held out.

    Args:
        path: of the PNG file, which is replaced whole.
        rows: of the run's history; if there are none, nothing is drawn.
        title: above the picture.
    """
    if not rows:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2))
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.12, top=0.92)  # an automatic layout would draw twice
    axes = figure.add_subplot()
    epochs = [row.epoch for row in rows]
    held_out = [row.validation_bits_per_character for row in rows]
    axes.plot(epochs, [row.train_bits_per_character for row in rows], label="training (with dropout)", color="0.6")
    if any(row.is_held_out for row in rows):
        axes.plot(epochs, held_out, label="held out", color="C0", marker="o", markersize=3)
    best = min(range(len(rows)), key=held_out.__getitem__)
    axes.annotate(
        f"{held_out[best]:.3f}",
        (epochs[best], held_out[best]),
        textcoords="offset points",
        xytext=(0, -14),
        ha="center",
    )
    axes.set(xlabel="epochs", ylabel="bits per character", title=title)
    axes.margins(y=0.12)
    axes.grid(alpha=0.3)
    axes.legend()
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=120)
