"""What is chosen for a run, and what it will take."""

import itertools
from typing import Any

import numpy as np
import pytest

from textgen.config import Budget, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig
from textgen.errors import ConfigurationError
from textgen.training.sizing import (
    SIZES,
    ChatChoice,
    Choice,
    ScriptChoice,
    choose_chat_training,
    choose_encoder_decoder,
    choose_level,
    choose_model,
    choose_size,
    choose_training,
    choose_vocabulary_limit,
    dropout_for,
    estimate,
    estimate_chat,
    has_time,
    with_weight_decay,
)

AMOUNTS = (1_000, 100_000, 450_000, 3_000_000, 50_000_000)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"level": "syllable"}, "level is 'syllable'; it must be one of auto, character, word, subword"),
        ({"size": "huge"}, "size is 'huge'; it must be one of auto, tiny"),
        ({"words": "german"}, "words is 'german'"),
        ({"precision": "float64"}, "precision is 'float64'"),
        ({"vocabulary_limit": 0}, "vocabulary_limit is 0; it must be at least 1"),
    ],
)
def test_a_choice_that_is_none_is_refused(choice: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        ScriptChoice(**choice)


@pytest.mark.parametrize(
    "choice",
    [{"hidden": 0}, {"embedding": 0}, {"layers": 0}, {"hidden": -3}, {"streams": 0}, {"window": 0}, {"dropout": 1.0}],
)
def test_a_width_of_nothing_is_refused_not_replaced(choice: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(choice))} is"):
        chosen = ScriptChoice(**choice)
        choose_model(chosen, "character", 1000, 300)
        choose_training(chosen, "character", 1000, Budget(steps=1), 0, "float32")


def test_what_is_asked_for_wins() -> None:
    choice = ScriptChoice(level="word", size="large", embedding=17, layers=3, dropout=0.0, streams=5, window=9)
    model = choose_model(choice, "word", 100, 1000)
    assert (model.embedding, model.hidden, model.layers) == (17, SIZES["large"].hidden, 3)
    training = choose_training(choice, "word", 100, Budget(steps=1), 3, "float32")
    assert (training.dropout, training.streams, training.window, training.seed) == (0.0, 5, 9, 3)
    assert choose_level(ScriptChoice(level="character"), 10**7) == "character"
    assert choose_level(ScriptChoice(words="whitespace"), 10**7) == "word"


def test_few_replies_are_cut_into_words_and_all_else_into_subwords() -> None:
    assert {choose_level(ScriptChoice(), amount) for amount in AMOUNTS} == {"subword"}
    levels = [choose_level(ChatChoice(), amount) for amount in (10**4, 999_999, 10**6, 10**9)]
    assert levels == ["word", "word", "subword", "subword"]


def test_more_text_never_means_a_smaller_model() -> None:
    order = list(SIZES)
    sizes = [order.index(choose_size(ScriptChoice(), amount)) for amount in AMOUNTS]
    assert sizes == sorted(sizes)


def test_the_more_often_a_text_is_read_the_more_is_dropped() -> None:
    assert [dropout_for(epochs) for epochs in (0.2, 1, 2, 8, 30, 1000)] == [0, 0, 0.1, 0.3, 0.49, 0.5]


@pytest.mark.parametrize(("asked", "found"), [(None, (0, 0)), (0.0, (0, 0)), (0.05, (0.05, 0.05)), (0.4, (0.4, 0.1))])
def test_little_is_dropped_of_tokens(asked: float | None, found: tuple[float, float]) -> None:
    training = choose_training(ScriptChoice(dropout=asked), "word", 10**6, Budget(steps=1), 0, "float32")
    assert (training.dropout, training.input_dropout) == found
    assert training.token_dropout == training.input_dropout


def test_every_character_is_seen() -> None:
    training = choose_training(ScriptChoice(dropout=0.4), "character", 10**6, Budget(steps=1), 0, "float32")
    assert (training.dropout, training.input_dropout, training.token_dropout) == (0.4, 0.1, 0.0)


@pytest.mark.parametrize(
    ("characters", "tokens", "decay"),
    [
        (40_000_000, 20_480_000, 0.02),  # 10,000 steps an epoch: less than the usual decay
        (2_000_000, 614_400, 0.222),  # 300 steps an epoch, 750 that are remembered: 1 / (0.006 x 750)
        (1_000_000, 204_800, 0.333),  # 100 steps an epoch: no more than was tried, instead of 1 / (0.006 x 250)
        (999_999, 204_800, 0.02),  # little text
    ],
)
def test_weights_are_an_average_over_a_few_epochs(characters: int, tokens: int, decay: float) -> None:
    training = ScriptTrainingConfig(Budget(steps=1), learning_rate=6e-3, streams=64, window=32)
    assert with_weight_decay(training, characters, tokens).weight_decay == decay


