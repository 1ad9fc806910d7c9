"""What a training leaves behind, without the training."""

from pathlib import Path
from typing import Any

from textgen.config import Budget
from textgen.corpus.collection import ScriptCorpus
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training.preparation import Sources, make_plan, prepare
from textgen.training.sizing import ScriptChoice


def leave_untrained(
    folder: Path, corpus: Path, minutes: float, validation: Path | None = None, format: str | None = None, **choice: Any
) -> None:
    """Takes the place of a benchmark's `train`: a small model with its first weights, and a history of one row."""
    held_out = None if validation is None else ScriptCorpus(validation, format)
    sources = Sources(ScriptCorpus(corpus, format), held_out)
    chosen = ScriptChoice(embedding=16, hidden=24, layers=1, **choice)
    plan = make_plan(sources, chosen, Budget(minutes=minutes), seed=0, start_from=None)
    prepare(ModelFolder(folder), sources, plan, None, False, lambda text: None)
    history.append(ModelFolder(folder).training, history.Row(10, 0.5, 60 * minutes, 1e-3, 8.0, 8.0, 1000.0))
