import numpy as np
import pytest

from textgen.inference.recurrent import LSTM, advance, for_cell


def test_a_cell_by_hand() -> None:
    gates = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 100.0, 1.0, -100.0]], np.float32)  # i, f, g, o
    c = np.array([[2.0], [3.0]], np.float32)
    h, after = advance(for_cell(gates), c)
    # Row 0: i = f = o = 1/2 and g = 0, so c = 2/2 and h = tanh(1)/2. Row 1: i = 1/2, f = 1, g = tanh(1), o = 0.
    assert after[:, 0] == pytest.approx([1.0, 3.0 + 0.5 * np.tanh(1.0)], abs=1e-6)
    assert h[:, 0] == pytest.approx([0.5 * np.tanh(1.0), 0.0], abs=1e-6)
    assert c[:, 0].tolist() == [2.0, 3.0]


def test_a_cell_never_overflows() -> None:
    gates = np.array([[1e4, -1e4, 1e4, 1e4], [-1e4, 1e4, -1e4, -1e4]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        h, c = advance(for_cell(gates), np.array([[5.0], [5.0]], np.float32))
    assert c[:, 0] == pytest.approx([1.0, 5.0], abs=1e-6)  # all of the candidate and none of before; the reverse
    assert h[:, 0] == pytest.approx([np.tanh(1.0), 0.0], abs=1e-6)


def layer(inputs: int = 3, units: int = 5) -> LSTM:
    random = np.random.default_rng(1)
    shapes = (inputs, 4 * units), (units, 4 * units), (4 * units,)
    return LSTM(*(random.normal(size=shape).astype(np.float32) for shape in shapes))


def test_the_gates_read_input_and_state_through_their_own_columns() -> None:
    kernel = np.array([[0.0, 0.0, 1.0, 0.0]], np.float32)  # the input is the candidate
    recurrent = np.array([[0.0, 0.0, 0.0, 1.0]], np.float32)  # the state opens the output gate
    bias = np.array([100.0, -100.0, 0.0, 0.0], np.float32)  # take everything in, forget everything
    h, c = LSTM(kernel, recurrent, bias).step(*(np.array([[v]], np.float32) for v in (0.5, 2.0, 7.0)))
    assert c[0, 0] == pytest.approx(np.tanh(0.5), abs=1e-6)
    assert h[0, 0] == pytest.approx(np.tanh(np.tanh(0.5)) / (1 + np.exp(-2.0)), abs=1e-6)


def test_a_projected_step_is_a_step() -> None:
    random, lstm = np.random.default_rng(2), layer()
    x, h, c = (random.normal(size=(4, n)).astype(np.float32) for n in (3, 5, 5))
    for ours, theirs in zip(lstm.step(x, h, c), lstm.step_projected(lstm.project(x), h, c), strict=True):
        assert np.allclose(ours, theirs, atol=1e-6)


def test_a_window_is_its_steps_with_the_state_zeroed_where_keep_is_0() -> None:
    random, lstm = np.random.default_rng(3), layer()
    x = random.normal(size=(6, 2, 3)).astype(np.float32)
    first, state = (random.normal(size=(2, 5)).astype(np.float32) for _ in range(2))
    keep = np.ones((6, 2), np.float32)
    keep[0, 1] = keep[3, 0] = 0.0
    outputs, last_h, last_c = lstm.window(x, first, state, keep=keep)
    h, c = first.copy(), state.copy()
    for t in range(6):
        h[keep[t] == 0], c[keep[t] == 0] = 0.0, 0.0
        h, c = lstm.step(x[t], h, c)
        assert np.allclose(outputs[t], h, atol=1e-5)
    assert np.allclose(last_h, h, atol=1e-5)
    assert np.allclose(last_c, c, atol=1e-5)


def test_padding_leaves_the_state_as_it_is() -> None:
    random, lstm = np.random.default_rng(4), layer()
    x = random.normal(size=(6, 3, 3)).astype(np.float32)
    first, state = (random.normal(size=(3, 5)).astype(np.float32) for _ in range(2))
    mask = np.arange(6)[:, None] < np.array([6, 1, 4])
    mask[2, 2] = False  # a hole
    outputs, last_h, last_c = lstm.window(x, first, state, mask=mask)
    for row in range(3):
        real = np.flatnonzero(mask[:, row])
        alone, h, c = lstm.window(x[real, row : row + 1], first[row : row + 1], state[row : row + 1])
        assert np.allclose(outputs[real, row], alone[:, 0], atol=1e-6)
        assert np.allclose(last_h[row], h[0], atol=1e-6)
        assert np.allclose(last_c[row], c[0], atol=1e-6)
    assert np.array_equal(outputs[2, 2], outputs[1, 2])
