from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from textgen.decoding.logits import (
    distribution_transforms,
    history_transform,
    min_p,
    no_repeat_ngram_size,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
    typical_p,
)
from textgen.decoding.options import DecodingOptions

Array = NDArray[np.float32]


def logits(*probabilities: float) -> Array:
    return np.log(np.array(probabilities, np.float32))


def survivors(values: Array) -> list[int]:
    return np.flatnonzero(values > -np.inf).tolist()


def test_temperature_divides_differences() -> None:
    assert temperature(np.array([1.0, 3.0], np.float32), 0.5).tolist() == [-4.0, 0.0]


def test_a_tiny_temperature_leaves_finite_numbers() -> None:
    for value in (1e-30, 1e-50, 1e-300):
        assert temperature(np.array([1.0, 3.0], np.float32), value)[1] == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_huge_temperature_leaves_no_preference(dtype: type) -> None:
    for value in (1e30, 1e308, float(np.finfo(np.float64).max)):
        assert temperature(np.array([1.0, 3.0], dtype), value) == pytest.approx([0.0, 0.0])


def test_top_k_keeps_the_likeliest() -> None:
    assert survivors(top_k(logits(0.1, 0.4, 0.2, 0.3), 2)) == [1, 3]
    assert survivors(top_k(logits(0.1, 0.4, 0.2, 0.3), 9)) == [0, 1, 2, 3]


def test_min_p_is_relative_to_the_likeliest() -> None:
    assert survivors(min_p(logits(0.5, 0.3, 0.2), 0.5)) == [0, 1]
    assert survivors(min_p(logits(0.5, 0.3, 0.2), 1.0)) == [0]


def test_top_p_keeps_the_nucleus() -> None:
    assert survivors(top_p(logits(0.2, 0.5, 0.3), 0.6)) == [1, 2]
    assert survivors(top_p(logits(0.2, 0.5, 0.3), 0.4)) == [1]
    assert survivors(top_p(logits(0.2, 0.5, 0.3), 0.9)) == [0, 1, 2]


def test_typical_p_may_drop_the_likeliest() -> None:
    # Entropy 1.194 nats; surprises 0.693, 1.386, 2.079, 2.079: distances 0.501, 0.192, 0.885, 0.885.
    values = logits(0.5, 0.25, 0.125, 0.125)
    assert survivors(typical_p(values, 0.2)) == [1]
    assert survivors(typical_p(values, 0.7)) == [0, 1]


def test_a_large_nucleus_is_found_too() -> None:
    # 1,000 equally likely tokens and one a little likelier: the first part that is sorted is not enough.
    values = np.zeros(1001, np.float32)
    values[500] = 0.1
    assert len(survivors(top_p(values, 0.0005))) == 1
    assert len(survivors(top_p(values, 0.9))) == 1001  # equals stay together
    steps = np.linspace(0, 0.5, 1001, dtype=np.float32)
    mass = np.exp(np.sort(steps)[::-1].astype(float)).cumsum()
    assert len(survivors(top_p(steps, 0.9))) == int((mass < 0.9 * mass[-1]).sum()) + 1


TRANSFORMS: list[Callable[[Array], Array]] = [
    lambda x: temperature(x, 0.7),
    lambda x: top_k(x, 3),
    lambda x: top_p(x, 0.6),
    lambda x: min_p(x, 0.2),
    lambda x: typical_p(x, 0.6),
]


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("shape", [(200,), (4, 200), (2, 3, 200)])
def test_the_last_axis_is_meant_at_every_rank(transform: Callable[[Array], Array], shape: tuple[int, ...]) -> None:
    values = (np.random.default_rng(0).standard_normal(shape) * 3).astype(np.float32)
    result = transform(values)
    assert result.shape == shape
    for row, expected in zip(result.reshape(-1, 200), values.reshape(-1, 200), strict=True):
        assert np.array_equal(row, transform(expected))
        assert not np.array_equal(row, expected)


@given(
    st.lists(st.floats(-30, 30, width=32) | st.just(-np.inf), min_size=1, max_size=90),
    st.sampled_from([0.01, 0.5, 0.99]),
    st.integers(1, 100),
)
def test_at_least_one_token_survives(values: list[float], fraction: float, k: int) -> None:
    row = np.array([*values, 0.0], np.float32)
    options = DecodingOptions(temperature=0.1 + fraction, top_k=k, top_p=fraction, min_p=fraction, typical_p=fraction)
    for transform in distribution_transforms(options):
        before, row = row, transform(row)
        assert survivors(row)
        assert set(survivors(row)) <= set(survivors(before))
        assert not np.isnan(row).any()


