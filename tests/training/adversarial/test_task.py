"""Whole adversarial runs: what they leave, that they go on where they stopped, and what is refused."""

import itertools
import math
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from tests.conftest import TINY
from tests.training.fakes import CountingNetworkStep, CountingTask
from tests.training.tasks import script_task
from textgen.config import AdversarialConfig, Budget
from textgen.discriminator import voices
from textgen.errors import ConfigurationError, TrainingError, TrainingInterrupted
from textgen.evaluation.sample_metric import SampleMetric, find_sample_metric
from textgen.model_folder import Model, ModelFolder
from textgen.training import history
from textgen.training.adversarial.monitor import Observation, observations
from textgen.training.adversarial.task import AdversarialTask, adversarial_folder, load_settings
from textgen.training.checkpoint import Run
from textgen.training.run import train as train_task
from textgen.training.sizing import ScriptChoice
from textgen.training.target import Target
from textgen.training.task import Start, TrainingRequest, Workspace

NETWORK = {name: TINY[name] for name in ("level", "embedding", "hidden", "layers")}
USUAL = {name: value for name, value in TINY.items() if name not in NETWORK}
SETTINGS = AdversarialConfig(batch=8, warm_up=2, length=64, critic_steps=2)


def train(corpus: Path, out: Path, **options: Any) -> textgen.ScriptWriter:
    of_network = {} if "start_from" in options else NETWORK
    return textgen.train_script(
        corpus, out, **{"quiet": True, "adversarial": SETTINGS, **USUAL, **of_network, **options}
    )


