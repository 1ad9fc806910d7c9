from dataclasses import dataclass
from pathlib import Path

from textgen.training.table import Table


@dataclass(frozen=True)
class Numbers:
    step: int
    share: float


def test_any_rows_of_numbers_come_back(tmp_path: Path) -> None:
    table = Table(tmp_path / "numbers.csv", Numbers)
    assert table.read() == []
    for step in (5, 1_234_567):
        table.append(Numbers(step, 0.125))
    assert table.read() == [Numbers(5, 0.125), Numbers(1_234_567, 0.125)]
    assert (tmp_path / "numbers.csv").read_text() == "step,share\n5,0.125\n1234567,0.125\n"


def test_what_comes_after_a_step_is_forgotten(tmp_path: Path) -> None:
    table = Table(tmp_path / "numbers.csv", Numbers)
    table.write([Numbers(step, 0.5) for step in (5, 10, 15)])
    table.forget_after(10)
    assert [row.step for row in table.read()] == [5, 10]
