"""What a run tells while it goes on; the display, TensorBoard and the samples listen."""

from collections.abc import Mapping
from typing import Protocol

from textgen.training.history import Row


class Listener(Protocol):
    """Is told of every step and validation; changes nothing."""

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """A step is done: share of the budget spent, speed and loss of late."""

    def validating(self) -> None:
        """The held-out text is about to be scored."""

    def validated(self, row: Row, best: bool) -> None:
        """A validation is done; `best` when it is lower than all before, and never where the last weights are kept."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Further measures of a validation, by name."""

    def sample(self, text: str) -> None:
        """What the model writes with the weights just validated."""

    def note(self, text: str) -> None:
        """Something a person should know."""

    def close(self) -> None:
        """The run is over or interrupted."""
