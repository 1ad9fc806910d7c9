"""When a run is taken for finished, and what it says of itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from tests.benchmarks.untrained import leave_untrained
from textgen.model_folder import ModelFolder
from textgen.training.checkpoint import Checkpoint, Position

training = script("quality_training")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    path = tmp_path_factory.mktemp("run") / "model"
    leave_untrained(path, corpus, 2.0, level="character")
    return path


@pytest.mark.parametrize(
    ("position", "finished"),
    [
        (Position(step=50, seconds=119.0, best_step=40), False),
        (Position(step=50, seconds=120.5), True),
        (Position(step=50, seconds=60.0, stale=6), True),
    ],
)
def test_a_run_is_finished_when_its_minutes_are_spent_or_nothing_improves(
    folder: Path, position: Position, finished: bool
) -> None:
    Checkpoint(position, {}).save(ModelFolder(folder).training)
    assert training.is_finished(folder) is finished


def test_what_was_not_begun_is_not_finished(tmp_path: Path) -> None:
    assert not training.is_finished(tmp_path)


def test_a_finished_run_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(training.subprocess, "run", refuse)
    done = Position(step=50, seconds=120.5)
    Checkpoint(done, {}).save(ModelFolder(folder).training)
    training.train(folder, Path("corpus.txt"), 2.0, level="character")
    Checkpoint(replace(done, seconds=1.0), {}).save(ModelFolder(folder).training)
    with pytest.raises(AssertionError, match="a process was started"):
        training.train(folder, Path("corpus.txt"), 2.0, level="character")


def test_a_run_says_how_long_and_how_fast_it_was(folder: Path) -> None:
    found = training.figures(folder)
    expected = {"minutes": 2.0, "steps": 10, "epochs": 0.5, "tokens_per_second": 1000.0}
    assert {name: found[name] for name in expected} == expected


def test_results_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.json"
    assert training.read_json(path) is None
    training.write_json(path, {"rows": [1.5]})
    assert training.read_json(path) == {"rows": [1.5]}
    assert [file.name for file in path.parent.iterdir()] == ["results.json"]
