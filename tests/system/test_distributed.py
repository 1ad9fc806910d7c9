"""Runs that several processes on this machine share, over the loopback."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from tests.conftest import TINY
from tests.system import shared
from tests.system.runs import finish, kill
from textgen.training.checkpoint import Checkpoint

pytestmark = pytest.mark.slow

Alone = tuple[Path, dict[str, list[float]]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, corpus: Path, dialogues: Path) -> Alone:
    """The folder of a run of one process, and its losses."""
    folder = tmp_path_factory.mktemp("alone")
    return folder, shared.train(corpus, dialogues, folder)


def assert_same(alone: Alone, folder: Path, losses: dict[str, list[float]]) -> None:
    """The same losses to 1e-5, weights to 1e-4, and the same state to go on with."""
    before, expected = alone
    for kind in ("script", "chat"):
        assert len(losses[kind]) == len(expected[kind]) > 50
        assert np.abs(np.subtract(losses[kind], expected[kind])).max() < 1e-5
        ours, theirs = (load_file(at / kind / "training" / "checkpoint.safetensors") for at in (folder, before))
        assert ours.keys() == theirs.keys()
        assert max(np.abs(ours[name] - theirs[name]).max() for name in ours) < 1e-4
    assert losses["text"] == expected["text"]


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_learn_what_one_process_learns(
    tmp_path: Path, corpus: Path, dialogues: Path, alone: Alone, workers: int
) -> None:
    processes = []
    for place, environment in enumerate(shared.cluster(workers)):
        given = (corpus, dialogues) if place == 0 else ("nowhere.txt", "nowhere.jsonl")  # only the chief reads them
        processes.append(shared.start(environment, "-m", "tests.system.shared", *given, tmp_path / str(place), 0))
    ends = [finish(process) for process in processes]
    assert [code for code, _, _ in ends] == [0] * workers, ends
    for _, out, _ in ends:
        assert_same(alone, tmp_path / "0", json.loads(out))
    assert [path.name for path in tmp_path.iterdir()] == ["0"]  # the chief alone writes


def test_cards_learn_what_one_learns(tmp_path: Path, corpus: Path, dialogues: Path, alone: Alone) -> None:
    words = ("-m", "tests.system.shared", corpus, dialogues, tmp_path, 3)
    code, out, err = finish(shared.start(dict(os.environ), *words))
    assert code == 0, err
    assert_same(alone, tmp_path, json.loads(out))


def test_if_a_worker_is_killed_all_stop_and_the_run_goes_on_alone(tmp_path: Path, corpus: Path) -> None:
    model = tmp_path / "model"
    words = ["-m", "textgen", "train-script", "--corpus", corpus, "--out", model, "--steps", 100_000]
    words += [word for name, value in TINY.items() for word in (f"--{name.replace('_', '-')}", value)]
    chief, worker = (shared.start(environment, *words) for environment in shared.cluster(2))
    checkpoint = model / "training" / "checkpoint.safetensors"  # written before the first step
    while not checkpoint.exists():
        assert chief.poll() is None
        time.sleep(0.05)
    kill(worker)
    killed = time.monotonic()
    code, _, err = finish(chief)
    assert time.monotonic() - killed < 120
    assert finish(worker)[0] == -9
    assert code == 1
    last = err.strip().split("\n")[-1]
    assert last.startswith("textgen: The run was shared by 2 workers (127.0.0.1:")
    assert last.endswith("is kept: start them again with --resume, as many as you like.")
    steps = Checkpoint.load(model / "training").position.step + 5
    textgen.train_script(corpus, model, steps=steps, quiet=True, resume=True, **TINY)
    assert Checkpoint.load(model / "training").position.step == steps
