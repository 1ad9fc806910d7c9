from dataclasses import replace
from pathlib import Path

from textgen.training.history import Row
from textgen.training.plots import save_curves

ROW = Row(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0)


def test_curves_are_a_picture(tmp_path: Path) -> None:
    save_curves(tmp_path / "curves.png", [ROW, replace(ROW, epoch=0.5)], "my $show_1^")
    content = (tmp_path / "curves.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert len(content) > 5000


def test_no_rows_no_picture(tmp_path: Path) -> None:
    save_curves(tmp_path / "curves.png", [], "show")
    assert list(tmp_path.iterdir()) == []
