"""How a plain text is split, encoded and scored."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from tests.inference.small import language_model
from textgen.tokenizers.base import END, LINE_END, START
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer

plain = script("plain_text")
TOKENIZER = CharacterTokenizer(["a", "b", " "], [])


def test_nine_tenths_of_the_characters_are_learned_from() -> None:
    assert plain.halves("123456789\nabcdefghi") == ("123456789\nabcdefg", "hi")


def test_the_tail_of_a_training_text_ends_with_a_line() -> None:
    text = "x" * 90 + "1\n3456\n890"
    assert plain.tail(text) == ("x" * 90, "1\n3456\n")


def test_ids_are_those_of_the_very_text(tmp_path: Path) -> None:
    path = plain.write_text(tmp_path / "text.txt", "a b\n\n  b \n")
    a, b, space = (TOKENIZER.encode(character)[0] for character in "ab ")
    lines = [a, space, b, LINE_END, LINE_END, space, space, b, space, LINE_END]
    assert plain.exact_ids(TOKENIZER, path).tolist() == [START, *lines, END]


@pytest.mark.parametrize("text", ["a b", "a\r\nb\n", "a\x00b\n"])
def test_a_text_that_reading_changes_is_refused(tmp_path: Path, text: str) -> None:
    path = plain.write_text(tmp_path / "text.txt", text)
    with pytest.raises(SystemExit, match="changed by being read"):
        plain.exact_ids(TOKENIZER, path)


def test_a_stretch_of_text_has_line_ends_within() -> None:
    a, b = (TOKENIZER.encode(character)[0] for character in "ab")
    assert plain.ids_of(TOKENIZER, "a\n\nb\n") == [a, LINE_END, LINE_END, b, LINE_END]
    assert plain.ids_of(TOKENIZER, "\n") == [LINE_END]
    assert plain.ids_of(TOKENIZER, "") == []


@pytest.mark.parametrize("tokenizer", [TOKENIZER, SubwordTokenizer.learn(["ab ab ba ab"] * 5, [])])
def test_windows_from_cold_know_nothing_of_each_other(tokenizer: CharacterTokenizer | SubwordTokenizer) -> None:
    model, nats = language_model(vocabulary_size=tokenizer.vocabulary_size), 0.0
    for given, rest in (("a", "b\nab"), ("b", " abé")):  # the last character is less than a window
        state, ids = model.initial_state(), plain.ids_of(tokenizer, given) + plain.ids_of(tokenizer, rest)
        for read, target in pairwise(ids):
            logits, state = model.step(np.array([read]), state)
            nats += np.log(np.exp(logits[0]).sum()) - logits[0, target]
    assert plain.from_cold(model, tokenizer, "ab\nab abé\n", window=4) == pytest.approx(nats / 8, rel=1e-5)


def test_the_carried_score_counts_the_end() -> None:
    model = language_model()
    ids = np.array([START, 9, 10, LINE_END, END], np.int32)
    targets, state, nats = ids[1:], model.initial_state(), 0.0
    for at, target in enumerate(targets):
        logits, state = model.step(ids[at : at + 1], state)
        nats += np.log(np.exp(logits[0]).sum()) - logits[0, target]
    assert plain.carried(model, ids, 3) == pytest.approx(nats / 3, rel=1e-5)
