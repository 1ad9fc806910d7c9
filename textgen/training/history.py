"""The table of a run: one row a validation, in `history.csv`."""

from dataclasses import dataclass
from pathlib import Path

from textgen.training.table import Table

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
    _table(folder).append(row)


def read(folder: Path) -> list[Row]:
    """The rows so far; none where there is no table."""
    return _table(folder).read()


def forget_after(folder: Path, step: int) -> None:
    """Drops the rows of steps that a resumed run will do again."""
    _table(folder).forget_after(step)


def _table(folder: Path) -> Table[Row]:
    return Table(folder / NAME, Row)
