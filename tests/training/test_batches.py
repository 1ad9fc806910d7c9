"""Training batches: everything is read, in an order that depends on the step alone."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.id_store import IdStoreWriter
from textgen.errors import TrainingError
from textgen.tokenizers.base import END, LINE_END, PAD, SCENE, START, TURN
from textgen.training.batches import PairBatch, Pairs, PairStore, Windows, by_length, ends_path, gather

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


@given(length=lengths, shape=shapes, epoch=st.integers(0, 3))
def test_an_epoch_reads_every_position_at_most_once(length: int, shape: tuple[int, int], epoch: int) -> None:
    windows = Windows(ring(length), *shape, reset=0.0, seed=3)
    steps = range(epoch * windows.steps_per_epoch, (epoch + 1) * windows.steps_per_epoch)
    read = np.concatenate([windows.batch(step).inputs.ravel() for step in steps])
    assert len(np.unique(read)) == len(read)
    assert len(read) == windows.steps_per_epoch * windows.batch(0).tokens
    left = length - len(read)
    assert left <= windows.streams * (windows.window - 1) + windows.streams - 1


SCRIPT = {  # one document by what its pages may begin with: scenes with and without heading, lines, one endless line
    "scenes": [START, *[SCENE, 20, LINE_END, 21, 22, LINE_END, SCENE, LINE_END, 23, 24, LINE_END] * 60, END],
    "lines": [START, *[21, 22, LINE_END] * 200, END],
    "tokens": [START, *[21, 22, 23] * 200, END],
}


@pytest.mark.parametrize(("kind", "firsts"), [("scenes", {SCENE, 23}), ("lines", {21}), ("tokens", {21, 22, 23})])
def test_a_stream_that_begins_anew_reads_start_in_an_empty_state_where_a_page_could_begin(
    kind: str, firsts: set[int]
) -> None:
    ids, found = np.array(SCRIPT[kind], np.uint16), set[int]()
    anew, as_ever = (Windows(ids, 3, 20, reset=0.0, seed=1, beginnings=share) for share in (0.5, 0.0))
    begun = windows = 0
    for step in range(1, anew.steps_per_epoch):
        (inputs, targets, keep), before = anew.batch(step), as_ever.batch(step)
        assert np.array_equal(targets, before.targets)
        changed = inputs != before.inputs
        assert (inputs[changed] == START).all() and (keep[changed] == 0).all()
        assert (changed.sum(axis=0) <= 1).all()
        assert np.array_equal(keep[~changed], before.keep[~changed])
        found |= set(targets[changed].tolist())
        begun, windows = begun + int(changed.sum()), windows + changed.shape[1]
    assert found == firsts
    assert 0.25 < begun / windows < 0.75


def test_an_epoch_of_a_usual_corpus_reads_nearly_everything() -> None:
    windows = Windows(np.full(100_000, 10, np.uint16), 16, 64, 0.0, 0)
    assert windows.steps_per_epoch * windows.batch(0).tokens > 0.98 * 100_000


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


VOCABULARY = 60_000
FIRST = 300
"""Ids from here on tell which exchange they belong to."""

Exchange = tuple[list[int], list[int]]


def stored(folder: Path, exchanges: list[Exchange]) -> PairStore:
    path = folder / "pairs.npy"
    with IdStoreWriter(path, VOCABULARY) as ids, IdStoreWriter(ends_path(path), 1 << 32) as ends:
        for exchange in exchanges:
            for part in exchange:
                ids.append(part)
                ends.append([ids.length])
    return PairStore(path)


@pytest.mark.parametrize("ends", [[2, 1, 4, 5], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 6], []])
def test_ends_that_do_not_belong_to_the_ids_are_refused(tmp_path: Path, ends: list[int]) -> None:
    stored(tmp_path, [([7, 7], [7]), ([7], [7])])
    np.save(tmp_path / "pairs_ends.npy", np.array(ends, np.uint32))
    with pytest.raises(TrainingError, match=r"pairs_ends\.npy does not say where the 5 ids of pairs\.npy end: copy"):
        PairStore(tmp_path / "pairs.npy")


def numbered(count: int, seed: int = 0) -> list[Exchange]:
    """Exchanges whose first words are their numbers, of lengths as in chat: many short ones and few long ones."""
    random = np.random.default_rng(seed)
    lengths = np.minimum(random.geometric(1 / 12, (count, 2)), 60)
    return [
        ([START, FIRST + k, *[9] * int(context), TURN], [START, FIRST + k, *[8] * int(reply), END])
        for k, (context, reply) in enumerate(lengths)
    ]


def numbers(batch: PairBatch) -> list[int]:
    return [int(number) - FIRST for number in batch.inputs[1]]


ids = st.lists(st.integers(1, VOCABULARY - 1), min_size=1, max_size=20)


@given(st.lists(st.tuples(ids, ids), max_size=10))
def test_exchanges_come_back_from_disk(exchanges: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = stored(Path(folder), exchanges)
        assert len(store) == len(exchanges)
        assert [(store.context(k).tolist(), store.reply(k).tolist()) for k in range(len(store))] == exchanges
        assert store.lengths.tolist() == [[len(context), len(reply)] for context, reply in exchanges]


def test_the_ends_lie_beside_the_ids() -> None:
    assert ends_path(Path("a/training.npy")) == Path("a/training_ends.npy")


def test_a_batch_by_hand(tmp_path: Path) -> None:
    store = stored(tmp_path, [([START, 9, TURN], [START, 21, 22, END]), ([START, 10, TURN], [START, END])])
    batch = gather(store, [1, 0], np.array([True, False]))
    assert batch.contexts.tolist() == [[START, START], [PAD, 9], [PAD, TURN]]
    assert batch.real.tolist() == [[1, 1], [0, 1], [0, 1]]
    assert batch.inputs.tolist() == [[START, START], [END, 21], [PAD, 22]]
    assert batch.targets.tolist() == [[END, 21], [PAD, 22], [PAD, END]]
    assert batch.scored.tolist() == [[1, 1], [0, 1], [0, 1]]
    assert batch.tokens == 4
    assert [part.dtype for part in batch] == [np.int32, np.float32, np.int32, np.int32, np.float32]


@given(count=st.integers(1, 60), size=st.integers(1, 20), epoch=st.integers(0, 2), seed=st.integers(0, 5))
def test_an_epoch_has_every_exchange_once_but_for_those_that_fill_the_last_batch(
    count: int, size: int, epoch: int, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pairs = Pairs(stored(Path(folder), numbered(count)), size, 0.0, seed)
        assert pairs.batch_size == min(size, count)
        steps = range(epoch * pairs.steps_per_epoch, (epoch + 1) * pairs.steps_per_epoch)
        batches = [numbers(pairs.batch(step)) for step in steps]
    assert {len(batch) for batch in batches} == {pairs.batch_size}
    times = np.bincount(np.concatenate(batches), minlength=count)
    assert len(times) == count
    assert set(times) <= {1, 2}
    assert int((times == 2).sum()) == -count % pairs.batch_size


def test_exchanges_keep_their_contexts_and_replies(tmp_path: Path) -> None:
    exchanges = numbered(50)
    pairs = Pairs(stored(tmp_path, exchanges), 8, 0.0, seed=1)
    for step in range(pairs.steps_per_epoch):
        batch = pairs.batch(step)
        for row, number in enumerate(numbers(batch)):
            context, reply = exchanges[number]
            assert batch.contexts[batch.real[:, row] > 0, row].tolist() == context
            scored = batch.scored[:, row] > 0
            assert batch.inputs[scored, row].tolist() == reply[:-1]
            assert batch.targets[scored, row].tolist() == reply[1:]


def test_a_batch_is_a_function_of_step_and_progress(tmp_path: Path) -> None:
    store = stored(tmp_path, numbered(100))
    forwards, backwards = (Pairs(store, 8, 0.3, seed=1) for _ in range(2))
    ours = [forwards.batch(step, step / 40) for step in range(40)]
    theirs = [backwards.batch(step, step / 40) for step in reversed(range(40))][::-1]
    for one, other in zip(ours, theirs, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_each_epoch_and_each_seed_has_an_order_of_its_own(tmp_path: Path) -> None:
    store = stored(tmp_path, numbered(100))
    pairs, other = Pairs(store, 8, 0.0, seed=1), Pairs(store, 8, 0.0, seed=2)
    first, second = pairs.batch(0), pairs.batch(pairs.steps_per_epoch)
    assert numbers(first) != numbers(second)
    assert numbers(first) != numbers(other.batch(0))


def padding(batches: list[PairBatch]) -> tuple[float, float]:
    """The share of padding among context positions and among targets."""
    real, scored = (np.concatenate([getattr(b, name).ravel() for b in batches]) for name in ("real", "scored"))
    return 1 - float(real.mean()), 1 - float(scored.mean())


def test_neighbours_are_of_like_length(tmp_path: Path) -> None:
    store = stored(tmp_path, numbered(4096))
    pairs = Pairs(store, 32, 0.0, seed=0)
    contexts, replies = padding([pairs.batch(step) for step in range(pairs.steps_per_epoch)])
    order = np.random.default_rng(0).permutation(4096).reshape(-1, 32)
    blind = padding([gather(store, row, np.zeros(32, bool)) for row in order])
    assert min(blind) > 0.6
    assert replies < 0.15
    assert contexts < 0.4


def test_by_length_puts_replies_first_and_contexts_second() -> None:
    lengths = np.array([[9, 30], [2, 5], [50, 6], [1, 40], [30, 4]])
    assert by_length(np.arange(5), lengths).tolist() == [1, 4, 2, 0, 3]
    assert by_length(np.array([3, 2]), lengths).tolist() == [2, 3]


def hidden_contexts(pairs: Pairs, exchanges: list[Exchange], step: int, progress: float) -> bool:
    """Whether a batch has no contexts; it has all of them or none."""
    batch = pairs.batch(step, progress)
    contexts = [batch.contexts[batch.real[:, row] > 0, row].tolist() for row in range(pairs.batch_size)]
    assert not batch.contexts[batch.real == 0].any()
    whole = [exchanges[number][0] for number in numbers(batch)]
    assert contexts in (whole, [[START]] * pairs.batch_size)
    return contexts != whole


@pytest.mark.parametrize(
    ("share", "progress", "expected"),
    [
        (0.0, 0.0, 0.0),
        (0.0, 1.0, 0.0),
        (0.1, 1.0, 0.1),
        (0.1, 0.5, 0.1),
        (0.1, 0.25, 0.4),
        (0.1, 0.0, 0.8),
        (0.9, 0.0, 0.9),
    ],
)
def test_so_many_batches_have_no_contexts(tmp_path: Path, share: float, progress: float, expected: float) -> None:
    exchanges = numbered(400)
    pairs = Pairs(stored(tmp_path, exchanges), 4, share, seed=0, empty_at_first=0.8 if share else 0.0)
    hidden = [hidden_contexts(pairs, exchanges, step, progress) for step in range(2000)]
    assert np.mean(hidden) == pytest.approx(expected, abs=0.03)


def test_what_is_hidden_changes_from_epoch_to_epoch(tmp_path: Path) -> None:
    exchanges = numbered(64)
    pairs = Pairs(stored(tmp_path, exchanges), 4, 0.5, seed=0)
    seen: dict[int, set[bool]] = {}
    for step in range(10 * pairs.steps_per_epoch):
        hidden = hidden_contexts(pairs, exchanges, step, 1.0)
        for number in numbers(pairs.batch(step, 1.0)):
            seen.setdefault(number, set()).add(hidden)
    assert sum(len(both) == 2 for both in seen.values()) > 55  # of 64; a coin rarely falls alike ten times
