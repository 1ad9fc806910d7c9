"""Our pass over a window against the stock layers of Keras: values and all gradients."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from textgen.models.fused import lstm_window

TIME, BATCH, INPUTS, UNITS = 7, 3, 5, 4
NAMES = ("outputs", "h", "c", "dx", "dkernel", "drecurrent", "dbias", "dh", "dc")


def arguments(seed: int = 0) -> list[Any]:
    """x, kernel, recurrent kernel, bias, h, c."""
    random = np.random.default_rng(seed)
    shapes = [(TIME, BATCH, INPUTS), (INPUTS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)]
    shapes += [(BATCH, UNITS), (BATCH, UNITS)]
    return [tf.constant(random.normal(0, 0.7, shape), tf.float32) for shape in shapes]


def with_gradients(function: Any, given: list[Any], skip: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Outputs and last state, and the gradients of a weighted sum of them, by name."""
    random = np.random.default_rng(9)
    with tf.GradientTape() as tape:
        tape.watch(given)
        results = [tf.cast(result, tf.float32) for result in function(*given)]
        used = [result for name, result in zip(NAMES, results, strict=False) if name not in skip]
        loss = tf.add_n([tf.reduce_sum(result * random.normal(size=result.shape)) for result in used])
    gradients = tape.gradient(loss, given)
    return {name: np.asarray(value) for name, value in zip(NAMES, [*results, *gradients], strict=True)}


def ones() -> Any:
    return tf.ones((TIME, BATCH, 1))


def stock_layer(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any) -> list[Any]:
    """Keras's layer as a function of its weights."""
    layer = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    layer.build((BATCH, TIME, INPUTS))
    variables = layer.trainable_variables
    batch_first = tf.transpose(x, [1, 0, 2])
    (outputs, *state), _ = layer.stateless_call(
        [kernel, recurrent, bias], list(layer.non_trainable_variables), batch_first, initial_state=[h, c]
    )
    assert [tuple(v.shape) for v in variables] == [tuple(w.shape) for w in (kernel, recurrent, bias)]
    return [tf.transpose(outputs, [1, 0, 2]), *state]


def stepwise(keep: Any) -> Any:
    """An LSTM step by step, with the state zeroed by hand; gradients by TensorFlow."""

    def run(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any) -> list[Any]:
        outputs = []
        for t in range(x.shape[0]):
            h, c = h * keep[t], c * keep[t]
            i, f, g, o = tf.split(tf.matmul(x[t], kernel) + tf.matmul(h, recurrent) + bias, 4, axis=-1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            outputs.append(h)
        return [tf.stack(outputs), h, c]

    return run


@pytest.mark.parametrize("skip", [(), ("outputs",), ("h", "c"), ("outputs", "h")])
def test_values_and_gradients_are_those_of_the_stock_layer(skip: tuple[str, ...]) -> None:
    ours = with_gradients(lambda *given: lstm_window(*given, ones()), arguments(), skip)
    theirs = with_gradients(stock_layer, arguments(), skip)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
        assert np.any(ours[name]), name


def test_keep_is_zeroing_by_hand() -> None:
    keep = np.ones((TIME, BATCH, 1), np.float32)
    keep[0, 0] = keep[3, 1] = keep[4, 1] = keep[6, 2] = 0.0
    ours = with_gradients(lambda *given: lstm_window(*given, tf.constant(keep)), arguments())
    theirs = with_gradients(stepwise(keep), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
    assert np.all(ours["dh"][0] == 0.0)
    assert np.all(ours["dh"][1] != 0.0)


def test_a_window_of_one_step() -> None:
    given = arguments()
    given[0] = given[0][:1]
    keep = np.array([1.0, 0.0, 1.0], np.float32).reshape(1, BATCH, 1)
    ours = with_gradients(lambda *given: lstm_window(*given, tf.constant(keep)), given)
    theirs = with_gradients(stepwise(keep), given)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name


def test_two_windows_are_one_long_one() -> None:
    x, *rest = arguments()
    whole = lstm_window(x, *rest, ones())
    first = lstm_window(x[:4], *rest, ones()[:4])
    second = lstm_window(x[4:], *rest[:3], first[1], first[2], ones()[4:])
    assert np.allclose(whole[0], tf.concat([first[0], second[0]], axis=0), atol=1e-6)
    assert np.allclose(whole[1], second[1], atol=1e-6)
    assert np.allclose(whole[2], second[2], atol=1e-6)


def test_bfloat16_stays_near_float32() -> None:
    def low(x: Any, *rest: Any) -> Any:
        return lstm_window(tf.cast(x, tf.bfloat16), *rest, ones())

    outputs, h, c = low(*arguments())
    assert (outputs.dtype, h.dtype, c.dtype) == (tf.bfloat16, tf.float32, tf.float32)
    ours = with_gradients(low, arguments())
    theirs = with_gradients(lambda *given: lstm_window(*given, ones()), arguments())
    for name in NAMES:
        scale = np.abs(theirs[name]).max()
        assert np.abs(ours[name] - theirs[name]).max() < 0.06 * scale, name
        assert np.abs(ours[name] - theirs[name]).max() > 0.0, name


@pytest.mark.parametrize("jit", [False, True])
def test_compiled_is_eager(jit: bool) -> None:
    function = tf.function(lambda *given: lstm_window(*given, ones()), jit_compile=jit)
    ours = with_gradients(function, arguments())
    theirs = with_gradients(lambda *given: lstm_window(*given, ones()), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name
