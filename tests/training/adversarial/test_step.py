"""Both players' updates: who learns when, and that it helps."""

from typing import Any

import numpy as np
import pytest

from tests.training.adversarial.toy import Automaton, learn, players

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


def test_figures_are_known_from_the_state() -> None:
    step, batches = players(IDS)
    state = learn(step, batches, 12)
    other, _ = players(IDS)
    other.remember(state[-1])
    assert other.figures == step.figures


def test_a_loss_that_is_not_finite_is_told() -> None:
    step, batches = players(IDS, warm_up=0)
    bias = step.optimizer.variables["critic/output/bias"]
    bias.assign(np.full(bias.shape, np.nan, np.float32))
    nats, _ = step(batches.batch(0), step.initial_state(), 0, 1e-3)
    assert np.isnan(nats)
