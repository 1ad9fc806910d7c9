import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.tokenizers.special import START
from textgen.training.windows import Windows

lengths = st.integers(2, 400)
shapes = st.tuples(st.integers(1, 9), st.integers(1, 20))  # streams, window


def ring(length: int) -> np.ndarray:
    """Ids that tell their own position, none of them START."""
    return np.arange(10, 10 + length, dtype=np.uint16)


def test_a_batch_is_a_function_of_the_step_alone() -> None:
    ids = ring(300)
    forwards, backwards = Windows(ids, 4, 8, 0.3, seed=1), Windows(ids, 4, 8, 0.3, seed=1)
    ours = [forwards.batch(step) for step in range(30)]
    theirs = [backwards.batch(step) for step in reversed(range(30))][::-1]
    for one, other in zip(ours, theirs, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_another_seed_reads_from_another_place() -> None:
    one, other = (Windows(ring(300), 4, 8, 0.0, seed).batch(0).inputs for seed in (1, 2))
    assert not np.array_equal(one, other)


@settings(max_examples=100, deadline=None)
@given(length=lengths, shape=shapes, epoch=st.integers(0, 3))
def test_an_epoch_reads_every_position_at_most_once(length: int, shape: tuple[int, int], epoch: int) -> None:
    windows = Windows(ring(length), *shape, reset=0.0, seed=3)
    steps = range(epoch * windows.steps_per_epoch, (epoch + 1) * windows.steps_per_epoch)
    read = np.concatenate([windows.batch(step).inputs.ravel() for step in steps])
    assert len(np.unique(read)) == len(read)
    assert len(read) == windows.steps_per_epoch * windows.batch(0).tokens
    left = length - len(read)
    assert left <= windows.streams * (windows.window - 1) + windows.streams - 1


def test_an_epoch_of_a_usual_corpus_reads_nearly_everything() -> None:
    windows = Windows(np.full(100_000, 10, np.uint16), 16, 64, 0.0, 0)
    assert windows.steps_per_epoch * windows.batch(0).tokens > 0.98 * 100_000


@settings(max_examples=100, deadline=None)
@given(length=lengths, shape=shapes, step=st.integers(0, 50))
def test_targets_are_the_ids_that_follow_the_inputs_round_the_ring(
    length: int, shape: tuple[int, int], step: int
) -> None:
    inputs, targets, keep = Windows(ring(length), *shape, reset=0.0, seed=3).batch(step)
    assert inputs.shape == targets.shape == keep.shape
    assert inputs.dtype == targets.dtype == np.int32
    assert np.array_equal((inputs - 10 + 1) % length, targets - 10)
    assert np.array_equal(inputs[1:], targets[:-1])


def test_streams_go_on_where_they_stopped() -> None:
    windows = Windows(ring(300), 4, 8, 0.0, seed=1)
    for step in range(windows.steps_per_epoch - 1):
        assert np.array_equal(windows.batch(step).targets[-1], windows.batch(step + 1).inputs[0])


def test_the_state_is_kept_but_at_document_starts_and_where_an_epoch_begins() -> None:
    ids = ring(300)
    ids[[17, 18, 130, 299]] = START
    windows = Windows(ids, 4, 8, 0.0, seed=1)
    for step in range(2 * windows.steps_per_epoch):
        inputs, _, keep = windows.batch(step)
        expected = (inputs != START).astype(np.float32)
        if step % windows.steps_per_epoch == 0:
            expected[0] = 0.0
        assert np.array_equal(keep, expected)


def test_resets_come_at_window_boundaries_as_often_as_asked() -> None:
    windows = Windows(ring(60_000), 32, 4, reset=0.2, seed=1)
    keeps = [windows.batch(step).keep for step in range(1, 400)]
    assert np.mean([keep[0] == 0.0 for keep in keeps]) == pytest.approx(0.2, abs=0.02)
    assert all(keep[1:].all() for keep in keeps)
    first, second = (windows.batch(step).keep[0] for step in (5, 5 + windows.steps_per_epoch))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("length", [1, 2, 3, 10, 63])
def test_a_tiny_corpus_gives_fewer_streams_and_shorter_windows(length: int) -> None:
    windows = Windows(ring(length), 64, 128, 0.02, 0)
    assert 1 <= windows.batch(0).tokens <= length
    for step in range(5):
        inputs, targets, _ = windows.batch(step)
        assert inputs.shape == (windows.window, windows.streams)
        assert set(inputs.ravel()) | set(targets.ravel()) <= set(ring(length).tolist())
