import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.decoding.options import DecodingOptions
from textgen.decoding.sampler import Sampler, draw, sequence_seeds, uniform

BEFORE_ONE = 1 - 2.0**-53


def test_the_inverse_of_the_cumulative_distribution() -> None:
    logits = np.log(np.array([0.25, 0.5, 0.25], np.float32))
    assert [draw(logits, u) for u in (0.0, 0.24, 0.26, 0.74, 0.76, BEFORE_ONE)] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("u", [0.0, 0.5, BEFORE_ONE])
def test_a_token_of_probability_zero_is_never_drawn(u: float) -> None:
    logits = np.array([-np.inf, 0.0, -np.inf, 0.0, -np.inf], np.float32)
    assert draw(logits, u) in (1, 3)
    assert draw(np.array([0.0, -1e9, -1e9], np.float32), u) == 0


@given(st.lists(st.floats(-40, 40, width=32), min_size=1, max_size=30), st.floats(0, BEFORE_ONE))
def test_whatever_is_drawn_has_a_probability(values: list[float], u: float) -> None:
    logits = np.array([-np.inf, *values, -np.inf], np.float32)
    assert logits[draw(logits, u)] > -np.inf


@given(st.integers(1, 1000), st.integers(0, 2**32 - 1), st.floats(0, BEFORE_ONE))
def test_among_many_tokens_too_the_inverse_is_found(tokens: int, seed: int, u: float) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(scale=4, size=tokens)
    if tokens > 1:  # whole stretches without a probability
        begin, end = np.sort(random.integers(0, tokens, 2))
        logits[begin:end] = -np.inf
    drawn = draw(logits.astype(np.float32), u)
    mass = np.exp(logits.astype(np.float32).astype(np.float64)).cumsum()
    mass /= mass[-1]
    assert logits[drawn] > -np.inf
    rounding = 1e-6  # of exponentials in float32
    assert (mass[drawn - 1] if drawn else 0) - rounding <= u <= mass[drawn] + rounding


def test_uniforms_depend_on_seed_and_step_alone() -> None:
    numbers = [uniform(7, step) for step in (0, 1, 255, 256, 100_000)]
    assert numbers == [uniform(7, step) for step in (0, 1, 255, 256, 100_000)]
    assert len(set(numbers)) == 5
    assert uniform(8, 0) != numbers[0]
    assert min(numbers) >= 0 and max(numbers) < 1
    assert 0 <= uniform(2**64 - 1, 0) < 1


def test_uniforms_are_what_they_were() -> None:
    # A change here changes every text that was ever written with a seed.
    assert [round(uniform(7, step), 12) for step in (0, 1, 256)] == [0.87207345482, 0.295365381514, 0.246195536114]


def test_uniforms_are_uniform() -> None:
    numbers = np.array([uniform(3, step) for step in range(4000)])
    assert abs(numbers.mean() - 0.5) < 0.02
    assert np.histogram(numbers, 4, (0, 1))[0].min() > 900


def test_draws_follow_the_distribution() -> None:
    sampler = Sampler(DecodingOptions(temperature=1.0))
    logits = np.log(np.array([0.7, 0.2, 0.1], np.float32))
    drawn = [sampler.choose(logits, 11, step) for step in range(4000)]
    assert np.allclose(np.bincount(drawn) / 4000, [0.7, 0.2, 0.1], atol=0.03)


def test_greedy_takes_the_likeliest() -> None:
    sampler = Sampler(DecodingOptions(temperature=0, top_k=1))
    assert sampler.choose(np.array([0.0, 2.0, 1.0], np.float32), 5, 0) == 1


def test_narrowing_keeps_the_numbers_of_the_tokens() -> None:
    sampler = Sampler(DecodingOptions(temperature=1.0, top_k=20, top_p=0.9))
    logits = (np.random.default_rng(2).standard_normal(3000) * 2).astype(np.float32)
    best = set(np.argsort(logits)[-20:].tolist())
    drawn = {sampler.choose(logits, 1, step) for step in range(300)}
    assert len(drawn) > 5
    assert drawn <= best


def test_nothing_left_is_an_error_of_ours() -> None:
    with pytest.raises(RuntimeError, match="No token is left to choose at step 3"):
        Sampler(DecodingOptions()).choose(np.full(4, -np.inf, np.float32), 0, 3)


def test_each_sequence_has_the_next_seed() -> None:
    assert sequence_seeds(DecodingOptions(seed=5, num_return_sequences=3)) == (5, 6, 7)
    assert sequence_seeds(DecodingOptions(seed=2**64 - 1, num_return_sequences=2)) == (2**64 - 1, 0)


def test_a_fresh_seed_differs_from_the_last() -> None:
    assert sequence_seeds(DecodingOptions()) != sequence_seeds(DecodingOptions())
