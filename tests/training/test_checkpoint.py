from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from textgen.errors import TrainingError
from textgen.training.checkpoint import NAME, Checkpoint, Position, checkpoint_exists

POSITION = Position(7, 1.25, 0.1 + 0.2, 5, 2, 1, 3.5, 2)


def checkpoint() -> Checkpoint:
    weights = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    return Checkpoint(POSITION, {"weights/embedding": weights, "state/0": np.zeros((2, 3), np.float32)})


def test_a_checkpoint_comes_back_bit_for_bit(tmp_path: Path) -> None:
    assert not checkpoint_exists(tmp_path)
    checkpoint().save(tmp_path)
    assert checkpoint_exists(tmp_path)
    again = Checkpoint.load(tmp_path)
    assert asdict(again.position) == asdict(POSITION)
    assert set(again.arrays) == set(checkpoint().arrays)
    for name, array in checkpoint().arrays.items():
        assert np.array_equal(again.arrays[name], array)


def test_a_position_before_the_first_validation_comes_back(tmp_path: Path) -> None:
    Checkpoint(Position(), {}).save(tmp_path)
    assert Checkpoint.load(tmp_path).position == Position(best=None)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 9])


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda path: path.write_bytes(b"") and None,
        lambda path: path.write_bytes(b"not a checkpoint") and None,
        lambda path: path.unlink(),
        lambda path: save_file({"a": np.zeros(1)}, path),
        lambda path: save_file({"a": np.zeros(1)}, path, {"position": "{"}),
        lambda path: save_file({"a": np.zeros(1)}, path, {"position": '{"pace": 3}'}),
    ],
)
def test_damage_is_told_in_a_sentence(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    checkpoint().save(tmp_path)
    damage(tmp_path / NAME)
    with pytest.raises(TrainingError, match=r"The checkpoint .* cannot be read .* the model itself still works"):
        Checkpoint.load(tmp_path)
