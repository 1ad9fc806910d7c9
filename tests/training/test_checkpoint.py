"""What resuming needs comes back whole, or is refused."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from textgen.config import Budget, ChatTrainingConfig, ScriptTrainingConfig, TrainingConfig
from textgen.errors import TrainingError
from textgen.model_folder import FORMAT_VERSION
from textgen.training.checkpoint import NAME, Checkpoint, Position, Run, checkpoint_exists

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
    ("damage", "sentence"),
    [
        (cut, "cannot be read"),
        (lambda path: path.write_bytes(b"") and None, "cannot be read"),
        (lambda path: path.write_bytes(b"not a checkpoint") and None, "cannot be read"),
        (lambda path: path.unlink(), "No such file"),
        (lambda path: save_file({"a": np.zeros(1)}, path), "cannot be read"),
        (lambda path: save_file({"a": np.zeros(1)}, path, {"position": "{"}), "cannot be read"),
        (lambda path: save_file({"a": np.zeros(1)}, path, {"position": '{"pace": 3}'}), "holds pace"),
        (lambda path: save_file({"a": np.zeros(1)}, path, {"position": '{"step": -3}'}), "is not usable"),
        (lambda path: save_file({"a": np.zeros(1)}, path, {"position": '{"format_version": 3}'}), "lost its checksum"),
    ],
)
def test_damage_is_told_in_a_sentence(tmp_path: Path, damage: Callable[[Path], None], sentence: str) -> None:
    checkpoint().save(tmp_path)
    damage(tmp_path / NAME)
    with pytest.raises(TrainingError, match=rf"The checkpoint .* {sentence}.* the model itself still works"):
        Checkpoint.load(tmp_path)


def test_a_changed_bit_is_noticed(tmp_path: Path) -> None:
    checkpoint().save(tmp_path)
    content = bytearray((tmp_path / NAME).read_bytes())
    content[-1] ^= 1
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(TrainingError, match="has other bytes than were saved"):
        Checkpoint.load(tmp_path)


def test_a_checkpoint_of_version_1_has_neither_number_nor_checksum(tmp_path: Path) -> None:
    save_file(checkpoint().arrays, tmp_path / NAME, {"position": json.dumps(asdict(POSITION))})
    assert Checkpoint.load(tmp_path).position == POSITION


def test_an_array_that_the_run_lacks_or_has_in_another_shape_is_told() -> None:
    assert checkpoint().array("state/0", (2, 3)).shape == (2, 3)
    with pytest.raises(TrainingError, match=r"state/1 is missing, .* the model itself still works"):
        checkpoint().array("state/1", (2, 3))
    with pytest.raises(TrainingError, match=r"state/0 has the shape \(2, 3\), but the run needs \(3, 2\)"):
        checkpoint().array("state/0", (3, 2))


SCRIPT = ScriptTrainingConfig(Budget(minutes=3.0), seed=2, streams=7, window=9)
CHAT = ChatTrainingConfig(Budget(steps=4), seed=2, batch=7, label_smoothing=0.0, empty_contexts=0.25)


@pytest.mark.parametrize(("kind", "training"), [("script", SCRIPT), ("chat", CHAT)])
def test_a_run_of_either_kind_comes_back(tmp_path: Path, kind: str, training: TrainingConfig) -> None:
    run = Run(training, (10, 2), (20, 4), 2)
    run.save(tmp_path)
    again = Run.load(tmp_path)
    assert again == run
    assert type(again.training) is type(training)
    assert again.kind == kind == json.loads((tmp_path / "run.json").read_bytes())["kind"]
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_few_sentences_do_not_decide_on_the_best_weights() -> None:
    assert [Run(CHAT, (10_000, held_out), (20, 4), 2).held_out_decides for held_out in (0, 999, 1000)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "poem"},
        {"kind": "script"},
        {"kind": []},
        {"threads": None},
        {"threads": True},
        {"tokens": 3},
        {"tokens": [1, 2, 3]},
        {"pace": 3},
        {"format_version": FORMAT_VERSION + 1},
    ],
)
def test_a_damaged_run_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    Run(CHAT, (10, 2), (20, 4), 2).save(tmp_path)
    values = json.loads((tmp_path / "run.json").read_bytes())
    (tmp_path / "run.json").write_text(json.dumps({**values, **change}), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"cannot be resumed: run\.json .* the model itself still works"):
        Run.load(tmp_path)


def test_a_run_of_version_1_has_no_number_and_a_missing_field_has_its_default(tmp_path: Path) -> None:
    run = Run(CHAT, (10, 2), (20, 4), 2)
    run.save(tmp_path)
    values = json.loads((tmp_path / "run.json").read_bytes())
    assert values.pop("format_version") == FORMAT_VERSION
    del values["training"]["clip"]
    (tmp_path / "run.json").write_text(json.dumps(values), encoding="utf-8")
    assert Run.load(tmp_path) == run
