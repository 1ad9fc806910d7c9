"""Whether the critic, which learns alone at first, leaves the generator a turn."""

from collections.abc import Callable

from textgen.config import AdversarialConfig, Budget
from textgen.errors import ConfigurationError
from textgen.training.display import SilentDisplay
from textgen.training.schedule import Clock
from textgen.wording import count

_COMPILING, _MEASURED = 3, 10
"""Steps that are not like the others, and steps that the pace is taken from."""


def require_turn(config: AdversarialConfig, budget: Budget, steps_per_epoch: int) -> None:
    """Refuses a budget that ends before the generator learns; how many steps minutes will have, nobody knows yet.

    Raises:
        ConfigurationError: names both numbers of steps.
    """
    steps = Clock(budget, steps_per_epoch).total_steps
    if steps is not None and steps <= config.warm_up:
        raise ConfigurationError(
            f"A critic was asked for that learns alone for {count(config.warm_up, 'step')}, but its part of the budget "
            f"is {count(steps, 'step')}, so that the writer would never learn from it: give a larger budget, or a "
            f"--warm-up below {steps}."
        )


class TurnWatch(SilentDisplay):
    """Listens to a run of minutes, and tells early if at its pace the critic will learn alone to the end.

    Args:
        warm_up: steps in which the critic learns alone.
        note: is told.
    """

    def __init__(self, warm_up: int, note: Callable[[str], None]) -> None:
        self._warm_up, self._note = warm_up, note
        self._steps, self._compiled = 0, 0.0

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """Counts; after some steps the pace is known."""
        self._steps += 1
        if self._steps == _COMPILING:
            self._compiled = progress
        elif self._steps == _COMPILING + _MEASURED:
            reached = self._steps + round((1.0 - progress) * _MEASURED / (progress - self._compiled))
            if reached <= self._warm_up:
                self._note(
                    f"warning   no turn for the writer: the critic learns alone for {count(self._warm_up, 'step')}, "
                    f"and at this pace there will be {reached:,}: give a larger budget, or a smaller --warm-up"
                )
