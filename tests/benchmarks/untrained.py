"""What a training leaves behind, without the training."""

from pathlib import Path
from typing import Any

from tests.training.tasks import prepared, script_task
from textgen.config import Budget
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training.sizing import ScriptChoice


def leave_untrained(
    folder: Path, corpus: Path, minutes: float, validation: Path | None = None, format: str | None = None, **choice: Any
) -> None:
    """Takes the place of a benchmark's `train`: a small model with its first weights, and a history of one row."""
    chosen = ScriptChoice(embedding=16, hidden=24, layers=1, **choice)
    task = script_task(corpus, chosen, format=format, validation=validation, index=False)
    prepared(folder, task, budget=Budget(minutes=minutes))
    history.append(ModelFolder(folder).training, history.HistoryRow(10, 0.5, 60 * minutes, 1e-3, 8.0, 8.0, 1000.0))
