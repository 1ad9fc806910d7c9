"""The recipe of the PyTorch example, on a few words."""

import math

import pytest

from tests.benchmarks.scripts import script

torch = pytest.importorskip("torch")
example = script("word_language_model")


def test_a_line_end_is_a_word() -> None:
    assert example.words_of(" no it \n was\n") == ["no", "it", "<eos>", "was", "<eos>"]


def test_streams_lie_side_by_side() -> None:
    assert example.in_streams(torch.arange(7), 2).tolist() == [[0, 3], [1, 4], [2, 5]]


def test_an_untrained_model_of_equal_words_is_uniform() -> None:
    model = example.WordModel(7)
    torch.nn.init.zeros_(model.softmax.weight)
    assert example.mean_nats(model, torch.arange(7).repeat(20), 2) == pytest.approx(math.log(7), rel=1e-6)


def test_it_learns_and_keeps_to_its_minutes() -> None:
    text = "a b c d e f g\n" * 300
    row, curve = example.learn(text, "a b c d e f g\n" * 100, 0.02, lambda line: None)
    assert row["perplexity"] < 8.0  # words in the vocabulary
    assert row["perplexity"] == pytest.approx(min(perplexity for _, perplexity in curve), rel=0.2)
    assert 0.02 <= row["minutes"] < 0.2
