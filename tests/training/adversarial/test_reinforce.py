"""What a drawn token is worth."""

import numpy as np
import pytest
import tensorflow as tf

from textgen.training.adversarial.rollout import advantages, no_memory, policy_loss, prefixes, returns


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
