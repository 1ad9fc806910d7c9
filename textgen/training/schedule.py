"""The learning rate over a run, and how far a run has come."""

import math

from textgen.config import Budget

_WARM_UP_STEPS = 100
_FLOOR = 0.01


def learning_rate(peak: float, step: int, progress: float) -> float:
    """The rate of a step: a short linear warm-up, then a cosine from `peak` down to a hundredth of it.

    Args:
        peak: the highest rate.
        step: counted from 0.
        progress: share of the budget spent before this step, 0 to 1.
    """
    warm_up = min(1.0, (step + 1) / _WARM_UP_STEPS)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return peak * warm_up * (_FLOOR + (1.0 - _FLOOR) * cosine)


class Clock:
    """How much of a budget is spent; steps decide for epochs and steps, seconds of work for minutes.

    Args:
        budget: of the run.
        steps_per_epoch: windows in one pass over the corpus.
    """

    def __init__(self, budget: Budget, steps_per_epoch: int) -> None:
        self.total_steps: int | None = None
        self._seconds = 0.0
        if budget.minutes is not None:
            self._seconds = budget.minutes * 60
        elif budget.epochs is not None:
            self.total_steps = max(1, round(budget.epochs * steps_per_epoch))
        else:
            self.total_steps = budget.steps

    def progress(self, steps: int, seconds: float) -> float:
        """Share of the budget spent after `steps` steps and `seconds` of steps and validations, 0 to 1."""
        spent = steps / self.total_steps if self.total_steps else seconds / self._seconds
        return min(spent, 1.0)
