"""The paths of a graphics card, on a processor: the op of cuDNN is replaced by its definition."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.models.test_lstm import (
    BATCH,
    NAMES,
    TIME,
    arguments,
    ones,
    our_masked_window,
    real_steps,
    stepwise,
    stock_layer,
    window,
    with_gradients,
)
from textgen.models import lstm
from textgen.models.lstm import lstm_path, rows_of


def defined(
    input: Any, input_h: Any, input_c: Any, params: Any, sequence_lengths: Any, time_major: bool, **settings: Any
) -> tuple[Any, ...]:
    """What NVIDIA's documentation says of cuDNN's LSTM: one layer, gates i, f, g, o, two biases, rows with lengths."""
    assert time_major and settings == {"rnn_mode": "lstm", "is_training": True}
    width, units = input.shape[-1], input_h.shape[-1]
    sizes = [units * width] * 4 + [units * units] * 4 + [units] * 8
    parts = tf.split(params, sizes)
    kernels = [tf.reshape(part, [units, width]) for part in parts[:4]]
    recurrent = [tf.reshape(part, [units, units]) for part in parts[4:8]]
    biases = [one + other for one, other in zip(parts[8:12], parts[12:], strict=True)]
    h, c, outputs = input_h[0], input_c[0], []
    for t in range(input.shape[0]):
        i, f, g, o = (
            tf.matmul(input[t], kernels[k], transpose_b=True) + tf.matmul(h, recurrent[k], transpose_b=True) + biases[k]
            for k in range(4)
        )
        runs = (t < sequence_lengths)[:, None]
        c = tf.where(runs, tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g), c)
        h = tf.where(runs, tf.sigmoid(o) * tf.tanh(c), h)
        outputs.append(tf.where(runs, h, 0.0))
    return tf.stack(outputs), h[None], c[None], None, None


@pytest.fixture
def in_cudnn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows take the path of a graphics card in float32."""
    monkeypatch.setattr(lstm, "lstm_path", lambda dtype: "cudnn")
    monkeypatch.setattr(lstm.tf, "raw_ops", SimpleNamespace(CudnnRNNV3=defined))


def zeroed() -> Any:
    """States are zeroed before, within and at the end of a window, one of them twice."""
    keep = np.ones((TIME, BATCH, 1), np.float32)
    keep[0, 0] = keep[3, 1] = keep[4, 1] = keep[6, 2] = 0.0
    return tf.constant(keep)


def padding() -> Any:
    """Padding at the end, at the beginning and in the middle; one stream has a single token."""
    real = np.ones((TIME, BATCH, 1), np.float32)
    real[1:, 0] = real[:2, 1] = real[3:5, 2] = 0.0
    return tf.constant(real)


def loop(keep: Any, real: Any) -> Any:
    """A window on the path of a processor."""

    def run(*given: Any) -> Any:
        flow = tf.concat([keep, real], axis=-1)
        return lstm._differentiable_window(*given, flow)

    return run


def test_values_and_gradients_are_those_of_the_stock_layer(in_cudnn: None) -> None:
    ours = with_gradients(lambda *given: window(*given, ones()), arguments())
    theirs = with_gradients(stock_layer, arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name


def test_states_zeroed_within_the_window_begin_anew(in_cudnn: None) -> None:
    ours = with_gradients(lambda *given: window(*given, zeroed()), arguments())
    theirs = with_gradients(stepwise(zeroed()), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
    assert np.all(ours["dh"][0] == 0.0) and np.all(ours["dh"][1] != 0.0)


@pytest.mark.parametrize("keep", [ones(), zeroed()])
@pytest.mark.parametrize("real", [padding(), tf.constant(real_steps()), tf.constant(real_steps(True))])
def test_padding_is_what_it_is_on_a_processor(in_cudnn: None, keep: Any, real: Any) -> None:
    ours = with_gradients(lambda *given: window(*given, keep, real), arguments())
    theirs = with_gradients(loop(keep, real), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name


@pytest.mark.slow
def test_a_window_that_xla_compiles_as_a_whole_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm, "lstm_path", lambda dtype: "xla")
    ours = with_gradients(lambda *given: window(*given, zeroed(), padding()), arguments())
    theirs = with_gradients(loop(zeroed(), padding()), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name


def test_a_stream_of_padding_alone_keeps_its_state(in_cudnn: None) -> None:
    x, *weights, h, c = arguments()
    outputs, h_after, c_after = window(x, *weights, h, c, ones(), tf.zeros((TIME, BATCH, 1)))
    assert np.array_equal(outputs, np.repeat(h[None], TIME, axis=0))
    assert np.array_equal(h_after, h) and np.array_equal(c_after, c)


def test_outputs_over_the_padding_are_the_last_ones(in_cudnn: None) -> None:
    outputs, h, _ = (np.asarray(part) for part in our_masked_window(False)(*arguments()))
    assert np.array_equal(outputs[3:, 2], np.repeat(h[2][None], TIME - 3, axis=0))


def test_a_window_is_cut_where_a_state_is_zeroed() -> None:
    keep = np.ones((4, 2), bool)
    keep[0, 0] = keep[2, 0] = False
    real = np.ones((4, 2), bool)
    real[1, 0] = real[3, 1] = False
    rows = rows_of(tf.constant(keep), tf.constant(real))
    assert rows.row.numpy().T.tolist() == [[0, 0, 1, 1], [2, 2, 2, 2]]
    assert rows.done.numpy().T.tolist() == [[1, 1, 1, 2], [1, 2, 3, 3]]
    assert rows.lengths.numpy().tolist() == [1, 2, 3]
    assert rows.stream.numpy().tolist() == [0, 0, 1]
    assert rows.is_first.numpy().tolist() == [True, False, True]


def test_a_graph_serves_windows_that_are_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[Any]()

    def op(input: Any, input_h: Any, sequence_lengths: Any, **settings: Any) -> tuple[Any, ...]:
        seen.append((input.shape[-1], input_h.shape[-1]))
        outputs = tf.zeros([tf.shape(input)[0], tf.shape(input)[1], input_h.shape[-1]])
        return outputs, input_h, input_h, None, None

    monkeypatch.setattr(lstm, "lstm_path", lambda dtype: "cudnn")
    monkeypatch.setattr(lstm.tf, "raw_ops", SimpleNamespace(CudnnRNNV3=op))
    compiled = tf.function(window, autograph=False)
    for keep in (ones(), zeroed()):
        outputs, h, c = compiled(*arguments(), keep)
        assert outputs.shape == (TIME, BATCH, 4) and h.shape == c.shape == (BATCH, 4)
    assert seen == [(5, 4)]  # traced once


def test_the_path_depends_on_card_and_dtype(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lstm_path(tf.float32) == lstm_path(tf.bfloat16) == "loop"
    monkeypatch.setattr(lstm, "has_graphics_card", lambda: True)
    assert (lstm_path(tf.float32), lstm_path(tf.bfloat16)) == ("cudnn", "xla")
