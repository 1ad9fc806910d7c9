"""Lines that the generator writes, and gradients through what was drawn."""

import numpy as np
import pytest
import tensorflow as tf

from tests.training.adversarial.toy import LENGTH, LETTERS, VOCABULARY, generator
from textgen.config import ModelConfig
from textgen.models.language_model import KerasLanguageModel
from textgen.tokenizers.base import FIRST_LABEL, LINE_END, PAD, START
from textgen.training.adversarial.rollout import (
    Generator,
    advantages,
    gumbel_noise,
    no_memory,
    policy_loss,
    prefixes,
    relaxed_tokens,
    returns,
)
from textgen.training.prepare import initial_weights

SEED = tf.constant([3, 0], tf.int64)
CONTEXT = np.array([[START] * 6, [9, 9, 10, 10, 11, START], [START, 8, 8, 9, 9, 9]], np.int32)


def tied(compute: str = "float32") -> Generator:
    config = ModelConfig(VOCABULARY, embedding=12, hidden=24, layers=2, tied=True)
    network, weights = KerasLanguageModel(config, compute), initial_weights(config, 5)
    for name, variable in network.named_weights().items():
        variable.assign(weights[name] * 1.5)
    return generator(network)


def test_lines_hold_what_may_be_said_and_end_once() -> None:
    ids, lengths = (part.numpy() for part in generator().sample(np.full((1, 300), START), SEED))
    letters = set(range(FIRST_LABEL, FIRST_LABEL + LETTERS))
    for line, length in zip(ids.tolist(), lengths, strict=True):
        assert set(line[: length - 1]) <= letters
        assert line[length - 1] == LINE_END or length == LENGTH
        assert set(line[length:]) <= {PAD}
    assert (ids[:, 0] != LINE_END).all()
    assert lengths.max() <= LENGTH
    assert len(set(map(tuple, ids.tolist()))) > 100


@pytest.mark.slow
def test_the_seed_decides() -> None:
    one, same, other = (
        tied().sample(CONTEXT, seed)[0].numpy() for seed in (SEED, SEED, SEED + tf.constant([1, 0], tf.int64))
    )
    assert np.array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.3, 1.0])
def test_lines_with_a_gradient_are_the_same_lines(temperature: float) -> None:
    writer = tied()
    ids, lengths = writer.sample(CONTEXT, SEED)
    relaxed = writer.relaxed(CONTEXT, SEED, temperature, hard=True)
    assert np.array_equal(ids, relaxed.ids)
    assert np.array_equal(lengths, relaxed.lengths)
    spoken = np.arange(ids.shape[1]) < lengths.numpy()[:, None]
    assert relaxed.tokens.numpy() == pytest.approx(np.eye(VOCABULARY)[ids] * spoken[..., None], abs=1e-6)


@pytest.mark.slow
def test_lines_are_drawn_as_the_language_model_would_have_them() -> None:
    """Its probabilities of what was drawn, at places where the context is known, are how often it was drawn."""
    writer = tied()
    context = np.repeat(CONTEXT[:, 1:2], 4000, axis=1)
    ids = writer.sample(context, SEED)[0].numpy()
    log, _ = writer.score(context, ids)
    for letter in range(FIRST_LABEL, FIRST_LABEL + LETTERS):
        chosen = ids[:, 0] == letter
        assert np.exp(log.numpy()[chosen, 0].mean()) == pytest.approx(chosen.mean(), abs=0.03)


@pytest.mark.slow
def test_a_start_in_the_context_forgets_what_was_before() -> None:
    writer = tied()
    long, short = np.array([[9], [10], [START]]), np.array([[START]])
    assert np.array_equal(writer.sample(long, SEED)[0], writer.sample(short, SEED)[0])
    one, other = (writer.begin(np.array([[first], [9], [8]], np.int32))[1][0].numpy() for first in (10, 11))
    assert np.abs(one - other).max() > 1e-3


