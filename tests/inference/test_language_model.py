import numpy as np
import pytest

from tests.inference.small import config, language_model, random_weights
from textgen.errors import ModelError
from textgen.inference import language_model as module
from textgen.inference.language_model import (
    LanguageModel,
    target_log_probabilities,
)
from textgen.inference.weights import check_weights, weight_shapes
from textgen.tokenizers.base import START

KINDS = [(False, 1), (False, 3), (True, 1), (True, 2)]


def some_ids(time: int, batch: int, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 280, (time, batch))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    wide = logits.astype(np.float64)
    return wide - np.log(np.exp(wide).sum(axis=-1, keepdims=True))


def test_target_log_probabilities_by_hand() -> None:
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]], np.float32)) + np.float32(7)
    found = target_log_probabilities(logits, np.array([1, 2]))
    assert found == pytest.approx(np.log([0.25, 0.8]), abs=1e-5)
    far = np.array([[1000.0, 0.0]], np.float32)
    assert target_log_probabilities(far, np.array([1])) == pytest.approx([-1000.0])


@pytest.mark.parametrize(("tied", "layers"), KINDS)
def test_steps_over_a_sequence_are_the_scoring_pass(tied: bool, layers: int) -> None:
    model = language_model(tied=tied, layers=layers)
    ids, targets = some_ids(20, 3), some_ids(20, 3, seed=6)
    keep = np.ones(ids.shape, np.float32)
    keep[7, 1] = keep[0, 2] = 0.0
    scores, last = model.score(ids, targets, keep, model.initial_state(3))
    state = model.initial_state(3)
    for t in range(20):
        state = tuple(part * keep[t][:, None] for part in state)
        logits, state = model.step(ids[t], state)
        expected = log_softmax(logits)[np.arange(3), targets[t]]
        assert np.allclose(scores[t], expected, atol=1e-4), t
    for ours, theirs in zip(last, state, strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_logits_by_hand_from_the_last_layer(tied: bool) -> None:
    chosen = config(tied=tied, layers=1)
    weights = random_weights(chosen)
    model = LanguageModel(chosen, weights)
    logits, (h, _) = model.step(np.array([9, 10]), model.initial_state(2))
    expected = h @ weights["output/kernel"]
    if tied:
        expected = expected @ weights["embedding"].T
    assert np.allclose(logits, expected + weights["output/bias"], atol=1e-5)


def test_a_step_leaves_the_state_it_was_given_alone() -> None:
    model = language_model()
    _, state = model.step(np.array([3]), model.initial_state())
    before = [part.copy() for part in state]
    model.step(np.array([4]), state)
    model.score(some_ids(3, 1), some_ids(3, 1), np.zeros((3, 1), np.float32), state)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(state, before, strict=True))


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    model = language_model()
    together, _ = model.step(np.array([3, 4, 5]), model.initial_state(3))
    for row, token in enumerate((3, 4, 5)):
        alone, _ = model.step(np.array([token]), model.initial_state())
        assert np.allclose(together[row], alone[0], atol=1e-5)


def test_read_is_steps_without_logits() -> None:
    model = language_model()
    ids = some_ids(9, 2)
    state = model.initial_state(2)
    for row in ids:
        _, state = model.step(row, state)
    for ours, theirs in zip(model.read(ids, model.initial_state(2)), state, strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)


def test_reading_nothing_changes_nothing() -> None:
    model = language_model()
    _, state = model.step(np.array([3]), model.initial_state())
    assert model.read(np.empty((0, 1), np.intp), state) is state


def test_scoring_in_slices_gives_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    model = language_model()
    ids, keep = some_ids(11, 2), np.ones((11, 2), np.float32)
    whole, _ = model.score(ids, ids, keep, model.initial_state(2))
    monkeypatch.setattr(module, "_LOGITS_BYTES", 4 * 280 * 5)  # five rows at a time
    sliced, _ = model.score(ids, ids, keep, model.initial_state(2))
    assert np.allclose(whole, sliced, atol=1e-5)


def test_a_vocabulary_too_large_for_the_table_gives_the_same_logits(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = config()
    with_table = LanguageModel(chosen, random_weights(chosen))
    monkeypatch.setattr(module, "_TABLE_BYTES", 0)
    without = LanguageModel(chosen, random_weights(chosen))
    (ours, _), (theirs, _) = (m.step(np.array([7]), m.initial_state()) for m in (with_table, without))
    assert (with_table._table is None, without._table is None) == (False, True)
    assert np.allclose(ours, theirs, atol=1e-5)


def test_float16_weights_are_widened() -> None:
    chosen = config()
    low = {name: array.astype(np.float16) for name, array in random_weights(chosen).items()}
    model = LanguageModel(chosen, low)
    wide = LanguageModel(chosen, {name: array.astype(np.float32) for name, array in low.items()})
    (ours, state), (theirs, _) = (m.step(np.array([7]), m.initial_state()) for m in (model, wide))
    assert ours.dtype == state[0].dtype == np.float32
    assert np.array_equal(ours, theirs)


def test_weight_shapes_of_a_tied_model() -> None:
    assert weight_shapes(config(tied=True, layers=2)) == {
        "embedding": (280, 12),
        "lstm_0/kernel": (12, 64),
        "lstm_0/recurrent_kernel": (16, 64),
        "lstm_0/bias": (64,),
        "lstm_1/kernel": (16, 64),
        "lstm_1/recurrent_kernel": (16, 64),
        "lstm_1/bias": (64,),
        "output/kernel": (16, 12),
        "output/bias": (280,),
    }


def test_check_weights_names_the_array() -> None:
    chosen = config()
    good = random_weights(chosen)
    check_weights(chosen, good)
    for change, sentence in [
        ({"lstm_0/bias": np.zeros(3)}, r"lstm_0/bias has shape \(3,\), but the architecture needs \(64,\)"),
        ({"output/bias": np.full(280, np.nan, np.float32)}, "output/bias holds numbers that are not finite"),
        ({"output/bias": np.zeros(280)}, "output/bias holds float64, but an array of weights holds float32 or float16"),
        ({"lstm_2/bias": np.zeros(64)}, r"hold \['lstm_2/bias'\]"),
    ]:
        with pytest.raises(ModelError, match=sentence):
            check_weights(chosen, {**good, **change})
    with pytest.raises(ModelError, match=r"lack \['embedding'\]"):
        check_weights(chosen, {name: array for name, array in good.items() if name != "embedding"})


@pytest.mark.parametrize(("tied", "layers"), KINDS)
def test_a_trace_holds_every_state_and_begins_anew_at_each_start(tied: bool, layers: int) -> None:
    model = language_model(tied=tied, layers=layers)
    ids = np.array([START, 9, 8, 7, START, 9, 8])
    trace = model.trace(ids)
    assert all(np.array_equal(array[:3], array[4:]) for array in trace)
    state = model.initial_state()
    for place, token in enumerate(ids[:4]):
        logits, state = model.step(np.array([token]), state)
        assert all(np.array_equal(array[place], row[0]) for array, row in zip(trace, state, strict=True))
        assert model.logits(model.outputs(trace)[place]) == pytest.approx(logits[0], abs=1e-6)
    assert np.array_equal(model.cells(trace)[3], np.concatenate(state[1::2]))
    assert np.array_equal(model.hidden(trace)[3], np.concatenate(state[::2]))
