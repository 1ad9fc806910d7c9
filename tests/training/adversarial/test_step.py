"""Lines in batches, and what a step of the generator and the critic does with them."""

from typing import Any

import numpy as np
import pytest

from tests.training.adversarial.toy import LENGTH, Automaton, learn, players
from textgen.tokenizers.base import END, LINE_END, NAME, NAME_END, PAD, SCENE, START
from textgen.training.adversarial.step import AdversarialBatches, Passages
from textgen.training.batches import Windows

IDS = Automaton().corpus(300)


def weights(step: Any, player: str) -> dict[str, np.ndarray]:
    named = step.optimizer.variables
    return {name: variable.numpy() for name, variable in named.items() if name.startswith(player)}


def changed(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> bool:
    return any(not np.array_equal(before[name], after[name]) for name in before)


SETTINGS = [
    {"loss": "least-squares"},
    {"loss": "non-saturating", "tokens": "soft"},
    {"loss": "wasserstein", "critic_steps": 2},
    {"loss": "minimax", "gradient": "reinforce"},
    {"loss": "wasserstein", "conditional": "speakers"},
    {"loss": "non-saturating", "gradient": "reinforce", "conditional": "speakers"},
]


@pytest.mark.slow
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_each_player_is_frozen_while_the_other_learns(settings: dict[str, Any]) -> None:
    step, batches = players(IDS, warm_up=1, **settings)
    generator, critic = weights(step, "generator"), weights(step, "critic")
    nats, state = step(batches.batch(0), step.initial_state(), 0, 1e-3)
    assert np.isfinite(nats)
    assert not changed(generator, weights(step, "generator"))
    assert changed(critic, weights(step, "critic"))
    critic = weights(step, "critic")
    step._critic_rate = 0.0  # a critic without a learning rate changes only if the generator's update touches it
    step(batches.batch(1), state, 1, 1e-3)
    assert changed(generator, weights(step, "generator"))
    assert not changed(critic, weights(step, "critic"))
    assert all(np.isfinite(value) for value in step.figures.values())


@pytest.mark.slow
def test_the_weight_of_teacher_forcing_counts() -> None:
    found = []
    for weight in (0.0, 1.0):
        step, batches = players(IDS, warm_up=0, teacher_forcing=weight)
        learn(step, batches, 1)
        found.append(weights(step, "generator"))
    assert changed(*found)


def test_temperature_and_noise_go_their_way() -> None:
    step, batches = players(IDS, annealing=2.0, noise=0.4, temperature=1.0, last_temperature=0.25)
    half = [float(value) for value in step._annealed(batches.steps_per_epoch)]
    assert half == pytest.approx([0.5, 0.2])
    assert [float(value) for value in step._annealed(0)] == pytest.approx([1.0, 0.4])
    assert [float(value) for value in step._annealed(10**6)] == pytest.approx([0.25, 0.0])


@pytest.mark.slow
def test_figures_are_known_from_the_state() -> None:
    step, batches = players(IDS)
    state = learn(step, batches, 12)
    other, _ = players(IDS)
    other.remember(state[-1])
    assert other.figures == step.figures


@pytest.mark.slow
def test_a_loss_that_is_not_finite_is_told() -> None:
    step, batches = players(IDS, warm_up=0)
    bias = step.optimizer.variables["critic/output/bias"]
    bias.assign(np.full(bias.shape, np.nan, np.float32))
    nats, _ = step(batches.batch(0), step.initial_state(), 0, 1e-3)
    assert np.isnan(nats)


A, B = 8, 9  # labels; pieces begin at 10
DOCUMENTS = (
    (START, SCENE, 20, 21, LINE_END),  # a heading
    (A, 30, 31, 32, LINE_END),
    (B, 33, LINE_END),
    (NAME, 40, 41, NAME_END, 34, 35, LINE_END),  # a spelled name
    (LINE_END,),  # an empty line
    (36, 37, LINE_END, END),  # narration
    (START, B, *range(50, 60), LINE_END, END),  # too long
)
TALK = np.concatenate([np.array(part, np.uint16) for part in DOCUMENTS])


def passages(length: int = 6) -> Passages:
    return Passages(TALK, labels=2, length=length)


def test_lines_without_labels_names_and_headings() -> None:
    found = passages().lines(np.arange(4))
    assert len(passages()) == 4
    assert found.lengths.tolist() == [4, 2, 3, 3]
    assert found.speakers.tolist() == [0, 1, 2, 2]
    assert found.ids.tolist() == [
        [30, 31, 32, LINE_END],
        [33, LINE_END, PAD, PAD],
        [34, 35, LINE_END, PAD],
        [36, 37, LINE_END, PAD],
    ]


def test_the_context_ends_where_the_line_begins() -> None:
    found = passages().lines(np.array([0, 2]), context=7)
    assert found.context[:, 0].tolist() == [START, START, SCENE, 20, 21, LINE_END, A]
    assert found.context[:, 1].tolist() == [B, 33, LINE_END, NAME, 40, 41, NAME_END]


def test_a_longer_limit_takes_longer_lines() -> None:
    assert len(passages(11)) == 5
    assert passages(11).length == 11
    assert len(passages(10)) == 4


def test_captions_need_no_context_but_their_start() -> None:
    ids = np.array([START, 10, 11, LINE_END, END, START, 12, LINE_END, END], np.uint16)
    found = Passages(ids, labels=0, length=32)
    assert (found.context, found.length) == (1, 3)
    assert found.lines(np.array([1, 0])).context.tolist() == [[START, START]]
    assert found.lines(np.array([1, 0])).ids.tolist() == [[12, LINE_END, PAD], [10, 11, LINE_END]]


def test_no_lines_are_no_error() -> None:
    assert len(Passages(np.array([], np.uint16), 0, 32)) == 0
    assert len(Passages(np.array([START, END], np.uint16), 0, 32)) == 0


THIRTY_LINES = Automaton().corpus(30)


def batches() -> AdversarialBatches:
    """Thirty lines, eight in an update, three updates a step."""
    return AdversarialBatches(Windows(THIRTY_LINES, 4, 8, 0.0, 0), Passages(THIRTY_LINES, 0, LENGTH), 8, 3, seed=5)


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
