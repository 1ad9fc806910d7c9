from dataclasses import replace
from pathlib import Path

import pytest

from textgen.training.history import NAME, Row, append, forget_after, read

ROW = Row(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0)


def test_rows_come_back(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    append(tmp_path, ROW)
    append(tmp_path, replace(ROW, step=20))
    assert read(tmp_path) == [ROW, replace(ROW, step=20)]
    assert (tmp_path / NAME).read_text(encoding="utf-8").split("\n")[0].startswith("step,epoch,seconds,learning_rate,")


@pytest.mark.parametrize("step", [999_999, 1_000_000, 1_234_567, 10**9 + 1])
def test_a_long_run_keeps_its_step_to_the_last_digit(tmp_path: Path, step: int) -> None:
    append(tmp_path, replace(ROW, step=step))
    assert read(tmp_path)[0].step == step


@pytest.mark.parametrize(("step", "left"), [(0, []), (10, [10]), (15, [10]), (20, [10, 20]), (99, [10, 20, 30])])
def test_steps_that_will_be_done_again_are_forgotten(tmp_path: Path, step: int, left: list[int]) -> None:
    for done in (10, 20, 30):
        append(tmp_path, replace(ROW, step=done))
    forget_after(tmp_path, step)
    assert [row.step for row in read(tmp_path)] == left


def test_nothing_is_forgotten_where_there_is_no_table(tmp_path: Path) -> None:
    forget_after(tmp_path, 5)
    assert list(tmp_path.iterdir()) == []
