"""Runs that are killed, and go on as if nothing had happened."""

import signal
import time
from pathlib import Path

import pytest

import textgen
from tests.system.runs import finish, kill, start
from tests.system.stopping import CTRL_C, KILL, assert_same_run, train_twice

OPTIONS = ["--level", "word", "--embedding", 24, "--hidden", 24, "--layers", 2, "--precision", "float32"]
OPTIONS += ["--streams", 16, "--window", 16, "--seed", 11, "--dropout", 0.3]  # a few steps are an epoch
OPTIONS += ["--sampled-words", 5]


@pytest.mark.slow
def test_a_run_that_is_stopped_at_any_moment_ends_with_the_same_weights(tmp_path: Path, corpus: Path) -> None:
    runs = train_twice("train-script", corpus, tmp_path, [KILL, CTRL_C], *OPTIONS)
    assert_same_run(*runs)
    one, other = (textgen.load(run).write(lines=3, seed=1).text for run in runs)
    assert one == other


@pytest.mark.slow
def test_ctrl_c_before_the_first_step_leaves_nothing(tmp_path: Path, corpus: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text(corpus.read_text(encoding="utf-8") * 60, encoding="utf-8")
    model = tmp_path / "model"
    process = start("train-script", "--corpus", big, "--out", model, "--steps", "1", "--level", "character")
    building = tmp_path / ".model.building"
    while not building.exists() and process.poll() is None:
        time.sleep(0.01)
    kill(process, signal.SIGINT)
    code, stdout, err = finish(process)
    assert (code, stdout) == (130, "")
    assert err.endswith("textgen: Interrupted.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["big.txt"]