def test_a_low_rate_is_no_reason_for_a_stronger_decay() -> None:
    training = ScriptTrainingConfig(Budget(steps=1), learning_rate=1e-4, streams=64, window=32)
    assert with_weight_decay(training, 1_000_000, 614_400).weight_decay == 0.333


@pytest.mark.parametrize(
    ("most", "asked", "hidden"),
    [
        (512, {}, 512),
        (511, {}, 256),
        (255, {}, 128),
        (1, {}, 128),  # the smallest, where none fits
        (1, {"size": "large"}, 1024),
        (1, {"hidden": 300}, 300),
    ],
)
def test_the_largest_model_is_taken_that_fits_unless_a_size_was_asked_for(
    most: int, asked: dict[str, Any], hidden: int
) -> None:
    choice = ScriptChoice(**asked)
    assert choose_model(choice, "word", 10**6, 1000, lambda model: model.hidden <= most).hidden == hidden


def test_little_text_has_no_large_model_however_much_time_there_is() -> None:
    assert choose_model(ScriptChoice(), "word", 300_000, 1000).hidden == SIZES["small"].hidden


def test_sizes_grow() -> None:
    parameters = [choose_model(ScriptChoice(size=size), "word", 1, 5000).parameters for size in SIZES]
    assert parameters == sorted(set(parameters))


def test_characters_are_not_tied_and_words_are() -> None:
    assert not choose_model(ScriptChoice(), "character", 1000, 300).tied
    assert choose_model(ScriptChoice(), "word", 1000, 3000).tied


@pytest.mark.parametrize(
    ("asked", "words", "drawn"),
    [(None, 19_999, 0), (None, 20_000, 2_000), (0, 50_000, 0), (300, 301, 300), (None, 0, 0), (0, 0, 0)],
)
def test_the_softmax_of_many_words_is_taken_over_a_sample(asked: int | None, words: int, drawn: int) -> None:
    choice = ScriptChoice(sampled_words=asked)
    training = choose_training(choice, "word", 10**6, Budget(steps=1), 0, "float32", words=words)
    assert training.sampled_words == drawn


@pytest.mark.parametrize(("asked", "words"), [(300, 300), (5, 0)])
def test_no_more_words_are_drawn_than_there_are(asked: int, words: int) -> None:
    with pytest.raises(ConfigurationError, match=f"{asked} words .* has {words} beside structure and spelling"):
        choose_training(ScriptChoice(sampled_words=asked), "word", 10**6, Budget(steps=1), 0, "float32", words=words)


def test_a_chat_choice_is_checked_like_any_other() -> None:
    with pytest.raises(ConfigurationError, match="size is 'huge'; it must be one of auto, tiny"):
        ChatChoice(size="huge")


@pytest.mark.parametrize("change", [{"hidden": 0}, {"hidden": 7}, {"layers": 0}, {"embedding": 0}, {"batch": 0}])
def test_a_chatbot_of_nothing_is_refused_not_replaced(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(change))} is"):
        choice = ChatChoice(**change)
        choose_encoder_decoder(choice, 1000, 300)
        choose_chat_training(choice, 1000, Budget(steps=1), 0, "float32")


def test_what_is_asked_for_in_a_chatbot_wins() -> None:
    choice = ChatChoice(size="large", embedding=18, layers=3, dropout=0.0, batch=5, learning_rate=0.5, attention=False)
    model = choose_encoder_decoder(choice, 100, 1000)
    assert (model.vocabulary_size, model.embedding, model.hidden) == (1000, 18, SIZES["large"].hidden)
    assert (model.layers, model.attention) == (3, False)
    training = choose_chat_training(choice, 100, Budget(steps=1), 3, "float32")
    assert (training.dropout, training.batch, training.learning_rate, training.seed) == (0.0, 5, 0.5, 3)
    assert choose_encoder_decoder(ChatChoice(hidden=30), 100, 1000).hidden == 30


def test_a_chatbot_of_more_talk_is_never_smaller_and_never_forgets_more() -> None:
    models = [choose_encoder_decoder(ChatChoice(), amount, 1000) for amount in AMOUNTS]
    assert all(model.attention and model.hidden % 2 == 0 for model in models)
    assert [model.hidden for model in models] == sorted(model.hidden for model in models)
    trainings = [choose_chat_training(ChatChoice(), amount, Budget(steps=1), 0, "float32") for amount in AMOUNTS]
    assert [t.dropout for t in trainings] == sorted((t.dropout for t in trainings), reverse=True)
    assert [t.batch for t in trainings] == sorted(t.batch for t in trainings)


def test_a_vocabulary_limit_is_for_subwords_unless_it_is_asked_for() -> None:
    assert choose_vocabulary_limit(Choice(), "word", 10**6) is None
    assert choose_vocabulary_limit(Choice(vocabulary_limit=7), "word", 10**6) == 7
    limits = [choose_vocabulary_limit(Choice(), "subword", amount) for amount in AMOUNTS]
    assert limits == sorted(limits) and limits[0] < limits[-1]


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
