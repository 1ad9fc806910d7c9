"""The LSTM over a whole window as one differentiable function, fast on a CPU.

A framework's LSTM projects its input and accumulates its kernel gradients one time step after the other. Here the
window's input projection is one matmul, the loop holds only the recurrent matmul, and the gradients of the kernels
are formed from the collected gate gradients as one matmul each. This is one of two files that know TensorFlow
rather than Keras (the other is the compiled training step).
"""

from functools import cache
from typing import Any

import tensorflow as tf

Tensor = Any


@cache
def _compiled(function: Any) -> Any:
    """One gate cell as a single kernel: a dozen small element-wise ops would cost more than their arithmetic."""
    return tf.function(function, jit_compile=True, reduce_retracing=True)


def _forward_gates(z: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gate pre-activations and the previous cell state to the gates, the cell state and the hidden state."""
    dtype = z.dtype
    i, f, g, o = tf.split(tf.cast(z, tf.float32), 4, axis=-1)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    c = f * c + i * g
    h = o * tf.tanh(c)
    return tf.cast(tf.concat([i, f, g, o], axis=-1), dtype), c, tf.cast(h, dtype)


def _backward_gates(gates: Tensor, c_before: Tensor, c: Tensor, dh: Tensor, dc: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of hidden and cell state to those of the gate pre-activations and of the previous cell state."""
    i, f, g, o = tf.split(tf.cast(gates, tf.float32), 4, axis=-1)
    tanh_c = tf.tanh(c)
    dc = dc + dh * o * (1.0 - tanh_c * tanh_c)
    dz = tf.concat(
        [
            dc * g * i * (1.0 - i),
            dc * c_before * f * (1.0 - f),
            dc * i * (1.0 - g * g),
            dh * tanh_c * o * (1.0 - o),
        ],
        axis=-1,
    )
    return tf.cast(dz, gates.dtype), dc * f


def _forward_gates_masked(z: Tensor, h: Tensor, c: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`_forward_gates`, but padding leaves the state as it is."""
    gates, c_after, h_after = _forward_gates(z, c)
    return gates, tf.where(real > 0, c_after, c), tf.where(real > 0, h_after, h)


def _backward_gates_masked(
    gates: Tensor, c_before: Tensor, c: Tensor, dh: Tensor, dc: Tensor, real: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """`_backward_gates`, and the gradient of the hidden state that goes past padding untouched."""
    dz, dc_before = _backward_gates(gates, c_before, c, dh, dc)
    return tf.where(real > 0, dz, 0), tf.where(real > 0, dc_before, dc), tf.where(real > 0, 0.0, dh)


def lstm_window(
    x: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    h: Tensor,
    c: Tensor,
    keep: Tensor,
    real: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Runs an LSTM over one window, time first.

    Args:
        x: inputs. *Shape:* (time, batch, inputs), in the compute dtype.
        kernel: *Shape:* (inputs, 4 x units), gates in Keras's order i, f, g, o.
        recurrent_kernel: *Shape:* (units, 4 x units).
        bias: *Shape:* (4 x units,).
        h: hidden state before the window. *Shape:* (batch, units), float32.
        c: cell state before the window. *Shape:* (batch, units), float32.
        keep: 0 where the state is zeroed before a time step, else 1. *Shape:* (time, batch, 1), float32.
        real: 0 where a time step is padding, which leaves the state as it is, else 1; None where nothing is.
            *Shape:* (time, batch, 1), float32.

    Returns:
        Outputs (time, batch, units) in the compute dtype, and the last hidden and cell state in float32.
    """
    # Variables are read here: inside a custom gradient TensorFlow takes them for hidden inputs and refuses them.
    values = [tf.convert_to_tensor(value) for value in (x, kernel, recurrent_kernel, bias, h, c, keep)]
    if real is not None:
        values.append(tf.convert_to_tensor(real))
    outputs, h, c = _differentiable_window(*values)
    return outputs, h, c


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _differentiable_window(
    x: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    h: Tensor,
    c: Tensor,
    keep: Tensor,
    *padding: Tensor,
) -> Any:
    """`lstm_window` on tensors, with its gradient; `padding` holds `real`, if it is given."""
    real = padding[0] if padding else None
    dtype = x.dtype
    time, batch, inputs = tf.unstack(tf.shape(x))
    units = recurrent_kernel.shape[0]
    low = [tf.cast(w, dtype) for w in (kernel, recurrent_kernel, bias)]
    flat = tf.reshape(x, [time * batch, inputs])
    projected = tf.reshape(tf.matmul(flat, low[0]) + low[2], [time, batch, 4 * units])
    forward_gates, backward_gates = _compiled(_forward_gates), _compiled(_backward_gates)
    if real is not None:
        forward_gates, backward_gates = _compiled(_forward_gates_masked), _compiled(_backward_gates_masked)
    array = tf.TensorArray

    def forward(t: Tensor, h: Tensor, c: Tensor, hs: Any, cs: Any, gates: Any) -> tuple[Any, ...]:
        h, c = h * tf.cast(keep[t], dtype), c * keep[t]
        z = projected[t] + tf.matmul(h, low[1])
        gate, c, h = forward_gates(z, c) if real is None else forward_gates(z, h, c, real[t])
        return t + 1, h, c, hs.write(t, h), cs.write(t, c), gates.write(t, gate)

    _, h_last, c_last, hs, cs, gates = tf.while_loop(
        lambda t, *_: t < time,
        forward,
        (0, tf.cast(h, dtype), c, array(dtype, time), array(tf.float32, time), array(dtype, time)),
        maximum_iterations=time,
    )
    hs, cs, gates = hs.stack(), cs.stack(), gates.stack()

    def gradient(dhs: Tensor, dh: Tensor, dc: Tensor) -> tuple[Tensor, ...]:
        hs_before = tf.concat([tf.cast(h, dtype)[None], hs[:-1]], axis=0) * tf.cast(keep, dtype)
        cs_before = tf.concat([c[None], cs[:-1]], axis=0) * keep

        def backward(t: Tensor, dh: Tensor, dc: Tensor, dzs: Any) -> tuple[Any, ...]:
            dh = dh + tf.cast(dhs[t], tf.float32)
            if real is None:
                (dz, dc), past = backward_gates(gates[t], cs_before[t], cs[t], dh, dc), 0.0
            else:
                dz, dc, past = backward_gates(gates[t], cs_before[t], cs[t], dh, dc, real[t])
            dh = tf.cast(tf.matmul(dz, low[1], transpose_b=True), tf.float32) + past
            return t - 1, dh * keep[t], dc * keep[t], dzs.write(t, dz)

        _, dh_first, dc_first, dzs = tf.while_loop(
            lambda t, *_: t >= 0, backward, (time - 1, dh, dc, array(dtype, time)), maximum_iterations=time
        )
        dz = tf.reshape(dzs.stack(), [time * batch, 4 * units])
        d_kernel = tf.cast(tf.matmul(flat, dz, transpose_a=True), tf.float32)
        d_recurrent = tf.matmul(tf.reshape(hs_before, [time * batch, units]), dz, transpose_a=True)
        d_bias = tf.reduce_sum(tf.cast(dz, tf.float32), axis=0)
        dx = tf.reshape(tf.matmul(dz, low[0], transpose_b=True), [time, batch, inputs])
        d_recurrent = tf.cast(d_recurrent, tf.float32)
        return dx, d_kernel, d_recurrent, d_bias, dh_first, dc_first, tf.zeros_like(keep), *map(tf.zeros_like, padding)

    return (hs, tf.cast(h_last, tf.float32), c_last), gradient
