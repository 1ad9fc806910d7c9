"""The LSTM layer, and its pass over a window against Keras's own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from textgen.models.lstm import FusedLSTM, Lane, lstm_window


def run(layer: FusedLSTM, recurrent_mask: np.ndarray | None = None) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(6, 2, 3)).astype(np.float32)
    before = [random.normal(size=(2, 4)).astype(np.float32) for _ in range(2)]
    outputs, state = layer(x, before, np.ones((6, 2, 1), np.float32), recurrent_mask)
    return [np.asarray(part) for part in (outputs, *state)]


def built() -> FusedLSTM:
    layer = FusedLSTM(4)
    layer.build((None, None, 3))
    return layer


def test_weights_are_named_shaped_and_begun_as_in_keras() -> None:
    stock = keras.layers.LSTM(4)
    stock.build((None, None, 3))
    ours = {weight.name: tuple(weight.shape) for weight in built().weights}
    assert ours == {weight.name: tuple(weight.shape) for weight in stock.weights}
    assert np.asarray(built().bias).tolist() == np.asarray(stock.cell.bias).tolist()
    recurrent = np.asarray(built().recurrent_kernel)
    assert np.allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)


def test_a_recurrent_mask_is_weight_drop() -> None:
    layer = built()
    mask = (np.random.default_rng(1).random((4, 16)) < 0.5).astype(np.float32) * 2
    masked = run(layer, mask)
    assert not np.allclose(masked[0], run(layer)[0], atol=1e-3)
    layer.recurrent_kernel.assign(np.asarray(layer.recurrent_kernel) * mask)
    for ours, theirs in zip(masked, run(layer), strict=True):
        assert np.allclose(ours, theirs, atol=1e-6)


def test_a_layer_comes_back_from_its_config() -> None:
    again = FusedLSTM.from_config(FusedLSTM(4, name="lstm_0").get_config())
    assert (again.units, again.name) == (4, "lstm_0")


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


def window(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any, keep: Any, real: Any = None) -> Any:
    """A window with one lane."""
    flow = tf.concat([keep, tf.ones_like(keep) if real is None else real], axis=-1)
    return lstm_window([Lane(x, kernel, recurrent, bias, h, c, flow)])[0]


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
    ours = with_gradients(lambda *given: window(*given, ones()), arguments(), skip)
    theirs = with_gradients(stock_layer, arguments(), skip)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
        assert np.any(ours[name]), name


def test_keep_is_zeroing_by_hand() -> None:
    keep = np.ones((TIME, BATCH, 1), np.float32)
    keep[0, 0] = keep[3, 1] = keep[4, 1] = keep[6, 2] = 0.0
    ours = with_gradients(lambda *given: window(*given, tf.constant(keep)), arguments())
    theirs = with_gradients(stepwise(keep), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
    assert np.all(ours["dh"][0] == 0.0)
    assert np.all(ours["dh"][1] != 0.0)


def test_a_window_of_one_step() -> None:
    given = arguments()
    given[0] = given[0][:1]
    keep = np.array([1.0, 0.0, 1.0], np.float32).reshape(1, BATCH, 1)
    ours = with_gradients(lambda *given: window(*given, tf.constant(keep)), given)
    theirs = with_gradients(stepwise(keep), given)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name


def test_two_windows_are_one_long_one() -> None:
    x, *rest = arguments()
    whole = window(x, *rest, ones())
    first = window(x[:4], *rest, ones()[:4])
    second = window(x[4:], *rest[:3], first[1], first[2], ones()[4:])
    assert np.allclose(whole[0], tf.concat([first[0], second[0]], axis=0), atol=1e-6)
    assert np.allclose(whole[1], second[1], atol=1e-6)
    assert np.allclose(whole[2], second[2], atol=1e-6)


@pytest.mark.slow
def test_bfloat16_stays_near_float32() -> None:
    def low(x: Any, *rest: Any) -> Any:
        return window(tf.cast(x, tf.bfloat16), *rest, ones())

    outputs, h, c = low(*arguments())
    assert (outputs.dtype, h.dtype, c.dtype) == (tf.bfloat16, tf.float32, tf.float32)
    ours = with_gradients(low, arguments())
    theirs = with_gradients(lambda *given: window(*given, ones()), arguments())
    for name in NAMES:
        scale = np.abs(theirs[name]).max()
        assert np.abs(ours[name] - theirs[name]).max() < 0.06 * scale, name
        assert np.abs(ours[name] - theirs[name]).max() > 0.0, name


@pytest.mark.slow
@pytest.mark.parametrize("jit", [False, True])
def test_compiled_is_eager(jit: bool) -> None:
    function = tf.function(lambda *given: window(*given, ones()), jit_compile=jit)
    ours = with_gradients(function, arguments())
    theirs = with_gradients(lambda *given: window(*given, ones()), arguments())
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-5), name


LENGTHS = (7, 1, 4)


def real_steps(backwards: bool = False) -> np.ndarray:
    """1 where a row has a token, with the padding at its end, or at its beginning where it is read backwards."""
    real = (np.arange(TIME)[:, None] < np.array(LENGTHS)).astype(np.float32)
    return (real[::-1] if backwards else real)[..., None]


def over_real_steps(function: Any, real: np.ndarray) -> Any:
    """The function, with outputs over the padding set to zero, so that nothing is asked of them."""

    def run(*given: Any) -> list[Any]:
        outputs, h, c = function(*given)
        return [outputs * real, h, c]

    return run


def masked_stock_layer(backwards: bool) -> Any:
    """Keras's layer under its mask; read backwards, its outputs stay in the order of reading."""

    def run(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any) -> list[Any]:
        layer = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True, go_backwards=backwards)
        layer.build((BATCH, TIME, INPUTS))
        mask = tf.constant(np.arange(TIME) < np.array(LENGTHS)[:, None])
        (outputs, *state), _ = layer.stateless_call(
            [kernel, recurrent, bias],
            list(layer.non_trainable_variables),
            tf.transpose(x, [1, 0, 2]),
            initial_state=[h, c],
            mask=mask,
        )
        return [tf.transpose(outputs, [1, 0, 2]), *state]

    return run


