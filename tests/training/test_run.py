"""Runs that go on, of the kind they were begun as."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from textgen.api import TrainingInterrupted, train_chat
from textgen.config import Budget
from textgen.corpus.dialogues import DialogueCorpus
from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training import run as running
from textgen.training.chat_run import CHAT
from textgen.training.checkpoint import Checkpoint
from textgen.training.display import SilentDisplay
from textgen.training.run import Course, go_on, run_training, why_finished
from textgen.training.run_record import Run
from textgen.training.script_run import SCRIPT

from ..conftest import TINY_CHAT, dialogues_text


@pytest.fixture(scope="module", autouse=True)
def validated_after_each_step() -> Iterator[None]:
    """So that a few steps are enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgen.training.trainer._STEPS_PER_VALIDATION", 1)
        yield


@pytest.fixture
def copied(tmp_path: Path, chat_model: Path) -> ModelFolder:
    return ModelFolder(Path(shutil.copytree(chat_model, tmp_path / "model")))


def test_a_larger_budget_goes_on_and_is_told(copied: ModelFolder, dialogues: Path) -> None:
    told: list[str] = []
    go_on(copied, CHAT, DialogueCorpus(dialogues).fingerprint, Budget(epochs=30.0), told.append)
    assert told == [f"The run in {copied.path} goes on as it was begun; its budget is 30 epochs."]
    assert Run.load(copied.training).training.budget == Budget(epochs=30.0)


def test_a_spent_budget_does_not(copied: ModelFolder, dialogues: Path) -> None:
    with pytest.raises(ConfigurationError, match="its budget of 100 steps is spent; give a larger one, or --overwrite"):
        go_on(copied, CHAT, DialogueCorpus(dialogues).fingerprint, None, print)


