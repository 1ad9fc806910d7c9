from pathlib import Path

import pytest

from tests.discriminator.small import likes, with_discriminator
from textgen.corpus.document import Line
from textgen.discriminator.scorer import Scorer, page_log_odds
from textgen.model_folder import ModelFolder


def test_log_odds_by_hand(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    scorer = Scorer(folder.path, folder.load_card(), folder.load().tokenizer)
    yes, no = 2 / 2.0, -2 / 2.0
    found = scorer.lines([Line("JERRY", "a zoo"), Line("JERRY", "a park"), Line(None, ""), Line("Bob", "z")])
    assert found == pytest.approx([yes, no, no, yes])
    assert page_log_odds(found) == pytest.approx((yes + no + no + yes) / 4)
    assert scorer.warning is None


def test_one_that_is_older_than_the_model_is_outdated(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    card, tokenizer = folder.load_card(), folder.load().tokenizer
    likes("z", tokenizer, generator={"step": 1}).save(folder)
    warning = Scorer(folder.path, card, tokenizer).warning
    assert warning is not None and f"textgen train-discriminator --model {folder.path}" in warning
