import numpy as np
import pytest

from textgen.evaluation.bootstrap import Estimate, estimate


def test_the_error_of_a_mean_is_that_of_the_textbook() -> None:
    values = np.random.default_rng(1).normal(size=400)
    (found,) = estimate(lambda rows: np.array([values[rows].mean()]), 400, seed=0, resamples=2000)
    assert found.value == pytest.approx(values.mean())
    assert found.error == pytest.approx(values.std() / np.sqrt(400), rel=0.06)


def test_no_line_is_drawn_twice() -> None:
    seen = estimate(lambda rows: np.array([float(len(set(rows.tolist())) == len(rows))]), 9, seed=0)[0]
    assert (seen.value, seen.error) == (1.0, 0.0)


def test_the_same_seed_gives_the_same_error() -> None:
    values = np.arange(20.0)

    def mean(rows: np.ndarray) -> np.ndarray:
        return np.array([values[rows].mean()])

    assert estimate(mean, 20, seed=3) == estimate(mean, 20, seed=3)
    assert estimate(mean, 20, seed=3) != estimate(mean, 20, seed=4)


def test_the_interval() -> None:
    assert Estimate(0.5, 0.1).interval == pytest.approx((0.304, 0.696))
