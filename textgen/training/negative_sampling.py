"""Draws the words that stand for the whole vocabulary in a training step, as a function of (seed, step)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from textgen.models.softmax import Candidates
from textgen.training.dropout import seed_of

Tensor = Any


class CandidateSampler:
    """Draws the candidates of each step: some of the ranked ids, and all others always.

    The word of rank r (from 0) weighs log((r + 2) / (r + 1)): log-uniform, which is near to how often words occur. They
    are drawn without replacement: each word gets a random time, exponentially distributed with its weight as the rate,
    and the earliest are taken. Given the time of the first that is not taken, each word's chance of being earlier is
    known, and what is weighted by its inverse is right on average (Cohen and Kaplan 2007, "rank conditioning").

    Args:
        vocabulary_size: number of ids.
        ranked: those to draw from, the most frequent first.
        drawn: how many of them, fewer than there are.
        seed: of the run.
    """

    def __init__(self, vocabulary_size: int, ranked: Sequence[int], drawn: int, seed: int) -> None:
        self._rates = np.full(vocabulary_size, np.inf, np.float32)
        self._rates[np.asarray(ranked)] = np.diff(np.log(np.arange(1, len(ranked) + 2)))
        self._count, self._seed = vocabulary_size - len(ranked) + drawn, seed

    def draw(self, step: Tensor) -> Candidates:
        """The candidates of a step.

        Args:
            step: the step's number. *Shape:* (), int64.
        """
        uniform = tf.random.stateless_uniform(self._rates.shape, seed_of(self._seed, "candidates", step))
        times = -tf.math.log1p(-uniform) / self._rates
        earliest, ids = tf.math.top_k(-times, self._count + 1)
        return Candidates(ids[:-1], tf.math.log(-tf.math.expm1(earliest[-1] * self._rates)))
