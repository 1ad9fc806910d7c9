"""Whole runs, with a task that only counts: how they begin, are stopped, go on and end; and what is refused."""

import errno
import math
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file

import textgen
from tests.conftest import dialogues_text
from tests.training.fakes import CountingTask
from tests.training.tasks import chat_task, script_task
from textgen.api import train_chat, train_script
from textgen.config import Budget
from textgen.corpus.given import GivenTexts
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import ConfigurationError, TrainingError, TrainingInterrupted
from textgen.model_folder import Model, ModelFolder
from textgen.training import history
from textgen.training import run as running
from textgen.training.callback import Callback
from textgen.training.chat_task import Listening
from textgen.training.checkpoint import Checkpoint, Run
from textgen.training.run import require_as_begun, resume_command, run_training, train
from textgen.training.sizing import ChatChoice, ScriptChoice
from textgen.training.target import Target
from textgen.training.task import Start, TrainingRequest


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
    chat_task(dialogues).go_on(copied, Budget(epochs=30.0), told.append)
    assert told == [f"The run in {copied.path} goes on as it was begun; its budget is 30 epochs."]
    assert Run.load(copied.training).training.budget == Budget(epochs=30.0)


def test_a_spent_budget_does_not(copied: ModelFolder, dialogues: Path) -> None:
    with pytest.raises(ConfigurationError, match="its budget of 100 steps is spent; give a larger one, or --overwrite"):
        chat_task(dialogues).go_on(copied, None, print)


def test_a_run_whose_checkpoint_is_gone_keeps_its_best_weights(copied: ModelFolder, dialogues: Path) -> None:
    (copied.training / "checkpoint.safetensors").unlink()
    before = (copied.training / "run.json").read_bytes()
    sentence = rf"its checkpoint .* is gone, .* the model itself still works: go on from it with --from {copied.path}"
    with pytest.raises(TrainingError, match=sentence):
        chat_task(dialogues).go_on(copied, Budget(epochs=30.0), print)
    with pytest.raises(TrainingError, match=sentence):
        chat_task(dialogues).why_finished(copied)
    assert (copied.training / "run.json").read_bytes() == before
    copied.save_metrics({})  # as it is if a run is killed before its first checkpoint
    chat_task(dialogues).go_on(copied, None, print)


