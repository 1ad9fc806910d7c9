import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.discriminator.small import hears, knows, likes, with_discriminator
from textgen.corpus.document import Line
from textgen.discriminator.scorer import REALNESS, Scorer, page_log_odds, reply_ids, reply_line
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, LINE_END, START


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


def test_replies_are_scored_by_their_message_and_without_one_by_themselves(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(untrained, tmp_path / "model")))
    model = folder.load()
    hears(model.tokenizer, generator=model.card.metrics).save(folder)
    judge, lines = Scorer(folder.path, model.card, model.tokenizer), [reply_line("zoo"), reply_line("what")]
    assert judge.reads_messages
    assert judge.lines(lines).tolist() == judge.lines(lines, "").tolist() == [0.0, 0.0]
    same, other = judge.lines(lines, "zoo")
    assert same > 0 > -0.9 > other
    ids = [[*model.tokenizer.encode(line.text), LINE_END] for line in lines]
    fit = judge.matches([model.tokenizer.encode("zoo")] * 2, ids)
    assert fit == pytest.approx([2.0 * same, 2.0 * other])  # not divided by the temperature


def test_one_that_reads_no_messages_scores_by_itself_whatever_was_said(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    model = folder.load()
    judge = Scorer(folder.path, model.card, model.tokenizer)
    assert not judge.reads_messages
    assert judge.lines([reply_line("a zoo")], "hello").tolist() == judge.lines([reply_line("a zoo")]).tolist()


def test_whose_lines_are_by_hand(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(untrained, tmp_path / "model")))
    model = folder.load()
    first, second, third = model.tokenizer.speakers
    knows(("w", "z"), model.tokenizer, generator=model.card.metrics).save(folder)
    judge = Scorer(folder.path, model.card, model.tokenizer)
    assert judge.voices == (first, second)
    lines = [Line(first, "wa"), Line(second, "wa"), Line(third, "wa"), Line("Bob", "za"), Line(None, "aa")]
    # Where w is, the classes' logits are log 6, 0 and 0: "real" is as likely as 8 to 1, whoever speaks.
    assert judge.lines(lines) == pytest.approx(np.log([8, 8, 8, 8, 3]))
    found = np.exp(judge.voice_log_probabilities(lines))
    assert found[[0, 2]] == pytest.approx(np.array([[6 / 8, 1 / 8, 1 / 8]] * 2))
    assert found[3] == pytest.approx([1 / 8, 6 / 8, 1 / 8])
    # Half of all lines are the first speaker's: 6/8 is half as much again. In the last one each is as likely as others.
    voices = np.log([1.5, 0.5, 0.5, 0.5, 4 / 3])
    assert judge.in_voice(lines) == pytest.approx(voices)
    # Each line has two letters and its end.
    assert judge.in_character(lines) == pytest.approx(REALNESS * np.log([8, 8, 8, 8, 3]) / 3 + voices)


def test_one_that_knows_no_speakers_adds_nothing_for_them(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    judge = Scorer(folder.path, folder.load_card(), folder.load().tokenizer)
    assert judge.voices == ()
    assert judge.in_voice([Line("JERRY", "a zoo"), Line(None, "")]).tolist() == [0.0, 0.0]


def test_a_reply_of_a_chat_model_is_scored_as_its_line_is() -> None:
    assert reply_ids([START, 20, 21, END]) == [20, 21, LINE_END]
