"""What the critic minimises, and how it learns."""

import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.training.adversarial.toy import critic
from textgen.config import ADVERSARIAL_LOSSES, AdversarialConfig
from textgen.tokenizers.base import FIRST_LABEL
from textgen.training.adversarial.critic import LOSSES, Critic, gradient_penalty

LOG_2, LOG_3 = math.log(2), math.log(3)

# At a logit of log 3 the probability of "real" is 3/4, at 0 it is 1/2.
CRITIC = {
    # -0.9 log(3/4) - 0.1 log(1/4) - log(1/2)
    "minimax": 0.9 * math.log(4 / 3) + 0.1 * math.log(4) + LOG_2,
    "non-saturating": 0.9 * math.log(4 / 3) + 0.1 * math.log(4) + LOG_2,
    "least-squares": 0.5 * (LOG_3 - 0.9) ** 2,
    "relativistic": math.log(4 / 3),
    "wasserstein": -LOG_3,
}
GENERATOR = {
    "minimax": math.log(1 / 4),
    "non-saturating": math.log(4 / 3),
    "least-squares": 0.5 * (LOG_3 - 0.9) ** 2,
    "relativistic": math.log(4 / 3),
    "wasserstein": -LOG_3,
}


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_the_critic_of_a_real_line_at_log_3_and_a_generated_one_at_0(name: str) -> None:
    found = np.asarray(LOSSES[name].critic(np.array([LOG_3]), np.array([0.0]), 0.9))
    assert found == pytest.approx([CRITIC[name]], abs=1e-6)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_the_generator_whose_line_is_at_log_3_beside_a_real_one_at_0(name: str) -> None:
    found = np.asarray(LOSSES[name].generator(np.array([LOG_3]), np.array([0.0]), 0.9))
    assert found == pytest.approx([GENERATOR[name]], abs=1e-6)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_a_line_that_looks_more_real_is_better_for_the_generator_and_worse_for_the_critic(name: str) -> None:
    generated, real = np.array([-1.0, 0.0, 0.5]), np.zeros(3)
    assert (np.diff(np.asarray(LOSSES[name].generator(generated, real, 0.9))) < 0).all()
    assert (np.diff(np.asarray(LOSSES[name].critic(real, generated, 0.9)))[1:] > 0).all()


def test_the_list_of_names_is_complete() -> None:
    assert tuple(LOSSES) == ADVERSARIAL_LOSSES


def random_texts(seed: int) -> Any:
    return tf.constant(np.random.default_rng(seed).random((3, 4, 5)), tf.float32)


def test_a_linear_critic_has_the_same_slope_everywhere() -> None:
    slope = np.zeros((4, 5), np.float32)
    slope[0, 0], slope[2, 3] = 3.0, 4.0  # of norm 5, which is 4 too much
    penalty = gradient_penalty(
        lambda x: tf.reduce_sum(x * slope, axis=(1, 2)), random_texts(0), random_texts(1), tf.constant([0.0, 0.5, 1.0])
    )
    assert float(penalty) == pytest.approx(16.0, rel=1e-5)


def test_the_slope_is_taken_between_the_texts_and_not_elsewhere() -> None:
    real, generated = tf.zeros((2, 1, 2)), tf.constant([[[4.0, 0.0]], [[0.0, 4.0]]])
    # Half the square: the slope at x is x itself. A quarter of the way to the real text x is 3 long, at it 0.
    penalty = gradient_penalty(
        lambda x: 0.5 * tf.reduce_sum(x * x, axis=(1, 2)), real, generated, tf.constant([0.25, 1.0])
    )
    assert float(penalty) == pytest.approx(((3 - 1) ** 2 + (0 - 1) ** 2) / 2, rel=1e-4)


def test_its_own_gradient_is_the_numeric_one() -> None:
    weight = tf.Variable(np.random.default_rng(2).normal(0, 1, (5, 6)), dtype=tf.float32)
    head = tf.constant(np.random.default_rng(3).normal(0, 1, (6,)), tf.float32)
    shares = tf.constant([0.2, 0.7, 0.4])

    def penalty() -> Any:
        def critic(x: Any) -> Any:
            return tf.reduce_sum(tf.tanh(x @ weight) * head, axis=(1, 2))

        return gradient_penalty(critic, random_texts(0), random_texts(1), shares)

    with tf.GradientTape() as tape:
        value = penalty()
    gradient = tape.gradient(value, weight).numpy()
    change = np.zeros_like(gradient)
    change[2, 1] = 1e-2
    weight.assign_add(change)
    above = float(penalty())
    weight.assign_sub(2 * change)
    assert (above - float(penalty())) / 2e-2 == pytest.approx(gradient[2, 1], rel=2e-2)


SPEAKERS = np.array([0, 1] * 8)
LENGTHS = np.full(16, 4)
RATE, NOISE = tf.constant(0.01), tf.constant(0.1)


