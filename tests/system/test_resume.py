"""Runs that are killed, and go on as if nothing had happened."""

import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from textgen.training import history
from textgen.training.machine import processor_flags

from .runs import finish, kill, start, wait_for

STEPS = 12  # with a validation after each, and seven of them an epoch
FLAGS = ["--steps", STEPS, "--level", "character", "--embedding", 16, "--hidden", 24]
FLAGS += ["--streams", 32, "--window", 32, "--seed", 11, "--dropout", 0.3]


def arguments(corpus: Path, out: Path, precision: str = "float32", layers: int = 1) -> list[str | Path]:
    flags = ["--precision", precision, "--layers", str(layers), *map(str, FLAGS)]
    return ["--corpus", corpus, "--out", out, *flags]


def assert_same_run(one: Path, other: Path) -> None:
    for name in ("weights.safetensors", "training/checkpoint.safetensors"):
        ours, theirs = load_file(one / name), load_file(other / name)
        assert set(ours) == set(theirs)
        for array in ours:
            assert np.array_equal(ours[array], theirs[array]), (name, array)
    tables = [history.read(folder / "training") for folder in (one, other)]
    scores = [
        [(row.step, row.train_bits_per_character, row.validation_bits_per_character) for row in t] for t in tables
    ]
    assert scores[0] == scores[1]
    assert (one / "training/samples.txt").read_bytes() == (other / "training/samples.txt").read_bytes()
    assert textgen.load(one).write(lines=3, seed=1).text == textgen.load(other).write(lines=3, seed=1).text


KILL, CTRL_C = signal.SIGKILL, signal.SIGINT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "layers", "signals"), [("float32", 2, [KILL, CTRL_C, KILL]), ("bfloat16", 1, [KILL])]
)
def test_a_run_that_is_stopped_at_any_moment_ends_with_the_same_weights(
    tmp_path: Path, corpus: Path, precision: str, layers: int, signals: list[signal.Signals]
) -> None:
    if precision == "bfloat16" and not processor_flags() & {"amx_bf16", "avx512_bf16"}:
        pytest.skip("this processor does not multiply bfloat16")
    whole = start(*arguments(corpus, tmp_path / "whole", precision, layers))
    broken, draw = tmp_path / "my run", random.Random()
    table = broken / "training" / "history.csv"
    process = start(*arguments(corpus, broken, precision, layers))
    for number, stop in enumerate(signals):
        assert wait_for(table, f"\n{3 * number + 2},", process), finish(process)
        time.sleep(draw.uniform(0.0, 0.3))  # somewhere in a step, a validation, or the writing of a file
        kill(process, stop)
        code, out, err = finish(process)
        assert (code, out) == (130 if stop == CTRL_C else -KILL, "")
        if stop == CTRL_C:
            assert f"textgen train-script --corpus {corpus} --out '{broken}' --resume" in err
            assert "Traceback" not in err
        textgen.load(broken)  # at any moment there is a model
        process = start("--corpus", corpus, "--out", broken, "--resume")
    for run in (process, whole):
        code, _, err = finish(run)
        assert code == 0, err
    assert_same_run(tmp_path / "whole", broken)


@pytest.mark.slow
def test_ctrl_c_before_the_first_step_leaves_nothing(tmp_path: Path, corpus: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text(corpus.read_text(encoding="utf-8") * 60, encoding="utf-8")
    process = start("--corpus", big, "--out", tmp_path / "model", "--steps", "1", "--level", "character")
    building = tmp_path / ".model.building"
    while not building.exists() and process.poll() is None:
        time.sleep(0.01)
    kill(process, signal.SIGINT)
    code, stdout, err = finish(process)
    assert (code, stdout) == (130, "")
    assert err.endswith("textgen: Interrupted.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["big.txt"]
