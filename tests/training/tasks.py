"""Tasks of small corpora, and model folders prepared by them; no test of theirs measures the machine."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from textgen.config import Budget
from textgen.model_folder import Model, ModelFolder
from textgen.training.chat_task import ChatTask, Listening
from textgen.training.prepare import prepare
from textgen.training.run import ModelTask
from textgen.training.script_task import ScriptTask
from textgen.training.sizing import ChatChoice, ScriptChoice
from textgen.training.task import TrainingRequest

CHAT = ChatChoice(level="word", embedding=8, hidden=12, layers=1, batch=4, precision="float32")

Said = str | tuple[str, str]
"""A turn's text, or its speaker and its text."""

FLOPS = 1e10
"""Operations a second of the machine that all these runs are planned for."""


def talks(path: Path, dialogues: Sequence[Sequence[Said]]) -> Path:
    """Writes dialogues as JSON lines."""

    def turn(said: Said) -> object:
        return said if isinstance(said, str) else {"speaker": said[0], "text": said[1]}

    lines = [json.dumps({"turns": [turn(said) for said in turns]}) + "\n" for turns in dialogues]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def script_task(corpus: Path, choice: ScriptChoice | None = None, **request: Any) -> ScriptTask:
    return ScriptTask(TrainingRequest(corpus, choice or ScriptChoice(), **request))


def chat_task(corpus: Path, listening: Listening | None = None, choice: ChatChoice = CHAT, **request: Any) -> ChatTask:
    return ChatTask(TrainingRequest(corpus, choice, **request), listening)


def prepared(
    folder: Path,
    task: ModelTask,
    origin: Model | None = None,
    budget: Budget | None = None,
    notes: list[str] | None = None,
    flops: float = FLOPS,
) -> ModelFolder:
    """A folder as it is before the first training step."""
    made, told = ModelFolder(folder), notes if notes is not None else []
    with (
        patch("textgen.training.script_task.measure_flops", lambda *about: flops),
        patch("textgen.training.chat_task.measure_flops", lambda *about: flops),
    ):
        prepare(task, made, budget or Budget(steps=3), origin, told.append)
    return made


short_and_long = pytest.mark.parametrize(
    ("flops", "budget", "asked", "hidden", "is_told"),
    [
        (1e14, Budget(minutes=1), "auto", 256, False),
        (1e7, Budget(minutes=1), "auto", 128, True),
        (1e7, Budget(minutes=1), "small", 256, False),
        (1e7, Budget(epochs=1), "auto", 256, False),
    ],
)
"""The machine's speed, the budget and the size asked for; how wide the model is then, and whether that is explained."""


def is_explained(told: list[str]) -> bool:
    """Whether a person was told why the model is smaller than usual, and what could be done."""
    said = [line for line in told if line.startswith("size ")]
    for line in said:
        assert line.startswith("size      small suits a text of this length, but would read only ")
        assert line.endswith("too few to be better: give it more time, or --size small to use it anyway")
    return bool(said)
