import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.inference.lanes import Lanes, Layout, lay_out
from textgen.tokenizers.special import PAD, START

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


@settings(max_examples=200, deadline=None)
@given(ids=runs, lanes=st.integers(1, 12), warm_up=st.integers(0, 20))
def test_every_id_but_start_is_scored_exactly_once_in_order(ids: list[int], lanes: int, warm_up: int) -> None:
    laid = lay_out(np.array(ids, np.uint16), lanes, warm_up)
    assert targets_scored(laid) == [token for token in ids if token != START]
    assert np.array_equal(laid.keep == 0, laid.inputs == START)
    assert {array.shape for array in laid} == {laid.inputs.shape}


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=100, deadline=None)
@given(length=st.integers(1, 200), lanes=st.integers(1, 8), limit=st.integers(1, 250))
def test_a_limit_scores_about_so_many_from_all_over_the_run(length: int, lanes: int, limit: int) -> None:
    ids = np.arange(7, 7 + length)
    laid = lay_out(ids, lanes, warm_up=3, limit=limit)
    scored = targets_scored(laid)
    assert len(scored) == len(set(scored)) <= limit + lanes
    assert 2 * len(scored) >= min(length, limit)
    if limit >= length:
        assert scored == ids.tolist()


@settings(max_examples=50, deadline=None)
@given(ids=runs, lanes=st.integers(1, 6), size=st.integers(1, 9))
def test_stretches_put_together_are_the_whole(ids: list[int], lanes: int, size: int) -> None:
    run = np.array(ids, np.uint16)
    layout, whole = Layout(run, lanes, warm_up=4), lay_out(run, lanes, warm_up=4)
    parts = [layout.stretch(k, min(k + size, layout.steps)) for k in range(0, layout.steps, size)]
    for number, array in enumerate(whole):
        joined = np.concatenate([np.empty((0, layout.lanes)), *(part[number] for part in parts)])
        assert np.array_equal(joined, array)
