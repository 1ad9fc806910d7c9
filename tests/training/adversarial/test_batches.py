"""Batches as a function of the step."""

import numpy as np

from tests.training.adversarial.toy import LENGTH, Automaton
from textgen.training.adversarial.batches import AdversarialBatches
from textgen.training.adversarial.passages import Passages
from textgen.training.windows import Windows

IDS = Automaton().corpus(30)


def batches() -> AdversarialBatches:
    """Thirty lines, eight in an update, three updates a step."""
    return AdversarialBatches(Windows(IDS, 4, 8, 0.0, 0), Passages(IDS, 0, LENGTH), 8, 3, seed=5)


def test_the_same_lines_are_read_for_the_same_step() -> None:
    assert batches().steps_per_epoch == 4
    assert len(batches().batch(3).lines) == 3
    for one, same in zip(batches().batch(3).lines, batches().batch(3).lines, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))


def test_each_update_sees_every_line_in_an_epoch_in_an_order_of_its_own() -> None:
    orders = [np.concatenate([batches()._chosen(step, update) for step in range(4)]) for update in range(3)]
    for order in orders:
        assert sorted(order[:30]) == list(range(30))
        assert order[30:].tolist() == order[:2].tolist()
    assert not np.array_equal(orders[0], orders[1])
    assert not np.array_equal(batches()._chosen(0, 0), batches()._chosen(4, 0))


def test_tokens_are_those_of_the_window_and_of_the_real_lines() -> None:
    batch = batches().batch(0)
    assert batch.tokens == 4 * 8 + sum(int(lines.lengths.sum()) for lines in batch.lines)
