"""The critic's update, and what it may know."""

import numpy as np
import pytest
import tensorflow as tf

from tests.training.adversarial.toy import critic
from textgen.config import AdversarialConfig
from textgen.tokenizers.special import FIRST_LABEL
from textgen.training.adversarial.critic import Critic

SPEAKERS = np.array([0, 1] * 8)
LENGTHS = np.full(16, 4)
RATE, NOISE = tf.constant(0.01), tf.constant(0.1)


def opinionated(config: AdversarialConfig, speakers: int = 0) -> Critic:
    """One that judges before it has learned anything."""
    one = critic(config, speakers)
    kernel = one.network.named_weights()["output/kernel"]
    kernel.assign(np.random.default_rng(1).normal(0, 1, kernel.shape))
    return one


def lines(letter: int) -> np.ndarray:
    return np.full((16, 4), FIRST_LABEL + letter, np.int32)


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


def test_noise_and_dropout_are_drawn_for_the_update() -> None:
    one = opinionated(AdversarialConfig(noise=0.5, dropout=0.5))

    def disturbed(step: int) -> np.ndarray:
        return one.disturbed(lines(0), LENGTHS, SPEAKERS, "real", tf.constant(step, tf.int64), tf.constant(0.5)).numpy()

    assert np.array_equal(disturbed(1), disturbed(1))
    assert not np.allclose(disturbed(1), disturbed(2))
    assert np.ptp(one.judge(lines(0), LENGTHS, SPEAKERS).numpy()) < 1e-5
