"""The folder that ships."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from building import shipping
from building.shipping import ship

from textgen.errors import TrainingError
from textgen.model_folder import Model, ModelFolder


@pytest.fixture
def model(untrained: Path) -> Model:
    return ModelFolder(untrained).load()


def test_ships_halves_and_no_rest_of_the_training(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "pretrained" / "smalltalk"
    size = ship(model, {"README.md": "# smalltalk\n", "NOTICE": "-"}, ["a turn that is nowhere to be found"], out)
    assert sorted(path.name for path in out.iterdir()) == [
        "NOTICE",
        "README.md",
        "model.json",
        "vocabulary.json",
        "weights.safetensors",
    ]
    assert size == sum(path.stat().st_size for path in out.iterdir())
    shipped = ModelFolder(out).load()
    for name, array in shipped.weights.items():
        assert array.dtype == np.float16
        np.testing.assert_allclose(array, model.weights[name], rtol=1e-3, atol=1e-4)


def test_weights_stay_finite(model: Model, tmp_path: Path) -> None:
    name = next(iter(model.weights))
    large = {**model.weights, name: np.full_like(model.weights[name], 1e9)}
    ship(replace(model, weights=large), {}, [], tmp_path / "out")
    assert np.isfinite(ModelFolder(tmp_path / "out").load().weights[name]).all()


def test_replaces_an_older_model(model: Model, tmp_path: Path) -> None:
    ship(model, {"README.md": "old"}, [], tmp_path / "out")
    ship(model, {"README.md": "new"}, [], tmp_path / "out")
    assert (tmp_path / "out" / "README.md").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_large_model_does_not_ship(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ship(model, {"README.md": "old"}, [], tmp_path / "out")
    monkeypatch.setattr(shipping, "MOST_BYTES", 1000)
    with pytest.raises(TrainingError, match="1,000 bytes"):
        ship(model, {"README.md": "new"}, [], tmp_path / "out")
    assert (tmp_path / "out" / "README.md").read_text(encoding="utf-8") == "old"


def test_text_of_the_dialogues_does_not_ship(model: Model, tmp_path: Path) -> None:
    turn = "i told nobody but you about it"
    with pytest.raises(TrainingError, match="told nobody"):
        ship(model, {"README.md": f"For example: {turn}."}, ["short", turn], tmp_path / "out")
    assert not (tmp_path / "out").exists()
