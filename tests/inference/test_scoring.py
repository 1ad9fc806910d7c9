import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inference.small import language_model
from textgen.inference.language_model import LaneLayout, Lanes, lay_out, score_ids
from textgen.tokenizers.base import END, PAD, START

runs = st.lists(st.sampled_from([START, 7, 8, 9, 10]), max_size=60)


def targets_scored(laid: Lanes) -> list[int]:
    """The scored targets, lane by lane."""
    return [int(token) for token in laid.targets.T[laid.scored.T > 0]]


def test_two_lanes_by_hand() -> None:
    laid = lay_out(np.array([START, 10, 11, 12, 13]), lanes=2, warm_up=1)
    assert laid.inputs.T.tolist() == [[PAD, START, 10], [10, 11, 12]]
    assert laid.targets.T.tolist() == [[PAD, 10, 11], [11, 12, 13]]
    assert laid.scored.T.tolist() == [[0, 1, 1], [0, 1, 1]]
    assert laid.keep.T.tolist() == [[1, 0, 1], [1, 1, 1]]


@given(ids=runs, lanes=st.integers(1, 12), warm_up=st.integers(0, 20))
def test_every_id_but_start_is_scored_exactly_once_in_order(ids: list[int], lanes: int, warm_up: int) -> None:
    laid = lay_out(np.array(ids, np.uint16), lanes, warm_up)
    assert targets_scored(laid) == [token for token in ids if token != START]
    assert np.array_equal(laid.keep == 0, laid.inputs == START)
    assert {array.shape for array in laid} == {laid.inputs.shape}


@given(ids=runs, lanes=st.integers(1, 12), warm_up=st.integers(0, 20))
def test_what_stands_before_a_target_is_its_input_and_its_warm_up(ids: list[int], lanes: int, warm_up: int) -> None:
    laid = lay_out(np.array(ids, np.uint16), lanes, warm_up)
    run = ids if ids and ids[0] == START else [START, *ids]
    scored = [position for position in range(len(run) - 1) if run[position + 1] != START]
    for lane in range(laid.inputs.shape[1]):
        for time in np.flatnonzero(laid.scored[:, lane]):
            position = scored.pop(0)
            reach = min(position + 1, int(time) + 1)
            before = laid.inputs[time + 1 - reach : time + 1, lane]
            assert before.tolist() == run[position + 1 - reach : position + 1]
            assert reach >= min(position + 1, warm_up + 1) or laid.inputs.shape[1] == 1


@given(length=st.integers(1, 200), lanes=st.integers(1, 8), limit=st.integers(1, 250))
def test_a_limit_scores_about_so_many_from_all_over_the_run(length: int, lanes: int, limit: int) -> None:
    ids = np.arange(7, 7 + length)
    laid = lay_out(ids, lanes, warm_up=3, limit=limit)
    scored = targets_scored(laid)
    assert len(scored) == len(set(scored)) <= limit + lanes
    assert 2 * len(scored) >= min(length, limit)
    if limit >= length:
        assert scored == ids.tolist()


@given(ids=runs, lanes=st.integers(1, 6), size=st.integers(1, 9))
def test_stretches_put_together_are_the_whole(ids: list[int], lanes: int, size: int) -> None:
    run = np.array(ids, np.uint16)
    layout, whole = LaneLayout(run, lanes, warm_up=4), lay_out(run, lanes, warm_up=4)
    parts = [layout.stretch(k, min(k + size, layout.steps)) for k in range(0, layout.steps, size)]
    for number, array in enumerate(whole):
        joined = np.concatenate([np.empty((0, layout.lanes)), *(part[number] for part in parts)])
        assert np.array_equal(joined, array)


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
