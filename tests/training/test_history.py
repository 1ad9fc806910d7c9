"""The records of a run."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from matplotlib.axes import Axes

from textgen.training.history import NAME, CsvTable, HistoryRow, append, forget_after, read, save_curves


@dataclass(frozen=True)
class Numbers:
    step: int
    share: float


def test_any_rows_of_numbers_come_back(tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "numbers.csv", Numbers)
    assert table.read() == []
    for step in (5, 1_234_567):
        table.append(Numbers(step, 0.125))
    assert table.read() == [Numbers(5, 0.125), Numbers(1_234_567, 0.125)]
    assert (tmp_path / "numbers.csv").read_text() == "step,share\n5,0.125\n1234567,0.125\n"


def test_what_comes_after_a_step_is_forgotten(tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "numbers.csv", Numbers)
    table.write([Numbers(step, 0.5) for step in (5, 10, 15)])
    table.forget_after(10)
    assert [row.step for row in table.read()] == [5, 10]


class Tables:
    """What people and programs make of a table, by name."""

    spreadsheet = "\ufeffstep;share\r\n5;0,125\r\n".encode()
    cut_in_a_row = b"step,share\n5,0.125\n10"
    cut_in_the_header = b"step,sh"
    empty = b""
    other_column = b"step,portion\n5,0.125\n"
    no_number = b"step,share\n5,much\n"
    no_text = b"\xff\xfe\x00\x00"
    long_field = b"step,share\n5," + b"1" * 200_000 + b"\n"
    broken_number = b"step,share\n5.5,0.125\n"


DAMAGED = {name: content for name, content in vars(Tables).items() if isinstance(content, bytes)}


@pytest.mark.parametrize("name", sorted(set(DAMAGED) - {"empty"}))
def test_a_table_that_something_else_has_written_is_set_aside_and_told(tmp_path: Path, name: str) -> None:
    told = list[str]()
    table = CsvTable(tmp_path / "numbers.csv", Numbers, told.append)
    table.path.write_bytes(DAMAGED[name])
    assert table.read() == []
    assert told == []
    table.append(Numbers(7, 0.5))
    assert table.read() == [Numbers(7, 0.5)]
    assert (tmp_path / "numbers.damaged.csv").read_bytes() == DAMAGED[name]
    (sentence,) = told
    assert "numbers.csv is no longer the table that training wrote" in sentence and "numbers.damaged.csv" in sentence


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "numbers.csv", Numbers)
    table.path.write_bytes(DAMAGED["empty"])
    table.append(Numbers(7, 0.5))
    assert table.read() == [Numbers(7, 0.5)]
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.csv"]


def test_a_folder_in_place_of_a_table_is_set_aside(tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "numbers.csv", Numbers)
    table.path.mkdir()
    table.forget_after(5)
    table.append(Numbers(7, 0.5))
    assert table.read() == [Numbers(7, 0.5)]
    assert (tmp_path / "numbers.damaged.csv").is_dir()


def test_a_table_with_a_mark_at_its_beginning_is_read(tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "numbers.csv", Numbers)
    table.path.write_bytes("\ufeffstep,share\r\n5,0.125\r\n".encode())
    assert table.read() == [Numbers(5, 0.125)]


ROW = HistoryRow(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0)


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


FIRST_ROW = HistoryRow(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0)


def test_curves_are_a_picture(tmp_path: Path) -> None:
    save_curves(tmp_path / "curves.png", [FIRST_ROW, replace(FIRST_ROW, epoch=0.5)], "my $show_1^")
    content = (tmp_path / "curves.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert len(content) > 5000


def test_a_row_knows_whether_something_was_held_out(tmp_path: Path) -> None:
    for row in (ROW, replace(ROW, step=20, validation_bits_per_character=ROW.train_bits_per_character)):
        append(tmp_path, row)
    assert [row.is_held_out for row in read(tmp_path)] == [True, False]
    assert ROW.score == "2.250 bits per character held out"
    assert replace(ROW, validation_bits_per_character=2.5).score == "2.500 bits per character in training"


def test_curves_say_held_out_only_where_something_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = list[str]()
    monkeypatch.setattr(Axes, "legend", lambda axes: labels.extend(axes.get_legend_handles_labels()[1]))
    save_curves(tmp_path / "a.png", [replace(ROW, validation_bits_per_character=2.5)], "show")
    assert labels == ["training (with dropout)"]
    save_curves(tmp_path / "b.png", [ROW], "show")
    assert labels[1:] == ["training (with dropout)", "held out"]


def test_no_rows_no_picture(tmp_path: Path) -> None:
    save_curves(tmp_path / "curves.png", [], "show")
    assert list(tmp_path.iterdir()) == []
