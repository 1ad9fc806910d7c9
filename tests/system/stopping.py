"""A run that is stopped again and again, beside one that is not."""

import random
import shlex
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

import textgen
from tests.system.runs import finish, kill, start, wait_for
from textgen.training import history

STEPS, EACH = 50, 5  # so many, with a validation after each fifth
KILL, CTRL_C = signal.SIGKILL, signal.SIGINT


def train_twice(
    command: str, corpus: Path, folder: Path, signals: Sequence[signal.Signals], *options: object
) -> tuple[Path, Path]:
    """Trains the same model twice: without a break, and stopped at a random moment after every third validation.

    Args:
        command: `train-script` or `train-chat`.
        corpus: to learn from.
        folder: for the two models.
        signals: that stop the second run, one after the other.
        options: of the command, besides the budget.

    Returns:
        The folders of the two models.
    """
    whole, broken = folder / "whole", folder / "my run"
    given = ("--steps", STEPS, *options)
    with start(command, "--corpus", corpus, "--out", whole, *given) as undisturbed:
        _train_in_pieces(command, corpus, broken, signals, given)
        code, _, err = finish(undisturbed)
    assert code == 0, err
    return whole, broken


def _train_in_pieces(
    command: str, corpus: Path, out: Path, signals: Sequence[signal.Signals], given: Sequence[object]
) -> None:
    draw = random.Random()
    process = start(command, "--corpus", corpus, "--out", out, *given)
    for number, stop in enumerate(signals):
        assert wait_for(out / "training" / "history.csv", f"\n{EACH * (3 * number + 2)},", process), finish(process)
        time.sleep(draw.uniform(0.0, 0.3))  # somewhere in a step, a validation, or the writing of a file
        kill(process, stop)
        code, stdout, err = finish(process)
        assert (code, stdout) == (130 if stop == CTRL_C else -KILL, "")
        if stop == CTRL_C:
            assert f"textgen {command} --corpus {corpus} --out {shlex.quote(str(out))} --resume" in err
            assert "Traceback" not in err
        textgen.load(out)  # at any moment there is a model
        process = start(command, "--corpus", corpus, "--out", out, "--resume")
    code, _, err = finish(process)
    assert code == 0, err


def assert_same_run(one: Path, other: Path) -> None:
    """Checks that two runs have the same weights, moments and carried states, history and samples, bit for bit."""
    for name in ("weights.safetensors", "training/checkpoint.safetensors"):
        ours, theirs = load_file(one / name), load_file(other / name)
        assert set(ours) == set(theirs)
        for array in ours:
            assert np.array_equal(ours[array], theirs[array]), (name, array)
    assert _scores(one) == _scores(other)
    assert (one / "training/samples.txt").read_bytes() == (other / "training/samples.txt").read_bytes()


def _scores(folder: Path) -> list[tuple[int, float, float]]:
    rows = history.read(folder / "training")
    assert [row.step for row in rows] == list(range(EACH, STEPS + 1, EACH))
    return [(row.step, row.train_bits_per_character, row.validation_bits_per_character) for row in rows]
