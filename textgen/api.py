"""`train_script` and `load`: training and writing put together."""

import importlib.util
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textgen.artifact import Model, ModelFolder
from textgen.config import Budget
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.paths import Paths
from textgen.errors import ConfigurationError, MissingExtraError, ModelError
from textgen.writer import ScriptWriter

DEFAULT_MINUTES = 20.0


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C during training: the run was saved; the message says how to go on."""


def load(path: str | Path) -> ScriptWriter:
    """Opens a trained model, without TensorFlow.

    Args:
        path: of the model folder.

    Raises:
        ModelError: there is no model, or it is damaged.

    Example:
        >>> textgen.load("runs/seinfeld").write(prompt="jerry:", lines=10).text  # doctest: +SKIP
    """
    model = ModelFolder(path).load()
    if model.card.kind != "script":
        raise ModelError(
            f"The model in {path} is of the kind {model.card.kind!r}, but this version opens the kind 'script': "
            "use the version of textgen that trained it."
        )
    return ScriptWriter(model)


def train_script(
    corpus: Paths,
    out: str | Path | None = None,
    *,
    validation: Paths | None = None,
    format: str | None = None,
    minutes: float | None = None,
    epochs: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    start_from: str | Path | None = None,
    index: bool = True,
    tensorboard: bool = False,
    quiet: bool = False,
    **choice: Any,
) -> ScriptWriter:
    """Trains a script writer.

    Args:
        corpus: a file or folder with scripts or plain text, or several.
        out: the model folder; `runs/<corpus name>` where none is given, numbered if taken.
        validation: text to judge the model by; the last tenth of the corpus where none is given.
        format: of the corpus; found from its content where none is given.
        minutes, epochs, steps: the budget, at most one of them; 20 minutes where none is given. Minutes count steps
            and validations, not preparation.
        seed: of all randomness.
        resume: go on with an interrupted run in `out`; where there is none yet, begin.
        overwrite: replace the model in `out` once the new one is trained.
        start_from: a model folder to go on from, whose vocabulary and architecture are kept.
        index: whether to keep hashes of the corpus's word sequences, which `no_copy` needs.
        tensorboard: whether to write event files into `out/training/tensorboard`.
        quiet: show no progress.
        choice: level, size and their details, as in `textgen.training.sizing.Choice`.

    Returns:
        The writer with the best weights.

    Raises:
        TextgenError: what was asked for cannot be done; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.
    """
    _require_training()
    from textgen.training.display import SilentDisplay, make_display
    from textgen.training.script_run import ScriptRequest, begin, go_on, run_script, why_finished
    from textgen.training.sizing import Choice
    from textgen.training.target import Target

    given = None if minutes is epochs is steps is None else Budget(minutes, epochs, steps)
    try:
        chosen = Choice(**choice)
    except TypeError as error:
        raise ConfigurationError(f"train_script was given an option it does not know ({error}).") from None
    display = SilentDisplay() if quiet else make_display()
    source = ScriptCorpus(corpus, format)
    target = Target(out, source.files[0].path.stem, resume, overwrite)
    display.note(f"folder     {target.final.path}")
    if resume and target.replaces and given is None and why_finished(target.building.training):
        target.finish()  # the run came to its end, and was cut off before it took the old model's place
        return load(target.final.path)
    if resume and target.started:
        go_on(target.building, source, given, display.note)
    else:
        if resume:
            display.note(f"There is no run in {target.final.path} yet: training starts from the beginning.")
        held_out = ScriptCorpus(validation, format) if validation is not None else None
        origin = ModelFolder(start_from).load() if start_from is not None else None
        request = ScriptRequest(source, held_out, chosen, given or Budget(minutes=DEFAULT_MINUTES), seed, origin, index)
        begin(target.building, request, display.note)
    outcome = run_script(target.building, display, _sampler(), tensorboard)
    if outcome.reason == "interrupted":
        files = " ".join(f"--corpus {shlex.quote(str(path))}" for path in _as_list(corpus))
        raise TrainingInterrupted(
            f"Interrupted after {outcome.steps} steps, and saved. To go on:\n"
            f"  textgen train-script {files} --out {shlex.quote(str(target.final.path))} --resume"
        )
    target.finish()
    return load(target.final.path)


def _sampler() -> Callable[[Model], str]:
    """What writes the samples while a model trains: a few lines with the same seed each time."""

    def sample(model: Model) -> str:
        return ScriptWriter(model, note=lambda text: None).write(max_new_tokens=120, seed=1).text

    return sample


def _as_list(paths: Paths) -> list[str | os.PathLike[str]]:
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)


def _require_training() -> None:
    missing = [
        name for name in ("tensorflow", "keras", "tokenizers", "matplotlib") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise MissingExtraError(
            f"Training was asked for, but {', '.join(missing)} is not installed; writing needs none of it, training "
            'does: run  pip install "textgen-keras[train]"  (in a clone:  pip install -e ".[train]").'
        )
