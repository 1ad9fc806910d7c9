"""A chatbot's runs that are killed, and go on as if nothing had happened."""

from pathlib import Path

import pytest

import textgen
from tests.system.stopping import KILL, assert_same_run, train_twice

OPTIONS = ["--level", "word", "--embedding", 24, "--hidden", 24, "--batch", 24, "--seed", 11, "--dropout", 0.3]


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_ends_with_the_same_weights(tmp_path: Path, dialogues: Path) -> None:
    runs = train_twice("train-chat", dialogues, tmp_path, [KILL], *OPTIONS)
    assert_same_run(*runs)
    one, other = map(textgen.load, runs)
    for message in ("hello! what colour is the moon?", ""):
        assert one.reply(message, seed=1) == other.reply(message, seed=1)
