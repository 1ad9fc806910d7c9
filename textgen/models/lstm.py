"""The LSTM layer: Keras's weights and gate order, with its own pass over a whole window, fast on a CPU.

A framework's LSTM projects its input and accumulates its kernel gradients one time step after the other. Here the
window's input projection is one matmul, the loop holds only the recurrent matmul, and the gradients of the kernels
are formed from the collected gate gradients as one matmul each. Several independent sequences (the directions of an
encoder) go through one loop in parallel: a time step is too small to be split among the cores of a processor, but each
core can compute a step of its own. This module uses TensorFlow directly rather than Keras.

On a graphics card a loop of small operations would wait for each of them to be started. There, windows in float32 go
through cuDNN, and other ones are compiled as a whole by XLA.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import keras
import tensorflow as tf
from keras import ops

from textgen.models.kernels import as_kernel, as_own_kernel, has_graphics_card

Tensor = Any
State = list[Tensor]


class Lane(NamedTuple):
    """What one LSTM reads in a window, time first.

    Args:
        x: inputs. *Shape:* (time, batch, inputs), in the compute dtype.
        kernel: *Shape:* (inputs, 4 x units), gates in Keras's order i, f, g, o.
        recurrent_kernel: *Shape:* (units, 4 x units).
        bias: *Shape:* (4 x units,).
        h: hidden state before the window. *Shape:* (batch, units), float32.
        c: cell state before the window. *Shape:* (batch, units), float32.
        flow: two columns: 0 where the state is zeroed before a time step, else 1; and 0 where a time step is padding,
            which leaves the state as it is, else 1. *Shape:* (time, batch, 2), float32.
    """

    x: Tensor
    kernel: Tensor
    recurrent_kernel: Tensor
    bias: Tensor
    h: Tensor
    c: Tensor
    flow: Tensor


def lstm_window(lanes: Sequence[Lane]) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Runs LSTMs in parallel over windows with the same number of time steps.

    Returns:
        For each lane its outputs (time, batch, units) in the compute dtype, and the last hidden and cell state in
        float32.
    """
    # Variables are read here: inside a custom gradient TensorFlow takes them for hidden inputs and refuses them.
    lanes = [Lane(*map(tf.convert_to_tensor, lane)) for lane in lanes]
    path = lstm_path(lanes[0].x.dtype)
    if path == "cudnn":
        return [cudnn_window(*lane) for lane in lanes]
    window = as_own_kernel(_differentiable_window) if path == "xla" else _differentiable_window
    results = window(*[tensor for lane in lanes for tensor in lane])
    return [tuple(results[3 * k : 3 * k + 3]) for k in range(len(lanes))]


def lstm_path(dtype: Any) -> Literal["loop", "cudnn", "xla"]:
    """How windows are computed here: in a loop on a processor; on a graphics card by cuDNN or by XLA.

    cuDNN would keep the cell state in the compute dtype, in which it loses too much if that is not float32.

    Args:
        dtype: the compute dtype.
    """
    if not has_graphics_card():
        return "loop"
    return "cudnn" if dtype == tf.float32 else "xla"


def recurrent_products(kernel: Tensor) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
    """Functions that multiply the few rows of a time step by a recurrent kernel, and by its transpose for the gradient.

    In float32 these products are up to twice as fast with the kernel as the left factor, transposed beforehand if
    necessary; rows and result are small, and cheap to transpose.

    Args:
        kernel: *Shape:* (units, 4 x units), in the compute dtype.
    """
    if kernel.dtype != tf.float32:
        return lambda rows: tf.matmul(rows, kernel), lambda rows: tf.matmul(rows, kernel, transpose_b=True)
    transposed = as_kernel(_transposed)(kernel)  # an op would be folded into the product
    return (
        lambda rows: tf.transpose(tf.matmul(transposed, rows, transpose_b=True)),
        lambda rows: tf.transpose(tf.matmul(kernel, rows, transpose_b=True)),
    )


def _transposed(matrix: Tensor) -> Tensor:
    return tf.transpose(matrix)


