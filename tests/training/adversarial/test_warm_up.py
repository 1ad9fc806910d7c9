"""A generator that would never learn is told at the beginning, or as soon as it can be known."""

import pytest

from textgen.config import AdversarialConfig, Budget
from textgen.errors import ConfigurationError
from textgen.training.adversarial.warm_up import TurnWatch, require_turn

CONFIG = AdversarialConfig(warm_up=30)


@pytest.mark.parametrize("budget", [Budget(steps=30), Budget(epochs=3.0)])
def test_a_budget_that_the_critic_uses_up_is_refused(budget: Budget) -> None:
    with pytest.raises(
        ConfigurationError, match=r"alone for 30 steps, but its part of the budget is 30 steps.* below 30"
    ):
        require_turn(CONFIG, budget, steps_per_epoch=10)


@pytest.mark.parametrize("budget", [Budget(steps=31), Budget(epochs=3.1), Budget(minutes=0.01)])
def test_one_that_leaves_a_step_is_not(budget: Budget) -> None:
    require_turn(CONFIG, budget, steps_per_epoch=10)


def notes(warm_up: int, first: float, each: float) -> list[str]:
    """What is told of 20 steps: the first spends a share of the budget on compiling, then all spend alike."""
    told: list[str] = []
    watch = TurnWatch(warm_up, told.append)
    for step in range(20):
        watch.step(first + each * step, 1000.0, 2.0)
    return told


def test_a_pace_that_is_too_slow_is_told_once_and_compiling_is_no_pace() -> None:
    # After 13 steps 0.3 + 12 * 0.01 of the budget is spent; the remaining 0.58 is worth 58 steps.
    (note,) = notes(71, first=0.3, each=0.01)
    assert note.startswith("warning   no turn for the writer: the critic learns alone for 71 steps, and at this pace")
    assert "there will be 71:" in note
    assert notes(70, first=0.3, each=0.01) == []


def test_a_run_that_is_over_before_its_pace_is_known_is_no_error() -> None:
    told: list[str] = []
    watch = TurnWatch(100, told.append)
    for step in range(5):
        watch.step(step / 4, 1000.0, 2.0)
    assert told == []
