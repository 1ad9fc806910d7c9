"""Adversarial runs that are killed, and go on as if nothing had happened."""

import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from tests.conftest import TINY
from tests.system.runs import finish, kill, start, wait_for

SETTINGS = {**TINY, "embedding": 24, "steps": 50, "pretraining": 0.3, "length": 64, "warm_up": 2, "dropout": 0.3}
OPTIONS = [word for name, value in SETTINGS.items() for word in (f"--{name.replace('_', '-')}", value)]
OPTIONS += ["--adversarial", "--seed", 11]


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_ends_with_the_same_weights(tmp_path: Path, corpus: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    with start("train-script", "--corpus", corpus, "--out", whole, *OPTIONS) as undisturbed:
        process = start("train-script", "--corpus", corpus, "--out", broken, *OPTIONS)
        both_learn = 10
        assert wait_for(broken / "training/adversarial/history.csv", f"\n{both_learn},", process), finish(process)
        time.sleep(random.uniform(0.0, 0.5))  # somewhere in a step, a validation, or the writing of a file
        kill(process)
        assert finish(process)[0] == -signal.SIGKILL
        textgen.load(broken)  # at any moment there is a model
        process = start("train-script", "--corpus", corpus, "--out", broken, "--resume")
        code, _, err = finish(process)
        assert code == 0 and "DT_INT32" not in err, err  # a remark of oneDNN's
        assert finish(undisturbed)[0] == 0
    for name in ("weights", "training/checkpoint", "training/adversarial/checkpoint"):
        ours, theirs = (load_file(folder / f"{name}.safetensors") for folder in (whole, broken))
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[array], theirs[array], equal_nan=True) for array in ours), name
    for name in ("monitor.csv", "samples.txt"):
        one, other = ((folder / "training/adversarial" / name).read_bytes() for folder in (whole, broken))
        assert one == other, name