def _forward_cell(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor, flow: Tensor) -> tuple[Tensor, ...]:
    """Maps both halves of the gate pre-activations and the state before a time step to the gates and the new state.

    All gates are one tanh, since sigmoid(x) = (1 + tanh(x / 2)) / 2.
    """
    dtype, units = projected.dtype, c.shape[-1]
    keep, real = flow[:, :1], flow[:, 1:] > 0
    scale = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), units)
    z = tf.cast(projected, tf.float32) + keep * tf.cast(recurrent, tf.float32)
    gates = scale * tf.tanh(scale * z) + (1.0 - scale)
    i, f, g, o = tf.split(gates, 4, axis=-1)
    c_before = keep * c
    c = f * c_before + i * g
    h_after = tf.where(real, o * tf.tanh(c), keep * tf.cast(h, tf.float32))
    return tf.cast(gates, dtype), tf.where(real, c, c_before), tf.cast(h_after, dtype)


def _backward_cell(
    gates: Tensor, c_before: Tensor, c: Tensor, dh: Tensor, recurrent: Tensor, past: Tensor, dc: Tensor, flow: Tensor
) -> tuple[Tensor, ...]:
    """Maps the gradients at the end of a time step to those at its beginning.

    Args:
        gates: of the time step.
        c_before: cell state before it.
        c: cell state after it.
        dh: gradient of its output.
        recurrent: gradient of its hidden state through the matmul of the step after.
        past: gradient of its hidden state through the step after, if that is padding.
        dc: gradient of its cell state.
        flow: of the time step, and a third column: whether the step after keeps the state.

    Returns:
        The gradients of the four gates' pre-activations, and `past` and `dc` for the step before.
    """
    keep, real, kept = flow[:, :1], flow[:, 1:2] > 0, flow[:, 2:]
    i, f, g, o = tf.split(tf.cast(gates, tf.float32), 4, axis=-1)
    dh = tf.cast(dh, tf.float32) + kept * tf.cast(recurrent, tf.float32) + past
    tanh_c = tf.tanh(c)
    dc_inside = tf.where(real, dc + dh * o * (1.0 - tanh_c * tanh_c), 0.0)
    dz = (
        dc_inside * g * i * (1.0 - i),
        dc_inside * keep * c_before * f * (1.0 - f),
        dc_inside * i * (1.0 - g * g),
        tf.where(real, dh * tanh_c * o * (1.0 - o), 0.0),
    )
    past, dc = tf.where(real, 0.0, keep * dh), keep * tf.where(real, dc_inside * f, dc)
    return *(tf.cast(part, gates.dtype) for part in dz), past, dc


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _differentiable_window(*tensors: Tensor) -> Any:
    """`lstm_window` on the tensors of all lanes in turn, with its gradient."""
    width = len(Lane._fields)
    runs = [_Run(Lane(*tensors[k : k + width])) for k in range(0, len(tensors), width)]
    time = tf.shape(runs[0].lane.x)[0]
    _, states = tf.while_loop(
        lambda t, _: t < time,
        lambda t, states: (t + 1, [run.forward(t, *state) for run, state in zip(runs, states, strict=True)]),
        (0, [run.before_first(time) for run in runs]),
        maximum_iterations=time,
    )
    results = [run.remember(*state) for run, state in zip(runs, states, strict=True)]

    def gradient(*upstream: Tensor) -> list[Tensor]:
        for k, run in enumerate(runs):
            run.receive(*upstream[3 * k : 3 * k + 3])
        _, states = tf.while_loop(
            lambda t, _: t >= 0,
            lambda t, states: (t - 1, [run.backward(t, *state) for run, state in zip(runs, states, strict=True)]),
            (time - 1, [run.after_last(time) for run in runs]),
            maximum_iterations=time,
        )
        found = [g for run, state in zip(runs, states, strict=True) for g in run.gradients(*state)]
        return list(_only_once(*found))

    return [tensor for result in results for tensor in result], gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _only_once(*gradients: Tensor) -> Any:
    """Passes gradients on and refuses to differentiate them again, which would be silently wrong."""

    def refuse(*upstream: Tensor) -> None:
        raise NotImplementedError(
            "The gradient of a fused LSTM was to be differentiated once more, but it has no second derivatives: take "
            "keras.layers.LSTM, which reads the same weights, where you need them."
        )

    return gradients, refuse


