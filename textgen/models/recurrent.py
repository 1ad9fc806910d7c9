"""The recurrent layers of the networks, by the names of their cells."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from textgen.models.lstm import FusedLSTM

Tensor = Any
State = list[Tensor]
"""The state carried from one time step to the next, the output first. *Shape of each:* (batch, units)."""


class RecurrentLayer(Protocol):
    """A Keras layer whose state is passed in and returned."""

    units: int
    kernel: Any
    recurrent_kernel: Any
    bias: Any

    def __call__(
        self,
        x: Tensor,
        state: State,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> tuple[Tensor, State]:
        """Maps a window (time, batch, inputs) to its outputs (time, batch, units) and the state after it."""

    def lane(
        self,
        x: Tensor,
        state: State,
        keep: Tensor | None = None,
        recurrent_mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Any:
        """The lane of a call, to be run by `side_by_side` with others."""

    @staticmethod
    def side_by_side(lanes: Sequence[Any]) -> list[tuple[Tensor, State]]:
        """Runs several layers over their windows in parallel; returns for each what `__call__` does."""

    @staticmethod
    def step(x: Tensor, state: State, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> State:
        """The state after one time step (batch, inputs) of plain operations, which gradients pass through."""


LAYERS: dict[str, Callable[..., RecurrentLayer]] = {"lstm": FusedLSTM}
"""The layer of each of `config.CELLS`."""


def recurrent_layer(cell: str, units: int, inputs: int, name: str) -> RecurrentLayer:
    """Makes a layer and its weights.

    Args:
        cell: one of `config.CELLS`.
        units: width of its outputs.
        inputs: width of its inputs.
        name: of the layer.
    """
    layer: Any = LAYERS[cell](units, name=name)
    layer.build((None, None, inputs))
    return layer


def weights_of(name: str, layer: RecurrentLayer) -> dict[str, Any]:
    """The weights of a layer under their names in the model folder."""
    return {
        f"{name}/kernel": layer.kernel,
        f"{name}/recurrent_kernel": layer.recurrent_kernel,
        f"{name}/bias": layer.bias,
    }
