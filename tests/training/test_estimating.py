"""What a run will take."""

import itertools

import numpy as np
import pytest

from textgen.config import Budget, EncoderDecoderConfig, ModelConfig
from textgen.training.estimating import estimate, estimate_chat, has_time
from textgen.training.sizing import ChatChoice, ScriptChoice, choose_chat_training, choose_training


def test_a_sampled_softmax_is_faster_and_smaller() -> None:
    model, budget = ModelConfig(40_000, 64, 128, 2, True), Budget(epochs=1)
    trainings = [
        choose_training(ScriptChoice(sampled_words=asked), "word", 10**6, budget, 0, "float32", words=39_000)
        for asked in (0, None)
    ]
    whole, sampled = (estimate(model, training, 10**6, 1e10) for training in trainings)
    assert sampled.tokens_per_second > 3 * whole.tokens_per_second
    assert sampled.memory < whole.memory


def test_estimates_by_budget_agree() -> None:
    model = ModelConfig(300, 16, 64, 2, False)
    training = choose_training(ScriptChoice(), "character", 10**6, Budget(epochs=2), 0, "float32")
    by_epochs = estimate(model, training, 10**6, flops=1e10)
    assert by_epochs.epochs == 2
    assert by_epochs.minutes == pytest.approx(2 * 10**6 / by_epochs.tokens_per_second / 60)
    minutes = choose_training(ScriptChoice(), "character", 10**6, Budget(minutes=by_epochs.minutes), 0, "float32")
    assert estimate(model, minutes, 10**6, flops=1e10).epochs == pytest.approx(2)
    steps = choose_training(ScriptChoice(streams=10, window=100), "character", 10**6, Budget(steps=2000), 0, "float32")
    assert estimate(model, steps, 10**6, flops=1e10).epochs == pytest.approx(2)
    assert estimate(model, steps, 10**6, flops=1e10).tokens == 2 * 10**6


def test_estimates_grow_with_the_model_and_shrink_with_the_machine() -> None:
    training = choose_training(ScriptChoice(), "character", 10**6, Budget(epochs=1), 0, "float32")
    guesses = [estimate(ModelConfig(300, 64, width, 2, False), training, 10**6, 1e10) for width in (64, 256, 1024)]
    for smaller, larger in itertools.pairwise(guesses):
        assert smaller.minutes < larger.minutes
        assert smaller.memory < larger.memory
        assert smaller.tokens_per_second > larger.tokens_per_second
    faster = estimate(ModelConfig(300, 64, 64, 2, False), training, 10**6, 2e10)
    assert faster.minutes == pytest.approx(guesses[0].minutes / 2)


@pytest.mark.parametrize(
    ("budget", "found"),
    [
        (Budget(minutes=12.1), True),
        (Budget(minutes=11.9), False),
        (Budget(epochs=1e-3), True),  # as many as were asked for
        (Budget(steps=1), True),
    ],
)
def test_there_is_time_for_a_model_that_reads_a_million_tokens_and_more(budget: Budget, found: bool) -> None:
    model = ModelConfig(300, 16, 64, 2, False)
    training = choose_training(ScriptChoice(), "character", 10**6, budget, 0, "float32")
    hundred_thousand_a_minute = 1e10 * (100_000 / 60) / estimate(model, training, 10**6, 1e10).tokens_per_second
    assert has_time(budget, estimate(model, training, 10**6, hundred_thousand_a_minute)) is found


LENGTHS = np.array([[31, 9], [29, 13]] * 500)  # 30,000 tokens of contexts, 10,000 of replies without their START
CHAT = EncoderDecoderConfig(300, 4, 6, 1)


def test_a_chat_by_hand() -> None:
    choice, budget = ChatChoice(batch=50), Budget(minutes=2)
    training = choose_chat_training(choice, 10**4, budget, 0, "float32")
    # Contexts are hidden in 80% of the batches at first, in 10% from the middle on: on average in 25%.
    weights = CHAT.parameters - CHAT.encoder_parameters + 0.75 * 3 * CHAT.encoder_parameters
    guess = estimate_chat(CHAT, training, LENGTHS, flops=6 * 1.4 * weights * 1000)
    assert guess.tokens_per_second == pytest.approx(1000)
    assert (guess.minutes, guess.epochs, guess.tokens) == (2, pytest.approx(12), 120_000)


def test_a_step_has_no_more_exchanges_than_there_are() -> None:
    training = choose_chat_training(ChatChoice(batch=5000), 10**4, Budget(steps=3), 0, "float32")
    assert estimate_chat(CHAT, training, LENGTHS, flops=1e9).tokens == 30_000


def test_longer_contexts_take_longer() -> None:
    training = choose_chat_training(ChatChoice(), 10**4, Budget(epochs=1), 0, "float32")
    short, long = (estimate_chat(CHAT, training, LENGTHS * [times, 1], 1e9) for times in (1, 4))
    assert (short.epochs, short.tokens) == (long.epochs, long.tokens)
    assert short.minutes < long.minutes
    assert short.memory < long.memory