class _Run:
    """The forward and backward pass of one lane."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self.dtype = lane, lane.x.dtype
        self.kernel, self.recurrent, bias = (
            tf.cast(w, self.dtype) for w in (lane.kernel, lane.recurrent_kernel, lane.bias)
        )
        self.recur, self.recur_back = recurrent_products(self.recurrent)
        self.projected = _flat_matmul(lane.x, self.kernel) + bias

    def before_first(self, time: Tensor) -> tuple[Any, ...]:
        arrays = (tf.TensorArray(kind, time) for kind in (self.dtype, tf.float32, self.dtype))
        return tf.cast(self.lane.h, self.dtype), self.lane.c, *arrays

    def forward(self, t: Tensor, h: Tensor, c: Tensor, hs: Any, cs: Any, gates: Any) -> tuple[Any, ...]:
        cell = as_kernel(_forward_cell)
        gate, c, h = cell(self.projected[t], self.recur(h), h, c, self.lane.flow[t])
        return h, c, hs.write(t, h), cs.write(t, c), gates.write(t, gate)

    def remember(self, h: Tensor, c: Tensor, hs: Any, cs: Any, gates: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Keeps what the backward pass needs; returns the lane's results."""
        self.hs, self.cs, self.gates = hs.stack(), cs.stack(), gates.stack()
        return self.hs, tf.cast(h, tf.float32), c

    def receive(self, dhs: Tensor, dh: Tensor, dc: Tensor) -> None:
        """Takes the gradients of the results."""
        self.dhs, self.dh, self.dc = dhs, dh, dc
        keep = self.lane.flow[..., :1]
        self.flow = tf.concat([self.lane.flow, tf.concat([keep[1:], tf.ones_like(keep[:1])], axis=0)], axis=-1)
        self.hs_before = tf.concat([tf.cast(self.lane.h, self.dtype)[None], self.hs[:-1]], axis=0)
        self.cs_before = tf.concat([self.lane.c[None], self.cs[:-1]], axis=0)

    def after_last(self, time: Tensor) -> tuple[Any, ...]:
        return tf.zeros_like(self.dhs[0]), self.dh, self.dc, tf.TensorArray(self.dtype, time)

    def backward(self, t: Tensor, recurrent: Tensor, past: Tensor, dc: Tensor, dzs: Any) -> tuple[Any, ...]:
        cell, seen = as_kernel(_backward_cell), (self.gates, self.cs_before, self.cs, self.dhs)
        *parts, past, dc = cell(*(tensor[t] for tensor in seen), recurrent, past, dc, self.flow[t])
        dz = tf.concat(parts, axis=-1)
        return self.recur_back(dz), past, dc, dzs.write(t, dz)

    def gradients(self, recurrent: Tensor, past: Tensor, dc: Tensor, dzs: Any) -> Lane:
        """The gradients of all fields of the lane."""
        lane, dz, keep = self.lane, dzs.stack(), self.lane.flow[..., :1]
        return Lane(
            x=_flat_matmul(dz, self.kernel, transpose_b=True),
            kernel=_outer(lane.x, dz),
            recurrent_kernel=_outer(self.hs_before * tf.cast(keep, self.dtype), dz),
            bias=tf.reduce_sum(tf.cast(dz, tf.float32), axis=(0, 1)),
            h=keep[0] * tf.cast(recurrent, tf.float32) + past,
            c=dc,
            flow=tf.zeros_like(lane.flow),
        )


def _flat_matmul(x: Tensor, kernel: Tensor, transpose_b: bool = False) -> Tensor:
    """A kernel applied to all time steps as one matmul."""
    time, batch, width = tf.unstack(tf.shape(x))
    flat = tf.matmul(tf.reshape(x, [time * batch, width]), kernel, transpose_b=transpose_b)
    return tf.reshape(flat, [time, batch, kernel.shape[0 if transpose_b else 1]])


def _outer(a: Tensor, b: Tensor) -> Tensor:
    """The sum over time and batch of the outer products, in float32. *Shape:* (a's width, b's width)."""
    flat = [tf.reshape(x, [-1, x.shape[-1]]) for x in (a, b)]
    return tf.cast(tf.matmul(*flat, transpose_a=True), tf.float32)