@pytest.fixture(scope="module", autouse=True)
def validated_after_each_step() -> Iterator[None]:
    """So that a few steps are enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgen.training.trainer._STEPS_PER_VALIDATION", 1)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """A run of five steps without and five with the critic. Not to be changed."""
    folder = tmp_path_factory.mktemp("adversarial") / "model"
    train(corpus, folder, steps=10, tensorboard=True)
    return folder


@pytest.mark.slow
def test_a_run_leaves_both_parts_and_the_best_generator(finished: Path) -> None:
    own = adversarial_folder(ModelFolder(finished))
    names = {path.name for path in own.iterdir()}
    assert names == {
        "adversarial.json",
        "checkpoint.safetensors",
        "curves.png",
        "history.csv",
        "judge.txt",
        "monitor.csv",
        "run.json",
        "samples.txt",
        "tensorboard",
    }
    assert load_settings(ModelFolder(finished)) == SETTINGS
    assert Run.load(finished / "training").training.budget == Budget(steps=5)
    assert Run.load(own).training.budget == Budget(steps=5)
    assert Run.load(own).training.learning_rate == SETTINGS.generator_rate
    assert history.read(finished / "training")[-1].step == 5
    seen = observations(own).read()
    assert (seen[0].step, seen[-1].step) == (0, 5)
    assert math.isnan(seen[0].generator_loss)
    assert all(math.isfinite(value) for value in vars(seen[-1]).values())
    assert textgen.load(finished).write(lines=2, seed=1).text


@pytest.mark.slow
def test_from_a_trained_start_the_critic_learns_who_speaks_and_a_writer_that_gets_no_better_is_not_kept(
    tmp_path: Path, corpus: Path, trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    distances = iter([0.5, *[0.6] * 100])
    judged = SampleMetric.__call__
    monkeypatch.setattr(
        SampleMetric, "__call__", lambda judge, lines: {**judged(judge, lines), "distance": next(distances)}
    )
    out = tmp_path / "model"
    train(corpus, out, steps=4, start_from=trained, quiet=False, adversarial=replace(SETTINGS, conditional=True))
    assert load_settings(ModelFolder(out)).pretraining == 0.0
    assert history.read(out / "training") == []
    arrays = load_file(adversarial_folder(ModelFolder(out)) / "checkpoint.safetensors")
    assert arrays["weights/critic/speakers"].shape[0] == 4  # three labels, and all others
    assert np.abs(arrays["weights/critic/speakers"]).max() > 0
    assert (
        "kept      the writer as it was, at distance 0.500; the best since then was at 0.600" in capsys.readouterr().err
    )
    ours, theirs = (load_file(folder / "weights.safetensors") for folder in (out, trained))
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    assert not np.array_equal(arrays["weights/generator/output/bias"], theirs["output/bias"])  # it did learn


@pytest.mark.slow
def test_the_critic_of_a_run_learns_whose_lines_are(
    tmp_path: Path, corpus: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "FEWEST_LINES", 60)
    out, settings = tmp_path / "model", AdversarialConfig(batch=8, warm_up=0, length=64, conditional="speakers")
    train(corpus, out, steps=2, start_from=trained, adversarial=settings)
    arrays = load_file(adversarial_folder(ModelFolder(out)) / "checkpoint.safetensors")
    assert len(arrays["weights/critic/output/bias"]) == 4  # three labels with 60 lines, and all others
    assert np.ptp(arrays["weights/critic/output/bias"]) > 0
    assert load_settings(ModelFolder(out)) == replace(settings, pretraining=0.0)


class CountingAdversary(AdversarialTask):
    """Counts instead of learning; the distance falls with each step."""

    def step(self, at: Workspace, network: Any, batches: Any) -> Any:
        return CountingNetworkStep(network)

    def rank(self, at: Workspace, step: Any, listeners: Any) -> Any:
        seen = observations(at.place)

        def distance(number: int, held_out: float) -> float:
            seen.forget_after(number - 1)
            seen.append(Observation(number, 0.0, *[0.5] * 5, 1.0 / (number + 1), *[0.5] * 6))
            return 1.0 / (number + 1)

        return distance


def counting(corpus: Path, sample: Callable[[Model], str]) -> CountingAdversary:
    choice = ScriptChoice(level="character", embedding=8, hidden=12, layers=1, streams=8, window=16)
    script = CountingTask(TrainingRequest(corpus, choice), sample)
    return CountingAdversary(script, find_sample_metric, replace(SETTINGS, warm_up=1))


@pytest.mark.slow
@pytest.mark.parametrize("stops", [(2,), (5,), (2, 3)])
def test_a_run_that_was_stopped_in_either_part_ends_as_if_it_had_not_been(
    tmp_path: Path, corpus: Path, stops: tuple[int, ...]
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"

    def run(out: Path, steps: int | None, stop: int = 0) -> None:
        samples = itertools.count(1)

        def sample(model: Model) -> str:
            if next(samples) == stop:
                os.kill(os.getpid(), signal.SIGINT)
            return "sample"

        with Target(out, "show", resume=steps is None, overwrite=False) as target:
            budget = Budget(steps=steps) if steps else None
            train_task(counting(corpus, sample), target, Start(budget, quiet=True))

    run(whole, 6)
    for number, stop in enumerate(stops):
        with pytest.raises(TrainingInterrupted, match="--adversarial --resume"):
            run(broken, None if number else 6, stop)
    run(broken, None)
    assert [row.step for row in observations(broken / "training/adversarial").read()] == [0, 1, 2, 3]
    for name in ("weights", "training/checkpoint", "training/adversarial/checkpoint"):
        ours, theirs = (load_file(folder / f"{name}.safetensors") for folder in (whole, broken))
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[array], theirs[array]) for array in ours), name
    one, other = ((folder / "training/adversarial/monitor.csv").read_text() for folder in (whole, broken))
    assert one == other


@pytest.mark.slow
def test_a_finished_run_goes_on_with_a_larger_budget_only(tmp_path: Path, corpus: Path, finished: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(finished, tmp_path / "model")))
    with pytest.raises(ConfigurationError, match="its budget of 5 steps is spent; give a larger one"):
        textgen.train_script(corpus, folder.path, resume=True, quiet=True)
    with pytest.raises(ConfigurationError, match="was begun with other adversarial settings than those given now"):
        textgen.train_script(
            corpus, folder.path, resume=True, quiet=True, adversarial=AdversarialConfig(loss="wasserstein")
        )
    before = (adversarial_folder(folder) / "run.json").read_bytes()
    with pytest.raises(ConfigurationError, match="so that the writer would never learn from it: give a larger budget"):
        textgen.train_script(corpus, folder.path, resume=True, quiet=True, steps=4)
    assert (adversarial_folder(folder) / "run.json").read_bytes() == before
    seen = observations(adversarial_folder(folder))
    seen.append(replace(seen.read()[-1], step=6))  # of a run that was killed behind its last checkpoint
    textgen.train_script(corpus, folder.path, resume=True, quiet=True, steps=14, adversarial=SETTINGS)
    steps = [row.step for row in seen.read()]
    assert steps == sorted(set(steps))  # once each
    assert observations(adversarial_folder(folder)).read()[-1].step == 7
    assert history.read(folder.training)[-1].step == 5  # teacher forcing was over


@pytest.mark.slow
def test_a_run_that_goes_on_is_judged_as_before(tmp_path: Path, corpus: Path, finished: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(finished, tmp_path / "model")))
    judge = adversarial_folder(folder) / "judge.txt"
    assert judge.read_text(encoding="utf-8").startswith("distance of BLEU-4 and self-BLEU-4 from those of real lines")
    judge.write_text("a fortune teller", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="were judged by: a fortune teller; now they would be judged by"):
        textgen.train_script(corpus, folder.path, resume=True, quiet=True, steps=20)


def test_a_run_without_a_critic_does_not_go_on_with_one(trained: Path, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="was begun without --adversarial: finish it, and give --from"):
        textgen.train_script(corpus, trained, resume=True, quiet=True, adversarial=True)


def test_without_speakers_the_critic_cannot_know_them(tmp_path: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("\n".join(f"The {k}th night was dark and stormy." for k in range(80)), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no speaker of the corpus has ten lines or more"):
        train(prose, tmp_path / "model", steps=4, adversarial=AdversarialConfig(conditional=True))
    assert not (tmp_path / "model").exists()


def test_where_nobody_has_many_lines_the_critic_cannot_learn_whose_they_are(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"one must have 200 lines; the most that a speaker .* has is \d\d: give --conditional p",
    ):
        train(corpus, tmp_path / "model", steps=4, adversarial=AdversarialConfig(conditional="speakers"))
    assert not (tmp_path / "model").exists()


def test_too_few_short_lines_are_refused_and_leave_nothing(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(TrainingError, match="lines of the training text have at most 3 tokens, and 32 are needed"):
        train(corpus, tmp_path / "model", steps=4, adversarial=AdversarialConfig(length=3))
    assert not (tmp_path / "model").exists()


def test_a_writer_that_would_never_learn_is_refused_and_leaves_nothing(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="to learn alone for 2 steps, but its part of the budget is 2 steps"):
        train(corpus, tmp_path / "model", steps=4)
    assert not (tmp_path / "model").exists()


def test_damaged_settings_are_told(tmp_path: Path, trained: Path, corpus: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(trained, tmp_path / "model")))
    adversarial_folder(folder).mkdir()
    with pytest.raises(TrainingError, match=r"adversarial\.json is missing or damaged"):
        AdversarialTask(script_task(corpus), find_sample_metric).why_finished(folder)
