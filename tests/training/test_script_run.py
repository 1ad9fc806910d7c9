from pathlib import Path

import pytest

from textgen.artifact import ModelFolder
from textgen.config import Budget, ScriptTrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.training.run_record import Run
from textgen.training.script_run import ScriptRequest, begin
from textgen.training.sizing import ScriptChoice


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