def test_scores_are_those_of_the_unrolled_steps() -> None:
    writer = tied()
    relaxed = writer.relaxed(CONTEXT, SEED, 1.0, hard=True)
    log, entropies = writer.score(CONTEXT, relaxed.ids)
    mask = np.arange(log.shape[1]) < relaxed.lengths.numpy()[:, None]
    assert float(relaxed.entropy) == pytest.approx((entropies.numpy() * mask).sum() / mask.sum(), rel=1e-4)
    assert (log.numpy()[mask] < 0).all()
    assert 0 < float(relaxed.entropy) < np.log(LETTERS + 1)


@pytest.mark.slow
def test_the_gradient_of_soft_lines_is_the_numeric_one() -> None:
    writer = tied()
    begin = np.full((1, 6), START, np.int32)  # a longer context would be read without a gradient
    worth = tf.constant(np.random.default_rng(0).normal(0, 1, (VOCABULARY,)), tf.float32)

    @tf.function
    def value() -> tf.Tensor:
        return tf.reduce_sum(writer.relaxed(begin, SEED, 2.0, hard=False).tokens * worth)

    for name in ("lstm_0/recurrent_kernel", "embedding"):
        variable = writer.network.named_weights()[name].value
        with tf.GradientTape() as tape:
            total = value()
        gradient = tf.convert_to_tensor(tape.gradient(total, variable)).numpy()
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        change = np.zeros(gradient.shape, np.float32)
        change[place] = 2e-3
        variable.assign_add(change)
        above = float(value())
        variable.assign_sub(2 * change)
        below = float(value())
        variable.assign_add(change)
        assert (above - below) / 4e-3 == pytest.approx(gradient[place], rel=0.05), name


def test_low_precision_writes_sensible_lines() -> None:
    ids, lengths = tied("bfloat16").sample(np.full((1, 50), START), SEED)
    assert ids.shape[0] == 50
    assert (lengths.numpy() > 0).all()


DRAWS = tf.constant([1, 2], tf.int64)


def test_the_largest_of_logits_and_noise_is_a_draw_from_the_softmax() -> None:
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    drawn = tf.argmax(np.log(shares).astype(np.float32) + gumbel_noise((20_000, 4), DRAWS), axis=-1).numpy()
    assert np.bincount(drawn, minlength=4) / 20_000 == pytest.approx(shares, abs=0.012)


