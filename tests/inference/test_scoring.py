import itertools

import numpy as np
import pytest

from tests.inference.small import language_model
from textgen.inference.scoring import score_ids
from textgen.tokenizers.special import END, START


def documents(*lengths: int) -> np.ndarray:
    random = np.random.default_rng(4)
    parts = [[START, *random.integers(7, 280, length), END] for length in lengths]
    return np.concatenate(parts).astype(np.uint16)


def by_hand(ids: np.ndarray) -> tuple[float, int]:
    model = language_model()
    nats, count, state = 0.0, 0, model.initial_state()
    for token, following in itertools.pairwise(ids):
        if token == START:
            state = model.initial_state()
        logits, state = model.step(np.array([token]), state)
        if following != START:
            wide = logits[0].astype(np.float64)
            nats += np.log(np.exp(wide).sum()) - wide[following]
            count += 1
    return nats, count


@pytest.mark.parametrize("lengths", [(5,), (1, 90, 3), (200,)])
def test_one_lane_is_the_sum_by_hand(lengths: tuple[int, ...]) -> None:
    ids = documents(*lengths)
    nats, count = score_ids(language_model(), ids, lanes=1)
    expected, tokens = by_hand(ids)
    assert (nats, count) == (pytest.approx(expected, rel=1e-5), tokens)
    assert tokens == sum(lengths) + len(lengths)


def test_many_lanes_come_close_to_one() -> None:
    ids = documents(700, 40, 900)
    exact, count = score_ids(language_model(), ids, lanes=1)
    for lanes in (2, 7, 32):
        nats, scored = score_ids(language_model(), ids, lanes=lanes)
        assert scored == count
        assert nats == pytest.approx(exact, rel=1e-4)


def test_nothing_costs_nothing() -> None:
    assert score_ids(language_model(), np.array([], np.uint16)) == (0.0, 0)
