"""What the benchmarks of quality share: training with the command a person would use, and what a run says of itself."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from textgen.config import Budget
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training.checkpoint import Checkpoint, Run, checkpoint_exists
from textgen.training.trainer import Clock


def say(text: str) -> None:
    """Tells a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def train(folder: Path, corpus: Path, minutes: float, **options: Any) -> None:
    """Trains a script writer in a process of its own, so that no run finds what another one left.

    What is there already is not trained again, and a run that was stopped goes on.

    Args:
        folder: of the model.
        corpus: the training text.
        minutes: of steps and validations.
        options: of `textgen train-script`, by their names in Python; it starts afresh unless `from` is given.
    """
    if is_finished(folder):
        return
    say(f"{folder.name}: training for {minutes:g} minutes")
    command = [sys.executable, "-m", "textgen", "train-script", "--corpus", str(corpus), "--out", str(folder)]
    command += ["--minutes", f"{minutes:g}", "--no-index", "--resume"]
    for name, value in {"from": "none", **options}.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    run_alone(command)


def run_alone(command: Sequence[str]) -> None:
    """Runs a command in a process that does not take over what TensorFlow was told to say in this one."""
    told = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    subprocess.run(command, check=True, stdout=sys.stderr, env=told)


def is_finished(folder: Path) -> bool:
    """Whether the run in a model folder has come to its end."""
    training = ModelFolder(folder).training
    if not checkpoint_exists(training):
        return False
    config, position = Run.load(training).training, Checkpoint.load(training).position
    clock = Clock(config.budget, steps_per_epoch=1)
    spent = clock.progress(position.step, position.seconds) >= 1.0
    return position.stale >= config.patience or (spent and not position.train_steps)


def figures(folder: Path) -> dict[str, float]:
    """What a finished run says of itself: size, length and speed."""
    card, rows = ModelFolder(folder).load_card(), history.read(ModelFolder(folder).training)
    return {
        "minutes": rows[-1].seconds / 60,
        "parameters": card.architecture.parameters,
        "steps": rows[-1].step,
        "epochs": rows[-1].epoch,
        "tokens_per_second": fmean(row.tokens_per_second for row in rows),
    }


def in_words(minutes: float) -> str:
    """A run's length as a person says it."""
    return Budget(minutes=minutes).describe()


def write_text(path: Path, text: str) -> Path:
    """Writes a text as it is, line ends included; returns where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def read_json(path: Path) -> Any:
    """What was written by `write_json`; None where nothing was."""
    return json.loads(path.read_bytes()) if path.is_file() else None


def write_json(path: Path, values: Any) -> None:
    """Replaces a file of results, so that a run which is stopped loses none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(values, indent=1), encoding="utf-8")
    beside.replace(path)
