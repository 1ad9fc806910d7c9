from pathlib import Path

import pytest

from textgen.errors import ConfigurationError
from textgen.evaluation.folder import ResultFolder


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_empty_folder_is_filled(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "some" / "results"
    if exists:
        path.mkdir(parents=True)
    ResultFolder(path).write({"a.txt": b"a"})
    assert (path / "a.txt").read_bytes() == b"a"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["folder", "folder/mine.txt"])
def test_what_is_there_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="new or empty"):
        ResultFolder(tmp_path / name)


def test_what_came_in_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.mkdir()
    folder = ResultFolder(path)
    (path / "mine.txt").write_text("mine")
    with pytest.raises(OSError, match=r"mine|not empty|results"):
        folder.write({"a.txt": b"a"})
    assert [file.name for file in tmp_path.rglob("*.txt")] == ["mine.txt"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no/such"):
        ResultFolder(tmp_path / "results").write({"a.txt": b"a", "no/such/place.txt": b"b"})
    assert list(tmp_path.iterdir()) == []
