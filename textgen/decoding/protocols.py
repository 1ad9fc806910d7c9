"""What decoding asks of the model and of the one who puts ids into text."""

from collections.abc import Callable
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Logits: TypeAlias = NDArray[np.floating]
Mask: TypeAlias = NDArray[np.bool_]
Ids: TypeAlias = NDArray[np.integer]

State: TypeAlias = tuple[NDArray[np.float32], ...]
"""Arrays with the batch on axis 0, as the model's step function returns them."""

StepFunction: TypeAlias = Callable[[Ids, State], tuple[Logits, State]]
"""Ids (batch,) and the state before them to logits (batch, vocabulary) and the state after them.

The arrays it is given are left as they are: the loop goes back to them.
"""


class Renderer(Protocol):
    """Puts ids into text one at a time; immutable, so that beams and back-ups share it."""

    def advance(self, token: int, /) -> tuple[str, Self]:
        """The text that the id adds, whole characters only, and the renderer after it."""

    def flush(self) -> str:
        """The text still held back, when nothing comes after."""


def take_rows(state: State, rows: Ids) -> State:
    """The rows of a state that are named by index, in that order."""
    return tuple(array[rows] for array in state)
