from pathlib import Path

import pytest

from tests.judging.small import likes, with_discriminator
from textgen.artifact import ModelFolder
from textgen.corpus.scene import Line
from textgen.judging.calibration import sigmoid
from textgen.judging.judge import Judge


def test_probabilities_by_hand(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    judge = Judge(folder.path, folder.load_card(), folder.load().tokenizer)
    yes, no = sigmoid([2 / 2.0, -2 / 2.0])  # type: ignore[arg-type]
    found = judge.lines([Line("JERRY", "a zoo"), Line("JERRY", "a park"), Line(None, ""), Line("Bob", "z")])
    assert found == pytest.approx([yes, no, no, yes])
    assert judge.replies(["a zoo", "a park"]) == pytest.approx([yes, no])
    assert not judge.outdated


def test_one_that_is_older_than_the_model_is_outdated(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    card, tokenizer = folder.load_card(), folder.load().tokenizer
    likes("z", tokenizer, generator={"step": 1}).save(folder, card, tokenizer)
    assert Judge(folder.path, card, tokenizer).outdated
