from pathlib import Path

import pytest

from textgen.model_folder import ModelFolder
from textgen.training.building import building, versions


def test_what_was_built_stands_in_its_place_whole(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path / "deep" / "model")
    with building(folder) as new:
        (new.training / "ids").write_text("1")
        assert not folder.path.exists()
    assert (folder.training / "ids").read_text() == "1"
    assert [path.name for path in folder.path.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), building(ModelFolder(tmp_path / "model")) as new:
        (new.training / "ids").write_text("1")
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_try_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".model.building").mkdir()
    (tmp_path / ".model.building" / "old").touch()
    with building(ModelFolder(tmp_path / "model")):
        pass
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["training"]


def test_versions_are_of_what_trains() -> None:
    assert set(versions()) == {"textgen", "tensorflow", "keras", "numpy"}
    assert all(version[0].isdigit() for version in versions().values())
