"""What one adversarial step learns from, as a function of the step alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.training.adversarial.passages import Lines, Passages
from textgen.training.windows import Batch, Windows


class AdversarialBatch(NamedTuple):
    """One step's texts.

    Args:
        window: for teacher forcing.
        lines: real ones, a batch for each update of the critic and one for the generator's.
    """

    window: Batch
    lines: tuple[Lines, ...]

    @property
    def tokens(self) -> int:
        """Tokens read: of the window and of the real lines."""
        return self.window.tokens + int(sum(lines.lengths.sum() for lines in self.lines))


class AdversarialBatches:
    """Windows for teacher forcing beside real lines in an order drawn anew each epoch.

    Args:
        windows: of the training text.
        passages: of the same.
        batch: lines of an update.
        updates: batches of lines in a step.
        seed: of the order.
    """

    def __init__(self, windows: Windows, passages: Passages, batch: int, updates: int, seed: int) -> None:
        self.windows, self.passages, self.size, self.updates, self.seed = windows, passages, batch, updates, seed
        self.steps_per_epoch = steps_per_epoch(passages, batch)

    def batch(self, step: int, progress: float = 0.0) -> AdversarialBatch:
        """The batch of a step, counted from 0, whatever share of the budget is spent."""
        lines = tuple(self.passages.lines(self._chosen(step, update)) for update in range(self.updates))
        return AdversarialBatch(self.windows.batch(step), lines)

    def _chosen(self, step: int, update: int) -> NDArray[np.int64]:
        """Each update has an order of its own; the last batch of an epoch is filled up with its first lines."""
        epoch, index = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, 2, epoch, update]).permutation(len(self.passages))
        return order[(index * self.size + np.arange(self.size)) % len(order)]


def steps_per_epoch(passages: Passages, batch: int) -> int:
    """Batches of so many lines in one pass over all of them."""
    return max(1, -(-len(passages) // batch))
