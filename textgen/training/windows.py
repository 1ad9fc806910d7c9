"""Training batches of a language model: streams through the ids, one window a step, state carried."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.tokenizers.special import START


class WindowBatch(NamedTuple):
    """One training step's tokens.

    Args:
        inputs: *Shape:* (window, streams).
        targets: the ids that follow. *Shape:* (window, streams).
        keep: 0 where a stream's state is zeroed before an input, else 1. *Shape:* (window, streams).
    """

    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    keep: NDArray[np.float32]

    @property
    def tokens(self) -> int:
        """Tokens read."""
        return self.targets.size


class Windows:
    """The corpus as parallel streams, cut into windows.

    Each epoch reads the ids as one ring that begins at a place of its own, so that windows are not cut at the same
    tokens every time. Batches are a function of the step alone: a resumed run reads what it would have read.

    Args:
        ids: of the training text, memory-mapped. *Shape:* (tokens,).
        streams: read side by side; fewer where the text is short.
        window: tokens a stream in one step; fewer where the text is short.
        reset: share of windows at whose beginning a stream's state is zeroed, so that a cold start is learned too.
        seed: of the places where epochs begin, and of the resets.
    """

    def __init__(self, ids: NDArray[np.integer], streams: int, window: int, reset: float, seed: int) -> None:
        self.ids, self.reset, self.seed = ids, reset, seed
        self.window = max(1, min(window, len(ids) - 1))
        self.streams = max(1, min(streams, len(ids) // self.window))
        self._stream_length = len(ids) // self.streams
        self.steps_per_epoch = max(1, self._stream_length // self.window)

    def batch(self, step: int, progress: float = 0.0) -> WindowBatch:
        """The batch of a step, counted from 0, whatever share of the budget is spent."""
        epoch, index = divmod(step, self.steps_per_epoch)
        begin = self._random("epoch", epoch).integers(len(self.ids)) + index * self.window
        starts = begin + np.arange(self.streams) * self._stream_length
        positions = (starts + np.arange(self.window + 1)[:, None]) % len(self.ids)
        run = self.ids[positions].astype(np.int32)
        keep = (run[:-1] != START).astype(np.float32)
        keep[0] *= 0.0 if index == 0 else self._random("reset", step).random(self.streams) >= self.reset
        return WindowBatch(run[:-1], run[1:], keep)

    def _random(self, purpose: str, count: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, {"epoch": 0, "reset": 1}[purpose], count])
