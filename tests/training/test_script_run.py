from pathlib import Path

import pytest
from pytest import MonkeyPatch

from textgen.config import Budget, ScriptTrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.model_folder import ModelFolder
from textgen.training import script_run
from textgen.training.run_record import Run
from textgen.training.script_run import ScriptRequest, begin
from textgen.training.sizing import ScriptChoice

from .short_runs import is_explained, short_and_long


@pytest.mark.parametrize(
    ("asked", "epochs", "dropout"), [(None, 8.0, (0.3, 0.1)), (None, 0.5, (0.0, 0.0)), (0.25, 8.0, (0.25, 0.1))]
)
def test_dropout_suits_how_often_the_text_is_read_unless_it_was_asked_for(
    corpus: Path, tmp_path: Path, asked: float | None, epochs: float, dropout: tuple[float, float]
) -> None:
    choice = ScriptChoice(level="character", embedding=8, hidden=8, layers=1, dropout=asked)
    folder, told = ModelFolder(tmp_path / "model"), list[str]()
    request = ScriptRequest(ScriptCorpus(corpus), None, choice, Budget(epochs=epochs), 0, None, False)
    begin(folder, request, told.append)
    training = Run.load(folder.training).training
    assert isinstance(training, ScriptTrainingConfig)
    assert (training.dropout, training.input_dropout) == dropout
    assert any(f"dropout {dropout[0]:g}," in line for line in told)


@short_and_long
def test_where_time_is_short_the_model_is_smaller_unless_its_size_was_asked_for(
    corpus: Path,
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    flops: float,
    budget: Budget,
    asked: str,
    hidden: int,
    is_told: bool,
) -> None:
    monkeypatch.setattr(script_run, "measure_flops", lambda precision, batch, hidden: flops)
    folder, told = ModelFolder(tmp_path / "model"), list[str]()
    request = ScriptRequest(ScriptCorpus(corpus), None, ScriptChoice(size=asked), budget, 0, None, False)
    begin(folder, request, told.append)
    model = folder.load()
    assert model.card.architecture.hidden == hidden
    assert model.weights["lstm_0/recurrent_kernel"].shape[0] == hidden
    assert is_explained(told) is is_told


def test_a_model_to_go_on_from_keeps_its_size_however_short_the_time(
    corpus: Path, tmp_path: Path, untrained: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(script_run, "measure_flops", lambda precision, batch, hidden: 1.0)
    folder, origin = ModelFolder(tmp_path / "model"), ModelFolder(untrained).load()
    request = ScriptRequest(ScriptCorpus(corpus), None, ScriptChoice(), Budget(minutes=1), 0, origin, False)
    begin(folder, request, lambda text: None)
    assert folder.load().card.architecture == origin.card.architecture