def test_another_corpus_is_refused(copied: ModelFolder, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(dialogues_text(seed=1), encoding="utf-8")
    before = (copied.training / "run.json").read_bytes()
    with pytest.raises(ConfigurationError, match=r"was begun with talks\.jsonl, but the corpus given now has another"):
        chat_task(other).go_on(copied, Budget(steps=200), print)
    assert (copied.training / "run.json").read_bytes() == before


def test_a_run_goes_on_as_the_kind_of_model_it_was_begun_as(copied: ModelFolder, corpus: Path) -> None:
    before = (copied.training / "run.json").read_bytes()
    sentence = "trains a chat model, but a script model was asked for: give --resume to train-chat, or another --out"
    with pytest.raises(ConfigurationError, match=sentence):
        script_task(corpus).go_on(copied, Budget(steps=200), print)
    with pytest.raises(ConfigurationError, match=sentence):
        script_task(corpus).why_finished(copied)
    assert (copied.training / "run.json").read_bytes() == before


class Notes(Callback):
    """Remembers what a person is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.mark.slow
@pytest.mark.parametrize("decides", [True, False])
def test_a_run_that_stops_before_its_budget_says_why(
    copied: ModelFolder, dialogues: Path, decides: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, display = Run.load(copied.training), Notes()
    characters = run.characters[0], 1000 if decides else 999
    budget = Budget(steps=120)
    replace(run, characters=characters, training=replace(run.training, budget=budget, patience=2)).save(copied.training)
    rising = count(100)
    task = chat_task(dialogues)
    monkeypatch.setattr(task, "validate", lambda at, network: lambda: float(next(rising)))
    outcome = run_training(task, copied, display)
    if decides:
        assert outcome.reason == "no improvement"
        assert display.told[-1].startswith(
            "stopped   2 validations brought no improvement, so training ended before the budget"
        )
        assert display.told[-1].endswith(f"the best weights are kept, those of step {outcome.best_step}")
    else:
        assert (outcome.reason, outcome.steps, outcome.best_step, display.told) == ("budget", 120, 120, [])


@pytest.mark.parametrize(
    ("steps_since", "why"), [(0, "its budget of 100 steps is spent; give a larger one"), (3, None)]
)
def test_a_run_is_over_when_its_last_validation_is_made(
    copied: ModelFolder, dialogues: Path, steps_since: int, why: str | None
) -> None:
    checkpoint = Checkpoint.load(copied.training)
    checkpoint.position.train_steps = steps_since
    checkpoint.save(copied.training)
    assert chat_task(dialogues).why_finished(copied) == why


@pytest.mark.slow
def test_a_picture_has_the_name_of_the_model_that_is_to_be_replaced(
    copied: ModelFolder, dialogues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = ModelFolder(copied.path.rename(copied.path.with_name(".bob.new")))
    run, titles = Run.load(beside.training), list[str]()
    replace(run, training=replace(run.training, budget=Budget(steps=105))).save(beside.training)
    task = chat_task(dialogues)
    monkeypatch.setattr(task, "draw", lambda at, title: titles.append(title))
    run_training(task, beside, Callback())
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
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    untrained: Path,
    corpus: Path,
    towers: int,
    shared: bool,
    told: bool,
) -> None:
    folder = ModelFolder(shutil.copytree(untrained, tmp_path / "copy"))
    run = Run.load(folder.training)
    replace(run, training=replace(run.training, towers=towers)).save(folder.training)
    monkeypatch.setattr(running, "cores_are_shared", lambda: shared)
    monkeypatch.setattr(running, "run_training", lambda *arguments: None)
    notes: list[str] = []
    display = Callback()
    monkeypatch.setattr(display, "note", notes.append)
    script_task(corpus).run(folder, display, False)
    assert any("TF_NUM_INTRAOP_THREADS" in note for note in notes) == told


BEGUN = {"level": "character", "embedding": 16, "hidden": 24, "layers": 2, "streams": 4, "window": 16}
"""With what the model of the fixture `untrained` was."""


@pytest.mark.parametrize("asked", [{}, BEGUN, {"words": "whitespace", "vocabulary_limit": 5}, {"dropout": 0.0}])
def test_what_a_run_was_begun_with_may_be_asked_for_again(untrained: Path, asked: dict[str, Any]) -> None:
    require_as_begun(ModelFolder(untrained), [ScriptChoice(**asked)], seed=0)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"level": "word"}, "level is 'word', but the run in {} was begun with 'character': leave it out to resume"),
        ({"size": "large"}, "size is 'large', but the run in {} was begun with '2 x 24': leave it out"),
        ({"size": "large", "hidden": 23}, "hidden is 23, but the run in {} was begun with 24"),
        ({**BEGUN, "layers": 3}, "layers is 3, but the run in {} was begun with 2"),
        ({"streams": 5}, "streams is 5, but the run in {} was begun with 4"),
        ({"dropout": 0.3}, "dropout is 0.3, but the run in {} was begun with 0.0"),
        ({"learning_rate": 1.0}, "learning_rate is 1.0, but the run in {} was begun with 0.004"),
    ],
)
def test_what_it_was_not_begun_with_is_refused(untrained: Path, asked: dict[str, Any], found: str) -> None:
    with pytest.raises(ConfigurationError, match="^" + re.escape(found.format(untrained))):
        require_as_begun(ModelFolder(untrained), [ScriptChoice(**asked)], seed=0)


def test_another_seed_is_refused(untrained: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^seed is 3, but the run in .* was begun with 0: leave it out"):
        require_as_begun(ModelFolder(untrained), [ScriptChoice()], seed=3)


def test_a_chatbot_goes_on_as_it_was_begun_too(chat_model: Path) -> None:
    folder = ModelFolder(chat_model)
    require_as_begun(folder, [ChatChoice(attention=True), Listening(replies_by="bob", spacing="as-is")], seed=0)
    with pytest.raises(ConfigurationError, match=r"attention is False, but the run in .* was begun with True"):
        require_as_begun(folder, [ChatChoice(attention=False), Listening()], seed=0)
    with pytest.raises(ConfigurationError, match=r"turns is 0, but the run in .* was begun with 3: leave it out"):
        require_as_begun(folder, [ChatChoice(), Listening(turns=0)], seed=0)
    with pytest.raises(ConfigurationError, match=r"replies_by is 'ann', but the run in .* was begun with 'bob'"):
        require_as_begun(folder, [ChatChoice(), Listening(replies_by="ann")], seed=0)


def test_a_refused_run_is_as_it_was(trained: Path, corpus: Path, chat_model: Path, dialogues: Path) -> None:
    for command, text, folder in ((train_script, corpus, trained), (train_chat, dialogues, chat_model)):
        before = (folder / "training" / "run.json").read_bytes()
        with pytest.raises(ConfigurationError, match="size is 'large', but the run in"):
            command(text, folder, resume=True, steps=1000, size="large", quiet=True)
        with pytest.raises(ConfigurationError, match="its budget of 10 steps is spent"):
            command(text, folder, resume=True, steps=10, quiet=True)
        assert (folder / "training" / "run.json").read_bytes() == before


def counting(corpus: Path, sample: Callable[[Model], str] = lambda model: "sample", **request: Any) -> CountingTask:
    """A task of 19 steps an epoch that learns nothing."""
    choice = ScriptChoice(level="character", embedding=8, hidden=12, layers=1, streams=8, window=16)
    return CountingTask(TrainingRequest(corpus, choice, **request), sample)


def trained_by(task: CountingTask, out: Path, steps: int | None = None, **how: Any) -> Model:
    """What `train_script` does, with this task."""
    start = Start(Budget(steps=steps) if steps else None, how.pop("origin", None), quiet=how.pop("quiet", True))
    with Target(out, task.name, how.pop("resume", False), how.pop("overwrite", False)) as target:
        return train(task, target, start)


def test_curves_are_drawn_at_the_first_validation_and_at_the_end(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, validations = counting(corpus), list[int]()
    monkeypatch.setattr(task, "draw", lambda at, title: validations.append(len(history.read(at.place))))
    trained_by(task, tmp_path / "model", steps=10)
    assert validations == [1, 10]


def test_samples_say_held_out_only_where_something_is(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, score in (("one", lambda: 4.0), ("other", None)):
        task = counting(corpus)
        monkeypatch.setattr(task, "validate", lambda at, network, score=score: score)
        trained_by(task, tmp_path / name, steps=1)
        heading = (tmp_path / name / "training/samples.txt").read_text(encoding="utf-8").split("\n")[0]
        assert heading.endswith("bits per character in training ==" if score is None else "held out ==")


def interrupting(after: int) -> Callable[[Model], str]:
    """Sends Ctrl-C when the so-manieth sample is written."""
    samples = count(1)

    def sample(model: Model) -> str:
        if next(samples) == after:
            os.kill(os.getpid(), signal.SIGINT)
        return "sample"

    return sample


@pytest.mark.slow
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(tmp_path: Path, corpus: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    trained_by(counting(corpus), whole, steps=8)
    with pytest.raises(TrainingInterrupted, match=r"Interrupted after 3 steps, and saved\. To go on:"):
        trained_by(counting(corpus, interrupting(3)), broken, steps=8)
    assert load_file(broken / "weights.safetensors")["output/bias"][0] == pytest.approx(0.06)
    trained_by(counting(corpus), broken, resume=True)
    for name in ("weights.safetensors", "training/checkpoint.safetensors"):
        ours, theirs = load_file(whole / name), load_file(broken / name)
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[array], theirs[array]) for array in ours), name
    rows = [history.read(folder / "training") for folder in (whole, broken)]
    assert [row.step for row in rows[0]] == list(range(1, 9))
    scores = [
        [(row.step, row.train_bits_per_character, row.validation_bits_per_character) for row in one] for one in rows
    ]
    assert scores[0] == scores[1]
    assert len({(folder / "training/samples.txt").read_bytes() for folder in (whole, broken)}) == 1


def test_an_interruption_is_a_keyboard_interrupt_that_tells_how_to_go_on(tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "my model"
    command = rf"\n  textgen train-script --corpus {corpus} --format colon --out '{out}' --resume$"
    assert issubclass(TrainingInterrupted, KeyboardInterrupt)
    with pytest.raises(TrainingInterrupted, match=r"after 2 steps, .*" + command):
        trained_by(counting(corpus, interrupting(2), format="colon"), out, steps=8)

    def again(model: Model) -> str:
        raise KeyboardInterrupt  # as the second Ctrl-C does

    with pytest.raises(TrainingInterrupted, match=r"last checkpoint is kept\..*" + command):
        trained_by(counting(corpus, again, format="colon"), out, resume=True)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "There was no space left to write x "),
        (MemoryError(), "This machine has too little memory for this run"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), "too little memory for this run"),
    ],
)
def test_a_full_disk_or_too_little_memory_tells_how_to_go_on(
    tmp_path: Path, corpus: Path, failure: Exception, told: str
) -> None:
    def fail(model: Model) -> str:
        raise failure

    sentence = rf"^(?s:.*){told}(?s:.*)\n  textgen train-script --corpus {corpus} --out {tmp_path}/model --resume$"
    with pytest.raises(TrainingError, match=sentence):
        trained_by(counting(corpus, fail), tmp_path / "model", steps=2)


def test_the_command_that_goes_on_names_the_settings_that_share_the_cores(tmp_path: Path, corpus: Path) -> None:
    task, target = counting(corpus), Target(tmp_path / "model", "show", resume=False, overwrite=False)
    start = f"textgen train-script --corpus {corpus} --out {tmp_path}/model"
    assert resume_command(task, target, tensorboard=True) == f"{start} --tensorboard --resume"
    (tmp_path / "model" / "training" / "adversarial").mkdir(parents=True)
    assert resume_command(task, target, tensorboard=False) == f"{start} --adversarial --resume"


@pytest.mark.slow
def test_overwriting_keeps_the_old_model_until_the_new_one_is_trained(
    tmp_path: Path, corpus: Path, untrained: Path
) -> None:
    out = Path(shutil.copytree(untrained, tmp_path / "model"))
    old, seen = (out / "weights.safetensors").read_bytes(), set[bytes]()

    def sample(model: Model) -> str:
        seen.add((out / "weights.safetensors").read_bytes())
        return interrupted(model)

    interrupted = interrupting(2)
    with pytest.raises(TrainingInterrupted):
        trained_by(counting(corpus, sample), out, steps=4, overwrite=True)
    assert (out / "weights.safetensors").read_bytes() == old
    trained_by(counting(corpus, sample), out, resume=True)
    assert seen == {old}
    assert ModelFolder(out).load().card.architecture.hidden == 12
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.slow
def test_resume_where_nothing_is_begins(tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained_by(counting(corpus), tmp_path / "model", steps=2, resume=True, quiet=False)
    assert "There is no run in" in capsys.readouterr().err
    assert Checkpoint.load(tmp_path / "model" / "training").position.step == 2


@pytest.mark.slow
def test_a_larger_budget_goes_on_behind_the_last_step(tmp_path: Path, corpus: Path) -> None:
    trained_by(counting(corpus), tmp_path / "model", steps=2)
    trained_by(counting(corpus), tmp_path / "model", steps=4, resume=True)
    assert [row.step for row in history.read(tmp_path / "model" / "training")] == [1, 2, 3, 4]


def test_a_run_from_another_model_begins_with_its_weights(
    tmp_path: Path, corpus: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = ModelFolder(trained), "my show"
    new = trained_by(counting(corpus), tmp_path / "model", steps=1, origin=origin, quiet=False)
    assert (
        "from      my show: its weights, vocabulary and network, with the speakers of this corpus\n"
        in capsys.readouterr().err
    )
    old = origin[0].load()
    assert new.tokenizer.to_json() == old.tokenizer.to_json()
    assert np.allclose(new.weights["output/bias"], old.weights["output/bias"] + 0.01, atol=1e-6)
    assert np.array_equal(new.weights["embedding"], old.weights["embedding"])


@pytest.mark.slow
def test_a_loss_that_is_not_finite_is_told_and_leaves_a_model_that_writes(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = counting(corpus)
    monkeypatch.setattr(task, "losses", lambda step: math.nan if step == 3 else 1.0)
    with pytest.raises(
        TrainingError, match=r"no longer finite after 3 steps.*\(step 3\).*with a lower --learning-rate"
    ):
        trained_by(task, tmp_path / "model", steps=6)
    assert textgen.load(tmp_path / "model").write(lines=1, seed=1).text


def test_the_command_that_goes_on_says_how_the_corpus_is_read(tmp_path: Path, corpus: Path) -> None:
    reading = ReadingOptions(encoding="utf-8", document_separator="\\f", join_minutes=3)
    task, target = counting(corpus, reading=reading), Target(tmp_path / "model", "show", resume=False, overwrite=False)
    start = f"textgen train-script --corpus {corpus} --encoding utf-8 --document-separator '\\f' --join-minutes 3"
    assert resume_command(task, target, tensorboard=False) == f"{start} --out {tmp_path}/model --resume"


def test_a_run_keeps_the_way_its_corpus_is_read(tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "model"
    with pytest.raises(TrainingInterrupted):
        trained_by(counting(corpus, interrupting(2), reading=ReadingOptions(encoding="utf-8")), out, steps=8)
    assert ModelFolder(out).load_card().corpus["reading"] == {"encoding": "utf-8"}
    with pytest.raises(ConfigurationError, match=r"encoding is 'cp1252', but the run .* was begun with 'utf-8'"):
        trained_by(counting(corpus, reading=ReadingOptions(encoding="cp1252")), out, resume=True)


def test_a_run_of_texts_goes_on_with_a_call(tmp_path: Path) -> None:
    request = TrainingRequest(
        GivenTexts(["eve: hi\nadam: ho"]), ScriptChoice(), "colon", reading=ReadingOptions(join_minutes=3)
    )
    task = CountingTask(request)
    target = Target(tmp_path / "model", task.name, resume=False, overwrite=False)
    call = f"textgen.train_script(texts=..., out='{tmp_path}/model', format='colon', join_minutes=3, "
    assert resume_command(task, target, tensorboard=True) == f"{call}tensorboard=True, resume=True)"
    assert task.name == "texts"