def test_another_corpus_is_refused(copied: ModelFolder, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(dialogues_text(seed=1), encoding="utf-8")
    before = (copied.training / "run.json").read_bytes()
    with pytest.raises(ConfigurationError, match=r"was begun with talks\.jsonl, but the corpus given now has another"):
        go_on(copied, CHAT, DialogueCorpus(other).fingerprint, Budget(steps=200), print)
    assert (copied.training / "run.json").read_bytes() == before


def test_a_run_goes_on_as_the_kind_of_model_it_was_begun_as(copied: ModelFolder, dialogues: Path) -> None:
    before = (copied.training / "run.json").read_bytes()
    sentence = "trains a chat model, but a script model was asked for: give --resume to train-chat, or another --out"
    with pytest.raises(ConfigurationError, match=sentence):
        go_on(copied, SCRIPT, DialogueCorpus(dialogues).fingerprint, Budget(steps=200), print)
    with pytest.raises(ConfigurationError, match=sentence):
        why_finished(copied.training, SCRIPT)
    assert (copied.training / "run.json").read_bytes() == before


class Notes(SilentDisplay):
    """Remembers what a person is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.mark.parametrize("decides", [True, False])
def test_a_run_that_stops_before_its_budget_says_why(copied: ModelFolder, decides: bool) -> None:
    run, display = Run.load(copied.training), Notes()
    characters = run.characters[0], 1000 if decides else 999
    budget = Budget(steps=120)
    replace(run, characters=characters, training=replace(run.training, budget=budget, patience=2)).save(copied.training)
    rising = count(100)
    recipe = replace(CHAT, validation=lambda network, training, run: lambda: float(next(rising)))
    outcome = run_training(copied, recipe, display, lambda model: "")
    if decides:
        assert outcome.reason == "no improvement"
        assert display.told[-1].startswith(
            "stopped   2 validations brought no improvement, so that the rest of the budget"
        )
        assert display.told[-1].endswith(f"the best weights are kept, those of step {outcome.best_step}")
    else:
        assert (outcome.reason, outcome.steps, outcome.best_step, display.told) == ("budget", 120, 120, [])


@pytest.mark.parametrize(
    ("steps_since", "why"), [(0, "its budget of 100 steps is spent; give a larger one"), (3, None)]
)
def test_a_run_is_over_when_its_last_validation_is_made(copied: ModelFolder, steps_since: int, why: str | None) -> None:
    checkpoint = Checkpoint.load(copied.training)
    checkpoint.position.train_steps = steps_since
    checkpoint.save(copied.training)
    assert why_finished(copied.training, CHAT) == why


def test_a_picture_has_the_name_of_the_model_that_is_to_be_replaced(copied: ModelFolder) -> None:
    beside = ModelFolder(copied.path.rename(copied.path.with_name(".bob.new")))
    run, titles = Run.load(beside.training), list[str]()
    replace(run, training=replace(run.training, budget=Budget(steps=105))).save(beside.training)
    recipe = replace(CHAT, draw=lambda training, title: titles.append(title))
    run_training(beside, recipe, SilentDisplay(), lambda model: "")
    assert titles == ["bob"]


def test_a_script_run_does_not_go_on_as_a_chatbot(tmp_path: Path, trained: Path, corpus: Path, untrained: Path) -> None:
    with pytest.raises(ConfigurationError, match="trains a script model, but a chat model was asked for"):
        train_chat(corpus, trained, resume=True, quiet=True)  # the same file may be read as dialogues
    shutil.copytree(untrained, tmp_path / "model")
    shutil.copytree(trained, tmp_path / ".model.new")
    with pytest.raises(ConfigurationError, match="trains a script model, but a chat model was asked for"):
        train_chat(corpus, tmp_path / "model", resume=True, quiet=True)


@pytest.mark.parametrize(("towers", "shared", "told"), [(2, False, True), (2, True, False), (1, False, False)])
def test_threads_that_are_left_alone_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, untrained: Path, towers: int, shared: bool, told: bool
) -> None:
    folder = ModelFolder(shutil.copytree(untrained, tmp_path / "copy"))
    run = Run.load(folder.training)
    replace(run, training=replace(run.training, towers=towers)).save(folder.training)
    monkeypatch.setattr(running, "cores_are_shared", lambda: shared)
    monkeypatch.setattr(running, "run_training", lambda *arguments: None)
    notes: list[str] = []
    display = SilentDisplay()
    monkeypatch.setattr(display, "note", notes.append)
    Course(folder, SCRIPT).run(display, lambda model: "", False)
    assert any("TF_NUM_INTRAOP_THREADS" in note for note in notes) == told


def train(corpus: Path, out: Path, **options: Any) -> textgen.Chatbot:
    return train_chat(corpus, out, **{"quiet": True, **TINY_CHAT, "dropout": 0.3, **options})


@pytest.mark.slow
def test_a_chat_run_that_was_interrupted_ends_as_if_it_had_not_been(
    tmp_path: Path, dialogues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train(dialogues, whole, steps=8)

    def sample(model: Any) -> str:
        if json.loads((broken / "model.json").read_bytes())["metrics"]["step"] >= 4:
            os.kill(os.getpid(), signal.SIGINT)
        return ""

    monkeypatch.setattr("textgen.api._talk_a_little", sample)
    with pytest.raises(TrainingInterrupted, match=r"\n  textgen train-chat --corpus .* --resume"):
        train(dialogues, broken, steps=8)
    monkeypatch.undo()
    assert [row.step for row in history.read(broken / "training")][-1] < 8
    train_chat(dialogues, broken, resume=True, quiet=True)
    for name in ("weights.safetensors", "training/checkpoint.safetensors"):
        ours, theirs = load_file(whole / name), load_file(broken / name)
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[array], theirs[array]) for array in ours), name
    scores = [
        [(row.step, row.train_bits_per_character, row.validation_bits_per_character) for row in history.read(path)]
        for path in (whole / "training", broken / "training")
    ]
    assert scores[0] == scores[1]