def test_noise_is_a_function_of_the_seed() -> None:
    one, same, other = (gumbel_noise((3, 4), seed).numpy() for seed in (DRAWS, DRAWS, DRAWS + 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_hard_tokens_are_one_hot_at_any_temperature() -> None:
    noisy = tf.constant([[0.1, 2.0, -1.0], [3.0, 2.9, 0.0]])
    for temperature in (0.1, 1.0, 5.0):
        assert relaxed_tokens(noisy, temperature, hard=True).numpy() == pytest.approx(np.eye(3)[[1, 0]], abs=1e-6)


def test_soft_tokens_are_a_softmax_that_sharpens() -> None:
    noisy = tf.constant([[np.log(3.0), 0.0]], tf.float32)
    assert relaxed_tokens(noisy, 1.0, hard=False).numpy() == pytest.approx(np.array([[0.75, 0.25]]))
    assert relaxed_tokens(noisy, 0.5, hard=False).numpy() == pytest.approx(np.array([[0.9, 0.1]]))


def test_the_gradient_of_hard_tokens_is_that_of_soft_ones() -> None:
    noisy, worth = tf.constant([[np.log(3.0), 0.0]], tf.float32), tf.constant([[2.0, -1.0]])
    gradients = []
    for hard in (True, False):
        with tf.GradientTape() as tape:
            tape.watch(noisy)
            total = tf.reduce_sum(relaxed_tokens(noisy, 0.5, hard) * worth)
        gradients.append(tape.gradient(total, noisy).numpy())
    # Of a softmax at half the temperature: 2 p (1 - p) times the difference in worth, p = 0.9.
    assert gradients[0] == pytest.approx(np.array([[0.54, -0.54]]), abs=1e-5)
    assert np.array_equal(*gradients)


def test_later_rewards_count_less() -> None:
    rewards = tf.constant([[1.0, 2.0, 4.0], [8.0, 0.0, 0.0]])
    assert returns(rewards, 0.5).numpy().tolist() == [[3.0, 4.0, 4.0], [8.0, 0.0, 0.0]]
    assert returns(rewards, 0.0).numpy().tolist() == rewards.numpy().tolist()
    assert returns(rewards, 1.0).numpy().tolist() == [[7.0, 6.0, 4.0], [8.0, 0.0, 0.0]]


def test_every_beginning_of_a_text_is_judged() -> None:
    ids, lengths = prefixes(tf.constant([[7, 8, 9], [5, 0, 0]]), tf.constant([3, 1]))
    assert ids.numpy().tolist() == [[7, 8, 9]] * 3 + [[5, 0, 0]] * 3
    assert lengths.numpy().tolist() == [1, 2, 3, 1, 1, 1]


def test_the_baseline_is_that_of_the_place() -> None:
    mask = tf.ones((2, 2))
    returned = tf.constant([[1.0, 10.0], [3.0, 14.0]])
    first, memory = advantages(returned, mask, no_memory(2))
    # The first batch is compared with itself: means 2 and 12, deviations 1 and 2, together sqrt(2.5).
    assert first.numpy() == pytest.approx(np.array([[-1.0, -2.0], [1.0, 2.0]]) / np.sqrt(2.5), rel=1e-4)
    second, _ = advantages(returned + 2.0, mask, memory)
    assert second.numpy() == pytest.approx(np.array([[1.0, 0.0], [3.0, 4.0]]) / np.sqrt(2.5), rel=1e-4)


def test_what_was_not_drawn_has_no_advantage_and_leaves_no_memory() -> None:
    mask = tf.constant([[1.0, 0.0], [1.0, 0.0]])
    advantage, memory = advantages(tf.constant([[1.0, 99.0], [3.0, 99.0]]), mask, no_memory(2))
    assert advantage.numpy() == pytest.approx(np.array([[-1.0, 0.0], [1.0, 0.0]]), rel=1e-4)
    assert memory.numpy()[:, 1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.slow
def test_the_baseline_follows_slowly() -> None:
    memory = advantages(tf.zeros((4, 1)), tf.ones((4, 1)), no_memory(1))[1]
    for _ in range(200):
        memory = advantages(tf.fill((4, 1), 5.0), tf.ones((4, 1)), memory)[1]
    assert float(memory[0, 0] / memory[2, 0]) == pytest.approx(5.0, abs=0.01)


def test_the_loss_raises_what_is_better_than_usual() -> None:
    logits, drawn = tf.Variable([[0.0, 0.0]]), tf.constant([[0, 1]])
    with tf.GradientTape() as tape:
        log = tf.gather(tf.nn.log_softmax(logits), drawn, axis=-1, batch_dims=1)
        loss = policy_loss(log, tf.constant([[1.0, -1.0]]), tf.ones((1, 2)))
    # -(1 - 1/2) for what was drawn and better, and the other way round for the other, over two tokens.
    assert tape.gradient(loss, logits).numpy() == pytest.approx(np.array([[-0.5, 0.5]]))


@pytest.mark.slow
def test_a_choice_between_two_is_learned() -> None:
    logits, memory, random = tf.Variable([[0.0, 0.0]]), no_memory(1), np.random.default_rng(0)
    for _ in range(150):
        drawn = (random.random((16, 1)) < float(tf.nn.softmax(logits)[0, 1])).astype(np.int32)
        advantage, memory = advantages(tf.constant(10.0 + drawn, tf.float32), tf.ones((16, 1)), memory)
        with tf.GradientTape() as tape:
            log = tf.gather(tf.nn.log_softmax(logits)[0], drawn)
            loss = policy_loss(log, advantage, tf.ones((16, 1)))
        logits.assign_sub(0.3 * tape.gradient(loss, logits))
    assert float(tf.nn.softmax(logits)[0, 1]) > 0.9