class RowPlaces(NamedTuple):
    """Where the steps of a window are in cuDNN's rows.

    cuDNN neither zeroes a state on the way nor waits while a sequence is padded. But a zeroed state is the beginning of
    a sequence, and padding has no steps: each stretch between two zeroed states becomes a row of its own, its padding
    left out, all rows begin together, and cuDNN is told how long each is. Its work is that of the real steps.

    Args:
        row: of each step. *Shape:* (time, batch), int32.
        done: real steps of its row up to and including it. *Shape:* (time, batch), int32.
        lengths: real steps of each row. *Shape:* (rows,), int32.
        stream: of the batch to which each row belongs. *Shape:* (rows,), int32.
        is_first: whether a row begins with the window, in the state before it. *Shape:* (rows,).
    """

    row: Tensor
    done: Tensor
    lengths: Tensor
    stream: Tensor
    is_first: Tensor


def rows_of(keep: Tensor, real: Tensor) -> RowPlaces:
    """Cuts a window into rows, those of a stream one after the other.

    Args:
        keep: whether the state is kept before a time step. *Shape:* (time, batch), bool.
        real: whether a time step is no padding. *Shape:* (time, batch), bool.
    """
    time, batch = tf.unstack(tf.shape(keep))
    begins = tf.transpose(tf.concat([tf.ones_like(keep[:1]), ~keep[1:]], axis=0))  # (batch, time), as are those below
    row = tf.reshape(tf.cumsum(tf.reshape(tf.cast(begins, tf.int32), [-1])) - 1, [batch, time])
    at = tf.cast(tf.where(begins), tf.int32)
    steps = tf.cast(tf.transpose(real), tf.int32)
    done = tf.cumsum(steps, axis=1)
    done -= tf.gather(tf.gather_nd(done - steps, at), row)
    lengths = tf.math.unsorted_segment_max(tf.reshape(done, [-1]), tf.reshape(row, [-1]), tf.shape(at)[0])
    return RowPlaces(tf.transpose(row), tf.transpose(done), lengths, at[:, 0], at[:, 1] == 0)


