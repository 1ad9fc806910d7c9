"""What comes out of decoding: pieces of text while it is written, and each sequence when it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

FinishReason: TypeAlias = Literal["end", "stop", "lines", "length"]
"""The document ended, a stop string came up, all lines asked for are whole, or all tokens are written."""


@dataclass(frozen=True)
class GeneratedSequence:
    """A text that is done.

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
    """Something happened in one of the sequences.

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
