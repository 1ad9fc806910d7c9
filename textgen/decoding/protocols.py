"""The inputs and outputs of decoding: the model's step function, a renderer, events and sequences."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, Self, TypeAlias

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
    """Turns ids into text one at a time; immutable, so that beams and back-ups share it."""

    def advance(self, token: int, /) -> tuple[str, Self]:
        """The text that the id adds, whole characters only, and the renderer after it."""

    def flush(self) -> str:
        """The text still held back, when nothing comes after."""


def take_rows(state: State, rows: Ids) -> State:
    """The rows of a state at the given indices, in that order."""
    return tuple(array[rows] for array in state)


def concatenated(states: Sequence[State]) -> State:
    """States side by side, the rows of the first one first."""
    return tuple(np.concatenate(arrays) for arrays in zip(*states, strict=True))


class Network(Protocol):
    """A model as decoding sees it."""

    def step(self, ids: Ids, state: State, /) -> tuple[Logits, State]:
        """A `StepFunction`."""

    def joined(self, states: Sequence[State], /) -> State:
        """States side by side, the rows of the first one first."""


FinishReason: TypeAlias = Literal["end", "stop", "lines", "length"]
"""The document ended, a stop string came up, all lines asked for are whole, or the token limit is reached."""


@dataclass(frozen=True)
class GeneratedSequence:
    """A finished text.

    Args:
        ids: all ids chosen, END and those of a stop string included.
        text: what the ids add to the prompt, without the stop string.
        finish_reason: why it ended.
        seed: of its draws.
        log_probability: of the ids given the prompt, in nats, by the model alone: before any transform or
            constraint.
        relaxed: whether a copy of the training corpus had to be let through.
    """

    ids: tuple[int, ...]
    text: str
    finish_reason: FinishReason
    seed: int
    log_probability: float
    relaxed: bool = False


class Event(NamedTuple):
    """New text in one of the sequences, or its end.

    Args:
        row: which sequence.
        text: what it grew by since its last event, whole characters only; all of them together are its text.
        lines: whole lines that were written so far.
        sequence: the whole of it, when it is done.
    """

    row: int
    text: str
    lines: int
    sequence: GeneratedSequence | None = None


def collect(events: Iterable[Event]) -> list[GeneratedSequence]:
    """The sequences in the order of their rows, once all are done."""
    done = {event.row: event.sequence for event in events if event.sequence is not None}
    return [done[row] for row in sorted(done)]