@given(st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=300), st.floats(0.05, 0.95))
@example([0.0, 0.0, 2.125, 1.1920928955078125e-07], 0.75)
@example([0.0, 2.220446049250313e-16], 0.25)
def test_the_nucleus_holds_its_mass_and_no_more_than_needed(values: list[float], p: float) -> None:
    row = np.array(values, np.float32)
    # In float32, as softmax is formed: tokens whose weights this makes equal are tied, and survive together.
    weights = np.exp(row - row.max()).astype(float)
    kept = top_p(row, p) > -np.inf
    assert weights[kept].sum() >= p * weights.sum() * (1 - 1e-6)
    least = weights[kept].min()
    assert weights[kept & (weights > least)].sum() < p * weights.sum() * (1 + 1e-6)


def test_options_build_only_what_is_on() -> None:
    assert distribution_transforms(DecodingOptions(temperature=1.0)) == ()
    assert distribution_transforms(DecodingOptions(temperature=0, top_k=3)) == ()
    assert len(distribution_transforms(DecodingOptions(temperature=0.5, top_k=3, top_p=0.9))) == 3


def test_the_penalty_pulls_down_both_signs() -> None:
    logits = np.array([2.0, 1.0, -1.0], np.float32)
    assert repetition_penalty(logits, np.array([0, 2, 0]), 2.0).tolist() == [1.0, 1.0, -2.0]
    assert logits.tolist() == [2.0, 1.0, -1.0]


def test_a_ngram_is_not_repeated() -> None:
    logits = np.zeros(8, np.float32)
    barred = no_repeat_ngram_size(logits, np.array([5, 6, 7, 5, 6]), 3)
    assert np.flatnonzero(np.isneginf(barred)).tolist() == [7]


def test_size_one_bars_every_token_of_the_history() -> None:
    barred = no_repeat_ngram_size(np.zeros(4, np.float32), np.array([1, 3]), 1)
    assert np.flatnonzero(np.isneginf(barred)).tolist() == [1, 3]


def test_a_short_history_bars_nothing() -> None:
    logits = np.zeros(4, np.float32)
    assert no_repeat_ngram_size(logits, np.array([1]), 2) is logits


def test_exempt_ids_are_not_barred() -> None:
    barred = no_repeat_ngram_size(np.zeros(8, np.float32), np.array([1, 7, 1]), 1, first=5)
    assert np.flatnonzero(np.isneginf(barred)).tolist() == [7]


def test_what_would_leave_nothing_is_not_barred() -> None:
    logits = np.array([-np.inf, 0.0, -np.inf], np.float32)
    assert no_repeat_ngram_size(logits, np.array([1, 1]), 1).tolist() == logits.tolist()


@pytest.mark.parametrize("shape", [(3,), (2, 2)])
def test_the_last_axis_of_logits_and_history_is_meant_at_every_rank(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(1)
    logits = random.standard_normal((*shape, 6)).astype(np.float32)
    history = random.integers(0, 6, (*shape, 9))
    penalised = repetition_penalty(logits, history, 1.5).reshape(-1, 6)
    for extreme in (1e-300, 1e-50, 1e50, 1e300):
        assert np.isfinite(repetition_penalty(logits.astype(np.float32), history, extreme)).all()
    barred = no_repeat_ngram_size(logits, history, 2).reshape(-1, 6)
    rows = zip(logits.reshape(-1, 6), history.reshape(-1, 9), penalised, barred, strict=True)
    for row, ids, changed, kept in rows:
        assert np.array_equal(changed, repetition_penalty(row, ids, 1.5))
        assert np.array_equal(kept, no_repeat_ngram_size(row, ids, 2))
    assert np.isneginf(barred).any()


def test_no_history_is_looked_at_where_nothing_forbids_repeating() -> None:
    assert history_transform(DecodingOptions(), 8) is None
    both = history_transform(DecodingOptions(repetition_penalty=2.0, no_repeat_ngram_size=1), 3)
    assert both is not None
    assert both(np.ones(5, np.float32), np.array([2, 3, 4])).tolist() == [1.0, 1.0, 1.0, -np.inf, -np.inf]
