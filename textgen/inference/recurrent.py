"""Recurrent layers in NumPy: a step for writing, a pass over a window for scoring."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_HALF, _ONE = np.float32(0.5), np.float32(1.0)


def advance(z: Array, c: Array) -> tuple[Array, Array]:
    """Maps gate pre-activations and cell state to the new hidden and cell state.

    Since sigmoid(x) = (1 + tanh(x / 2)) / 2, one call of tanh serves all gates, and it never overflows.

    Args:
        z: gates in the form that `for_cell` makes: halved i, f and o, then g; overwritten. *Shape:* (batch, 4 x units).
        c: *Shape:* (batch, units).

    Returns:
        Hidden and cell state (batch, units).
    """
    units = c.shape[-1]
    np.tanh(z, out=z)
    logistic = z[:, : 3 * units]
    logistic += _ONE
    logistic *= _HALF
    after: Array = z[:, units : 2 * units] * c
    after += z[:, :units] * z[:, 3 * units :]
    h: Array = np.tanh(after)
    h *= z[:, 2 * units : 3 * units]
    return h, after


def for_cell(gates: Array) -> Array:
    """Reorders gates i, f, g, o along the last axis, as in a model folder, for `advance`, and halves them (exactly)."""
    i, f, g, o = np.split(gates, 4, axis=-1)
    return np.concatenate([i * _HALF, f * _HALF, o * _HALF, g], axis=-1)


class LSTM:
    """An LSTM layer whose input and recurrent kernels lie in one matrix, so that a step is one product.

    Args:
        kernel: gates i, f, g, o side by side. *Shape:* (inputs, 4 x units).
        recurrent_kernel: *Shape:* (units, 4 x units).
        bias: *Shape:* (4 x units,).
    """

    def __init__(self, kernel: Array, recurrent_kernel: Array, bias: Array) -> None:
        self.inputs = kernel.shape[0]
        self.units = recurrent_kernel.shape[0]
        self.matrix = for_cell(np.concatenate([kernel, recurrent_kernel], axis=0))
        self.bias = for_cell(bias)

    def step(self, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
        """One time step: maps inputs (batch, inputs) and state (batch, units) to the new [h, c]."""
        z = np.concatenate([x, h], axis=1) @ self.matrix
        z += self.bias
        return advance(z, c)

    def project(self, x: Array) -> Array:
        """The inputs' part of what `advance` takes, bias included: maps (..., inputs) to (..., 4 x units)."""
        # One product for all time steps: NumPy would multiply a stack of matrices one after the other.
        rows: Array = x.reshape(-1, self.inputs) @ self.matrix[: self.inputs]
        rows += self.bias
        return rows.reshape(*x.shape[:-1], 4 * self.units)

    def step_projected(self, projected: Array, h: Array, c: Array) -> tuple[Array, Array]:
        """One time step whose inputs are projected already (`project`)."""
        z = h @ self.matrix[self.inputs :]
        z += projected
        return advance(z, c)

    def window(
        self, x: Array, h: Array, c: Array, *, keep: Array | None = None, mask: Mask | None = None
    ) -> tuple[Array, Array, Array]:
        """Runs over a window.

        Args:
            x: *Shape:* (time, batch, inputs).
            h: *Shape:* (batch, units).
            c: *Shape:* (batch, units).
            keep: 0 where the state is zeroed before a time step, else 1; None keeps it. *Shape:* (time, batch).
            mask: False where a time step is padding, which leaves the state as it is; None where nothing is.
                *Shape:* (time, batch).

        Returns:
            Outputs (time, batch, units), and the last [h, c].
        """
        projected = self.project(x)
        outputs = np.empty((*x.shape[:2], self.units), np.float32)
        for t in range(len(x)):
            if keep is not None:
                kept = keep[t][:, None]
                h, c = h * kept, c * kept
            before = h, c
            h, c = self.step_projected(projected[t], h, c)
            if mask is not None:
                real = mask[t][:, None]
                h, c = np.where(real, h, before[0]), np.where(real, c, before[1])
            outputs[t] = h
        return outputs, h, c


LAYERS = {"lstm": LSTM}
"""The layer of each of `config.CELLS`."""


def recurrent_layer(cell: str, arrays: Mapping[str, Array], name: str) -> LSTM:
    """Makes the layer of a cell from a model's arrays that begin with `name`."""
    return LAYERS[cell](*(arrays[f"{name}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")))
