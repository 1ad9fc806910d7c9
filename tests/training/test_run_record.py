import json
from pathlib import Path

import pytest

from textgen.config import Budget, ChatTrainingConfig, ScriptTrainingConfig, TrainingConfig
from textgen.errors import TrainingError
from textgen.model_folder import FORMAT_VERSION
from textgen.training.checkpoint import Run

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