def opinionated(config: AdversarialConfig, speakers: int = 0, voices: int = 0) -> Critic:
    """One that judges before it has learned anything."""
    one = critic(config, speakers, voices)
    kernel = one.network.named_weights()["output/kernel"]
    kernel.assign(np.random.default_rng(1).normal(0, 1, kernel.shape))
    return one


def lines(letter: int) -> np.ndarray:
    return np.full((16, 4), FIRST_LABEL + letter, np.int32)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["least-squares", "relativistic", "wasserstein"])
def test_it_learns_to_tell_lines_apart(loss: str) -> None:
    one = critic(AdversarialConfig(loss=loss))
    real, generated = (lines(0), LENGTHS), (lines(1), LENGTHS)
    losses = [
        float(one.learn(real, generated, SPEAKERS, tf.constant(step, tf.int64), RATE, NOISE)) for step in range(25)
    ]
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert (one.judge(*real, SPEAKERS).numpy() > one.judge(*generated, SPEAKERS).numpy()).all()


def test_vectors_and_ids_are_the_same_to_it() -> None:
    one = opinionated(AdversarialConfig())
    vectors = np.eye(one.network.config.vocabulary_size, dtype=np.float32)[lines(2)]
    assert one.judge(vectors, LENGTHS, SPEAKERS).numpy() == pytest.approx(
        one.judge(lines(2), LENGTHS, SPEAKERS).numpy(), abs=1e-5
    )


def test_only_a_conditional_one_knows_who_speaks() -> None:
    same = [(lines(0), LENGTHS), (lines(0), LENGTHS)]
    for conditional in (False, True):
        one = opinionated(AdversarialConfig(conditional=conditional), speakers=3 * conditional)
        if conditional:
            speakers = one.network.named_weights()["speakers"]
            speakers.assign(np.random.default_rng(0).normal(0, 1, speakers.shape))
        found = [one.judge(*text, np.full(16, who)).numpy() for who, text in enumerate(same)]
        assert np.allclose(*found) is not conditional


def test_one_that_learns_whose_lines_are_judges_them_as_their_speakers() -> None:
    one = opinionated(AdversarialConfig(conditional="speakers"), voices=3)
    classes = one.network.class_logits(lines(0), LENGTHS).numpy()
    who = np.array([0, 1, 2, 7] * 4)  # whose label has no class of its own is one of the others
    assert one.judge(lines(0), LENGTHS, who).numpy() == pytest.approx(classes[range(16), np.minimum(who, 2)])


@pytest.mark.slow
def test_its_loss_is_that_of_any_class_and_the_wrong_speakers_come_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    config = AdversarialConfig(conditional="speakers", noise=0.0, dropout=0.0)
    one, minimised = opinionated(config, voices=3), list[float]()
    real, generated = (one.network.class_logits(lines(k), LENGTHS).numpy() for k in (0, 1))
    any_class, theirs = (np.log(np.exp(logits).sum(axis=1)) for logits in (real, generated))
    expected = np.mean(0.5 * ((any_class - 0.9) ** 2 + theirs**2))
    mean = tf.reduce_mean
    monkeypatch.setattr(tf, "reduce_mean", lambda x: minimised.append(float(mean(x))) or mean(x))
    step = tf.constant(0, tf.int64)
    loss = one.learn((lines(0), LENGTHS), (lines(1), LENGTHS), SPEAKERS, step, tf.constant(0.0), NOISE)
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    assert minimised == pytest.approx([expected, np.mean(any_class - real[range(16), SPEAKERS])], rel=1e-5)


@pytest.mark.slow
def test_it_learns_whose_lines_are() -> None:
    one = critic(AdversarialConfig(conditional="speakers"), voices=3)
    real = np.where(SPEAKERS[:, None] == 0, lines(0), lines(2))
    for step in range(60):
        one.learn((real, LENGTHS), (lines(1), LENGTHS), SPEAKERS, tf.constant(step, tf.int64), RATE, NOISE)
    right, wrong = (one.judge(real, LENGTHS, who).numpy() for who in (SPEAKERS, 1 - SPEAKERS))
    assert (right > wrong + 1).all()
    assert (right > one.judge(lines(1), LENGTHS, SPEAKERS).numpy()).all()


def test_noise_and_dropout_are_drawn_for_the_update() -> None:
    one = opinionated(AdversarialConfig(noise=0.5, dropout=0.5))

    def disturbed(step: int) -> np.ndarray:
        return one.disturbed(lines(0), LENGTHS, SPEAKERS, "real", tf.constant(step, tf.int64), tf.constant(0.5)).numpy()

    assert np.array_equal(disturbed(1), disturbed(1))
    assert not np.allclose(disturbed(1), disturbed(2))
    assert np.ptp(one.judge(lines(0), LENGTHS, SPEAKERS).numpy()) < 1e-5
