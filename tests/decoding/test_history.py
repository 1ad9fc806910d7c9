import numpy as np
import pytest

from textgen.decoding.history import history_transform, no_repeat_ngram_size, repetition_penalty
from textgen.decoding.options import DecodingOptions


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
def test_the_last_axis_is_meant_at_every_rank(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(1)
    logits = random.standard_normal((*shape, 6)).astype(np.float32)
    history = random.integers(0, 6, (*shape, 9))
    penalised = repetition_penalty(logits, history, 1.5).reshape(-1, 6)
    barred = no_repeat_ngram_size(logits, history, 2).reshape(-1, 6)
    rows = zip(logits.reshape(-1, 6), history.reshape(-1, 9), penalised, barred, strict=True)
    for row, ids, changed, kept in rows:
        assert np.array_equal(changed, repetition_penalty(row, ids, 1.5))
        assert np.array_equal(kept, no_repeat_ngram_size(row, ids, 2))
    assert np.isneginf(barred).any()


def test_options_build_only_what_is_on() -> None:
    assert history_transform(DecodingOptions(), 8) is None
    both = history_transform(DecodingOptions(repetition_penalty=2.0, no_repeat_ngram_size=1), 3)
    assert both is not None
    assert both(np.ones(5, np.float32), np.array([2, 3, 4])).tolist() == [1.0, 1.0, 1.0, -np.inf, -np.inf]
