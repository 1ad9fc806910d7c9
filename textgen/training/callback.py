"""What a run tells of itself while it trains, and how it is asked to stop."""

from collections.abc import Mapping
from typing import Literal

from textgen.training.history import HistoryRow

Reason = Literal["budget", "no improvement", "stopped", "interrupted", "not finite"]
"""Why a run ended: its budget was spent, nothing improved, a callback stopped it, Ctrl-C, or the loss was no number."""


class Callback:
    """Is told what happens in a run, and may stop it.

    Subclass it and write the methods that you need; here each does nothing. They are called between two steps, in the
    thread that trains, and their time does not count in a budget of minutes. A run with a critic has two parts, each of
    which begins and ends.

    Attributes:
        stopped: whether the run is to end.

    Example:
        >>> class GoodEnough(Callback):
        ...     def validated(self, row, best):
        ...         if row.validation_bits_per_character < 1.5:
        ...             self.stop()
    """

    stopped = False

    def stop(self) -> None:
        """Ends the run after the step in hand: what it learned is validated, and the best weights become the model."""
        self.stopped = True

    def begin(self, step: int) -> None:
        """Training begins; a resumed run goes on after this many steps."""

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """A step is done: share of the budget spent, recent speed and loss."""

    def validating(self) -> None:
        """The held-out text is about to be scored."""

    def validated(self, row: HistoryRow, best: bool) -> None:
        """A validation is done; `best` if it is lower than all before, and never if the last weights are kept."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Further measures of a validation in adversarial training, by name."""

    def sample(self, text: str) -> None:
        """What the model writes with the weights just validated."""

    def note(self, text: str) -> None:
        """Something a person should know."""

    def end(self, reason: Reason) -> None:
        """Training is over; "interrupted" after an error in the middle of it, too."""
