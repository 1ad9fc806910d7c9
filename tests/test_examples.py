"""The notebooks of examples/ run from top to bottom, away from the clone, and show pictures."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import textgen

NOTEBOOKS = sorted((Path(textgen.__file__).parents[1] / "examples").glob("*.ipynb"))
PICTURES = {"1_your_own_show": 2, "2_your_own_bot": 2, "3_look_inside": 5}


def cells(path: Path) -> list[nbformat.NotebookNode]:
    """The cells with a program."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_are_kept_without_what_they_show(path: Path) -> None:
    assert len(cells(path)) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells(path))
    assert "%pip install" in cells(path)[0].source and path.stem in PICTURES


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_run_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == PICTURES[path.stem]