def cudnn_window(
    x: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor, h: Tensor, c: Tensor, flow: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Runs an LSTM over a window; takes what a `Lane` holds, in float32.

    Returns:
        The outputs (time, batch, units), and the last hidden and cell state.
    """
    real = flow[..., 1] > 0
    rows = rows_of(flow[..., 0] > 0, real)
    h, c = (tf.where(rows.is_first[:, None], tf.gather(state * flow[0, :, :1], rows.stream), 0.0) for state in (h, c))
    at = tf.where(real)
    places = tf.stack([tf.gather_nd(rows.done, at) - 1, tf.gather_nd(rows.row, at)], axis=1)
    longest = tf.maximum(tf.reduce_max(rows.lengths), 1)
    shape = tf.stack([longest, tf.shape(rows.lengths)[0], x.shape[-1]])
    laid_out = tf.scatter_nd(places, tf.gather_nd(x, at), shape)
    lengths = tf.maximum(rows.lengths, 1)  # cuDNN takes no empty row; what it makes of one is not read
    outputs, cells = cudnn_lstm(laid_out, h, c, kernel, recurrent_kernel, bias, lengths)
    states = tf.concat([h[None], outputs], axis=0)
    outputs = tf.gather_nd(states, tf.stack([rows.done, rows.row], axis=-1))
    cells = tf.where(rows.lengths[:, None] > 0, cells, c)
    return tf.ensure_shape(outputs, [*flow.shape[:2], h.shape[-1]]), outputs[-1], tf.gather(cells, rows.row[-1])


def cudnn_lstm(
    x: Tensor, h: Tensor, c: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor, lengths: Tensor
) -> tuple[Tensor, Tensor]:
    """Runs cuDNN's LSTM over sequences of different lengths.

    cuDNN takes all weights as one vector, each matrix transposed, and has a second bias, which is zero here.

    Args:
        x: *Shape:* (time, rows, inputs).
        h, c: states before the first time step. *Shape of each:* (rows, units).
        kernel, recurrent_kernel, bias: the layer's weights, gates in the order i, f, g, o.
        lengths: time steps of each row, at least one. *Shape:* (rows,), int32.

    Returns:
        The outputs (time, rows, units), zero after a row's end, and the cell state there (rows, units).
    """
    matrices = [*tf.split(kernel, 4, axis=1), *tf.split(recurrent_kernel, 4, axis=1)]
    flat = [tf.reshape(tf.transpose(matrix), [-1]) for matrix in matrices]
    outputs, _, cells, _, _ = tf.raw_ops.CudnnRNNV3(
        input=x,
        input_h=h[None],
        input_c=c[None],
        params=tf.concat([*flat, tf.zeros_like(bias), bias], axis=0),
        sequence_lengths=lengths,
        rnn_mode="lstm",
        is_training=True,
        time_major=True,
    )
    return outputs, cells[0]


@keras.saving.register_keras_serializable("textgen")
class FusedLSTM(keras.layers.Layer):
    """A long short-term memory layer whose state is passed in and returned (Hochreiter and Schmidhuber 1997).

    Weights have the names, shapes and gate order (i, f, g, o) of `keras.layers.LSTM`; the forget gate's bias
    begins at one.

    Args:
        units: width of the hidden state.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        self.units = units

    def build(self, inputs_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of width `inputs_shape[-1]`."""
        width = 4 * self.units
        self.kernel = self.add_weight((inputs_shape[-1], width), "glorot_uniform", name="kernel")
        self.recurrent_kernel = self.add_weight((self.units, width), "orthogonal", name="recurrent_kernel")
        self.bias = self.add_weight((width,), self._initial_bias, name="bias")

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        forget = ops.arange(shape[0]) // self.units == 1
        return ops.cast(forget, dtype or "float32")

    def call(
        self,
        x: Tensor,
        state: State,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> tuple[Tensor, State]:
        """Runs the layer over a window.

        Args:
            x: inputs. *Shape:* (time, batch, inputs), in the compute dtype.
            state: hidden and cell state [h, c] before the window. *Shape of each:* (batch, units).
            keep: 0 where the state is zeroed before a time step, else 1; None keeps it. *Shape:* (time, batch, 1).
            recurrent_mask: factors on the recurrent kernel (weight drop, Merity et al. 2018).
                *Shape:* (units, 4 x units).
            real: 0 where a time step is padding, which leaves the state as it is, else 1; None where nothing is.
                *Shape:* (time, batch, 1).

        Returns:
            Outputs (time, batch, units), and the last hidden and cell state [h, c] (batch, units).
        """
        return self.side_by_side([self.lane(x, state, keep, recurrent_mask, real)])[0]

    def lane(
        self,
        x: Tensor,
        state: State,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Lane:
        """The lane of a call, to be run by `side_by_side` with others; takes the arguments of `call`."""
        recurrent = self.recurrent_kernel if recurrent_mask is None else self.recurrent_kernel * recurrent_mask
        ones = ops.ones_like(x[..., :1], dtype="float32")
        flow = ops.concatenate([ones if keep is None else keep, ones if real is None else real], axis=-1)
        h, c = state
        return Lane(x, self.kernel, recurrent, self.bias, h, c, flow)

    @staticmethod
    def side_by_side(lanes: Sequence[Lane]) -> list[tuple[Tensor, State]]:
        """Runs several layers over their windows in parallel; returns outputs and state of each, as `call` does."""
        return [(outputs, state) for outputs, *state in lstm_window(lanes)]

    @staticmethod
    def step(x: Tensor, state: State, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> State:
        """One time step of plain operations, so that gradients pass through to the source of `x`.

        Args:
            x: *Shape:* (batch, inputs), in the dtype of the weights.
            state: hidden and cell state [h, c]. *Shape of each:* (batch, units).
            kernel, recurrent_kernel, bias: the layer's weights in the dtype of the products.

        Returns:
            The state after the time step, in float32.
        """
        h, c = state
        z = tf.matmul(x, kernel) + tf.matmul(tf.cast(h, x.dtype), recurrent_kernel) + bias
        i, f, g, o = tf.split(tf.cast(z, tf.float32), 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return [tf.sigmoid(o) * tf.tanh(c), c]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "units": self.units}