def our_masked_window(backwards: bool) -> Any:
    def run(x: Any, *rest: Any) -> Any:
        x = tf.reverse(x, [0]) if backwards else x
        return window(x, *rest, ones(), tf.constant(real_steps(backwards)))

    return run


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("skip", [(), ("outputs",), ("h", "c")])
def test_padding_holds_the_state_as_in_the_masked_stock_layer(backwards: bool, skip: tuple[str, ...]) -> None:
    real = real_steps(backwards)
    ours = with_gradients(over_real_steps(our_masked_window(backwards), real), arguments(), skip)
    theirs = with_gradients(over_real_steps(masked_stock_layer(backwards), real), arguments(), skip)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name
        assert np.any(ours[name]), name
    assert not np.any(ours["dx"][1:, 1])  # the row of one token
    assert np.any(ours["dx"][0, 1])


def test_outputs_over_the_padding_are_the_last_ones() -> None:
    outputs, h, _ = (np.asarray(part) for part in our_masked_window(False)(*arguments()))
    for row, length in enumerate(LENGTHS):
        assert np.array_equal(outputs[length - 1 :, row], np.repeat(h[row][None], TIME - length + 1, axis=0))


def test_padding_changes_neither_values_nor_gradients_whatever_it_holds() -> None:
    real, given = real_steps(), arguments()
    other = [tf.where(real > 0, given[0], 9.0), *given[1:]]
    ours, theirs = (with_gradients(over_real_steps(our_masked_window(False), real), x) for x in (given, other))
    for name in NAMES:
        assert np.array_equal(ours[name], theirs[name]), name
    unmasked = with_gradients(over_real_steps(lambda *given: window(*given, ones()), real), given)
    assert np.abs(unmasked["h"][1] - ours["h"][1]).max() > 1e-2


def test_padding_and_zeroed_states_together() -> None:
    keep = np.ones((TIME, BATCH, 1), np.float32)
    keep[2, 0] = keep[0, 1] = keep[3, 2] = 0.0
    given, real = arguments(), real_steps()
    ours = with_gradients(lambda *g: window(*g, tf.constant(keep), tf.constant(real)), given)

    def by_hand(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any) -> list[Any]:
        outputs = []
        for t in range(TIME):
            _, h_after, c_after = stepwise(tf.constant(keep[t : t + 1]))(x[t : t + 1], kernel, recurrent, bias, h, c)
            h, c = real[t] * h_after + (1 - real[t]) * h, real[t] * c_after + (1 - real[t]) * c
            outputs.append(h)
        return [tf.stack(outputs), h, c]

    theirs = with_gradients(by_hand, given)
    for name in NAMES:
        assert np.allclose(ours[name], theirs[name], atol=1e-4), name


@pytest.mark.slow
def test_a_masked_window_in_bfloat16_stays_near_float32() -> None:
    def low(x: Any, *rest: Any) -> Any:
        return window(tf.cast(x, tf.bfloat16), *rest, ones(), tf.constant(real_steps()))

    ours, theirs = with_gradients(low, arguments()), with_gradients(our_masked_window(False), arguments())
    for name in NAMES:
        assert 0.0 < np.abs(ours[name] - theirs[name]).max() < 0.06 * np.abs(theirs[name]).max(), name


def test_lanes_side_by_side_are_what_each_is_alone() -> None:
    keep, real = tf.constant(np.tri(TIME, BATCH)[..., None], tf.float32), tf.constant(real_steps())
    flows = [tf.concat([keep, tf.ones_like(keep)], axis=-1), tf.concat([tf.ones_like(real), real], axis=-1)]
    others = [arguments(seed) for seed in (1, 2)]
    others[1][2:] = [tf.concat([x, x], axis=-1)[..., : x.shape[-1]] for x in others[1][2:]]

    def together(*given: Any) -> list[Any]:
        lanes = [Lane(*given[6 * k : 6 * k + 6], flow) for k, flow in enumerate(flows)]
        return [tensor for result in lstm_window(lanes) for tensor in result]

    def apart(*given: Any) -> list[Any]:
        lanes = [Lane(*given[6 * k : 6 * k + 6], flow) for k, flow in enumerate(flows)]
        return [tensor for lane in lanes for tensor in lstm_window([lane])[0]]

    results = []
    for function in (together, apart):
        given = [*others[0], *others[1]]
        with tf.GradientTape() as tape:
            tape.watch(given)
            values = function(*given)
            loss = tf.add_n([(k + 1.0) * tf.reduce_sum(value**2) for k, value in enumerate(values)])
        results.append([*values, *tape.gradient(loss, given)])
    for ours, theirs in zip(*results, strict=True):
        assert np.allclose(ours, theirs, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [False, True])
def test_second_derivatives_are_refused(compiled: bool) -> None:
    x, *rest = arguments()

    def curvature(x: Any) -> Any:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(window(x, *rest, ones())[0])
            slope = tf.reduce_sum(inner.gradient(loss, x) ** 2)
        return outer.gradient(slope, x)

    with pytest.raises(NotImplementedError, match="no second derivatives"):
        (tf.function(curvature) if compiled else curvature)(x)
