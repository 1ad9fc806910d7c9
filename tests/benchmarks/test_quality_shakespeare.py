"""How tiny-shakespeare is split, encoded and scored."""

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from tests.inference.small import language_model
from textgen.text.character import CharacterTokenizer
from textgen.text.special import END, LINE_END, START

shakespeare = script("quality_shakespeare")
TOKENIZER = CharacterTokenizer(["a", "b", " "], [])


def test_nine_tenths_of_the_characters_are_learned_from() -> None:
    assert shakespeare.halves("123456789\nabcdefghi") == ("123456789\nabcdefg", "hi")


def test_the_tail_of_a_training_text_ends_with_a_line() -> None:
    text = "x" * 90 + "1\n3456\n890"
    assert shakespeare.tail(text) == ("x" * 90, "1\n3456\n")


def test_ids_are_those_of_the_very_text(tmp_path: Path) -> None:
    path = shakespeare.write_text(tmp_path / "text.txt", "a b\n\n  b \n")
    a, b, space = (TOKENIZER.encode(character)[0] for character in "ab ")
    lines = [a, space, b, LINE_END, LINE_END, space, space, b, space, LINE_END]
    assert shakespeare.exact_ids(TOKENIZER, path).tolist() == [START, *lines, END]


@pytest.mark.parametrize("text", ["a b", "a\r\nb\n", "a\x00b\n"])
def test_a_text_that_reading_changes_is_refused(tmp_path: Path, text: str) -> None:
    path = shakespeare.write_text(tmp_path / "text.txt", text)
    with pytest.raises(SystemExit, match="changed by being read"):
        shakespeare.exact_ids(TOKENIZER, path)


def test_windows_from_cold_know_nothing_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shakespeare, "COLD_WINDOW", 3)
    model, ids = language_model(), np.random.default_rng(0).integers(7, 280, 9)
    nats = 0.0
    for begin in (0, 3):  # the last two ids are less than a window
        state = model.initial_state()
        for at in range(begin, begin + 3):
            logits, state = model.step(ids[at : at + 1], state)
            nats += np.log(np.exp(logits[0]).sum()) - logits[0, ids[at + 1]]
    assert shakespeare.from_cold(model, ids) == pytest.approx(nats / 6, rel=1e-5)


def test_the_carried_score_counts_the_end() -> None:
    model = language_model()
    ids = np.array([START, 9, 10, LINE_END, END], np.int32)
    targets, state, nats = ids[1:], model.initial_state(), 0.0
    for at, target in enumerate(targets):
        logits, state = model.step(ids[at : at + 1], state)
        nats += np.log(np.exp(logits[0]).sum()) - logits[0, target]
    assert shakespeare.carried(model, ids, 3) == pytest.approx(nats / 3, rel=1e-5)
