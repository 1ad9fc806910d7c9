"""The LSTM layer of every model: Keras's weights and gate order, our pass over a window."""

from typing import Any

import keras
from keras import ops

from textgen.models.fused import Lane, lstm_window

Tensor = Any


class LSTM(keras.layers.Layer):
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
        h: Tensor,
        c: Tensor,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Runs the layer over a window.

        Args:
            x: inputs. *Shape:* (time, batch, inputs), in the compute dtype.
            h: hidden state before the window. *Shape:* (batch, units).
            c: cell state before the window. *Shape:* (batch, units).
            keep: 0 where the state is zeroed before a time step, else 1; None keeps it. *Shape:* (time, batch, 1).
            recurrent_mask: factors on the recurrent kernel (weight drop, Merity et al. 2018).
                *Shape:* (units, 4 x units).
            real: 0 where a time step is padding, which leaves the state as it is, else 1; None where nothing is.
                *Shape:* (time, batch, 1).

        Returns:
            Outputs (time, batch, units), and the last hidden and cell state (batch, units).
        """
        return lstm_window([self.lane(x, h, c, keep, recurrent_mask, real)])[0]

    def lane(
        self,
        x: Tensor,
        h: Tensor,
        c: Tensor,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Lane:
        """What `call` computes, to be computed beside other things by `lstm_window`; the same arguments."""
        recurrent = self.recurrent_kernel if recurrent_mask is None else self.recurrent_kernel * recurrent_mask
        ones = ops.ones_like(x[..., :1], dtype="float32")
        flow = ops.concatenate([ones if keep is None else keep, ones if real is None else real], axis=-1)
        return Lane(x, self.kernel, recurrent, self.bias, h, c, flow)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "units": self.units}
