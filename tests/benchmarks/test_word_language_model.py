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


def training(seconds: float) -> object:
    torch.manual_seed(0)
    return example._Training(example.WordModel(8), torch.arange(8).repeat(300), seconds)


def test_it_learns() -> None:
    run, held_out = training(1e9), torch.arange(8).repeat(20)
    for _ in range(10):
        run.epoch()
        run.validate(held_out)
    assert run.steps == 10 * run.steps_per_epoch == 10 * 4
    run.model.load_state_dict(run.best)
    best = min(perplexity for _, perplexity in run.curve)
    assert math.exp(example.mean_nats(run.model, held_out, example.EVALUATION_BATCH)) == pytest.approx(best)
    assert best < 0.8 * run.curve[0][1]


def test_it_stops_in_the_middle_of_an_epoch() -> None:
    run = training(1e-9)
    run.epoch()
    assert run.steps == 1
    assert run.is_over


def test_the_rate_is_divided_where_nothing_is_gained() -> None:
    run, held_out = training(1e9), torch.arange(8).repeat(20)
    rates = []
    for _ in range(3):
        run.validate(held_out)
        rates.append(run._rate)
    assert rates == [20.0, 5.0, 1.25]
