"""The judge of n-grams, by hand, and the dialogues that the chat starter is tried on."""

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from tests.generation.small import chat_model
from textgen.generation.chat_model import ChatModel

ngram_judge, chat_starter = script("ngram_judge"), script("chat_starter")


def test_it_names_the_class_whose_ngrams_a_text_has() -> None:
    judge = ngram_judge.NgramJudge([["yes", "sir"], ["yes", "sir"], ["no", "way"]], [0, 0, 1], 2)
    assert judge.name(["yes", "madam"]) == 0
    assert judge.name(["no", "way"]) == 1
    assert judge.name(["well"]) == 0  # nothing is known of it, and two of three texts are of class 0


def test_its_weights_are_logarithms_of_shares() -> None:
    judge = ngram_judge.NgramJudge([["a"], ["b"]], [0, 1], 2)
    assert judge._weights[("a",)] == pytest.approx(np.log([1.3 / 1.6, 0.3 / 1.6]))


def test_a_beginning_has_whole_dialogues(tmp_path: Path) -> None:
    dialogues = tmp_path / "all.txt"
    dialogues.write_text("a __eou__ b __eou__\nc __eou__ d __eou__ e __eou__\nf __eou__ g __eou__\n", encoding="utf-8")
    out = chat_starter.beginning(dialogues, 2, tmp_path / "out.txt")
    assert out.read_text(encoding="utf-8") == "a __eou__ b __eou__\nc __eou__ d __eou__ e __eou__\n"


def test_every_held_out_word_is_scored_however_long_its_reply_is_in_tokens(tmp_path: Path) -> None:
    dialogues = tmp_path / "few.txt"
    dialogues.write_text("hello __eou__ hello there zebu __eou__ oh no __eou__\n", encoding="utf-8")
    model = chat_model("word", longest_reply=3)
    for array in model.weights.values():
        array[:] = 0.0
    opened = ChatModel(model)
    tokens = sum(len(opened.tokenizer.encode(reply)) + 1 for reply in ("hello there zebu", "oh no"))
    assert tokens > 7
    expected = opened.tokenizer.vocabulary_size ** (tokens / 7)  # five words and the ends of two replies
    assert chat_starter.perplexity(opened, [dialogues]) == pytest.approx(expected)
