import numpy as np
import pytest
import tensorflow as tf

from textgen.training.network_steps import CandidateSampler

VOCABULARY = 60
RANKED = list(range(5, 45))
ALWAYS = {*range(5), *range(45, 60)}


def drawn(step: int, seed: int = 0, count: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Ids, and the chance of each id of the vocabulary."""
    ids, log_chance = CandidateSampler(VOCABULARY, RANKED, count, seed).draw(tf.constant(step, tf.int64))
    return np.asarray(ids), np.exp(log_chance)


@pytest.mark.parametrize("count", [1, 10, 39])
def test_each_sample_holds_what_spells_and_so_many_different_words(count: int) -> None:
    for step in range(20):
        ids, chance = drawn(step, count=count)
        assert len(set(ids.tolist())) == len(ids) == len(ALWAYS) + count
        assert set(ids.tolist()) >= ALWAYS
        assert all(chance[id] == 1.0 for id in ALWAYS)
        assert np.all((chance > 0) & (chance <= 1))


def test_a_sample_is_a_function_of_seed_and_step() -> None:
    first = drawn(7, seed=3)
    drawn(6, seed=2)  # whatever else was drawn
    again = drawn(7, seed=3)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    for other in (drawn(8, seed=3), drawn(7, seed=4)):
        assert set(other[0].tolist()) != set(first[0].tolist())


def test_compiled_samples_are_the_eager_ones() -> None:
    sampler = CandidateSampler(VOCABULARY, RANKED, 10, 2**62 + 1)
    step = tf.constant(10**12, tf.int64)
    compiled = tf.function(sampler.draw)(step)
    assert all(np.array_equal(one, other) for one, other in zip(compiled, sampler.draw(step), strict=True))


@pytest.mark.slow
def test_words_are_drawn_as_often_as_their_chances_say() -> None:
    """And weighted by the inverse of its chance, each word counts once on average."""
    sampler, steps = tf.function(CandidateSampler(VOCABULARY, RANKED, 10, 0).draw), 3000
    times, chances, weights = np.zeros(VOCABULARY), np.zeros(VOCABULARY), np.zeros(VOCABULARY)
    for step in range(steps):
        ids, log_chance = (np.asarray(x) for x in sampler(tf.constant(step, tf.int64)))
        chance = np.exp(log_chance)
        times[ids] += 1
        chances += chance
        weights[ids] += 1 / chance[ids]
    assert np.allclose(times / steps, chances / steps, atol=0.04)
    assert np.allclose(weights / steps, 1.0, atol=0.25)
    assert weights.sum() / steps == pytest.approx(VOCABULARY, rel=0.01)


def test_chances_are_log_uniform_over_the_rank() -> None:
    """The time is the same for all words, so that -log(1 - chance) stands in the ratio of their weights."""
    _, chance = drawn(0)
    rates = -np.log1p(-chance[RANKED].astype(np.float64))
    weights = np.log((np.arange(40) + 2) / (np.arange(40) + 1))
    assert np.allclose(rates / rates.sum(), weights / weights.sum(), atol=1e-4)
