import pytest

from textgen.config import Budget
from textgen.training.schedule import _WARM_UP_STEPS as WARM_UP
from textgen.training.schedule import Clock, learning_rate


@pytest.mark.parametrize(
    ("step", "progress", "rate"),
    [
        (0, 0.0, 1 / WARM_UP),
        (WARM_UP // 2 - 1, 0.0, 0.5),
        (WARM_UP - 1, 0.0, 1.0),
        (1000, 0.5, 0.01 + 0.99 * 0.5),
        (1000, 1.0, 0.01),
        (1000, 1.7, 0.01),
        (WARM_UP // 2 - 1, 1.0, 0.005),
    ],
)
def test_the_rate_of_a_step(step: int, progress: float, rate: float) -> None:
    assert learning_rate(1.0, step, progress) == pytest.approx(rate)
    assert learning_rate(3e-3, step, progress) == pytest.approx(3e-3 * rate)


def test_the_rate_only_falls_after_the_warm_up() -> None:
    rates = [learning_rate(1.0, WARM_UP, progress / 100) for progress in range(101)]
    assert rates == sorted(rates, reverse=True)


def test_a_clock_of_steps() -> None:
    clock = Clock(Budget(steps=200), steps_per_epoch=7)
    assert clock.total_steps == 200
    assert [clock.progress(steps, 1e9) for steps in (0, 50, 200, 300)] == [0.0, 0.25, 1.0, 1.0]


def test_a_clock_of_epochs() -> None:
    assert Clock(Budget(epochs=2.5), steps_per_epoch=10).progress(5, 0.0) == 0.2
    assert Clock(Budget(epochs=0.001), steps_per_epoch=10).total_steps == 1


def test_a_clock_of_minutes_counts_seconds_of_work() -> None:
    clock = Clock(Budget(minutes=2.0), steps_per_epoch=10)
    assert clock.total_steps is None
    assert [clock.progress(10**6, seconds) for seconds in (0.0, 30.0, 120.0, 500.0)] == [0.0, 0.25, 1.0, 1.0]
