"""Standard errors of a sample's figures, by resampling."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 200

_KEPT = 0.9
"""Share of the lines in a resample: close to all of them, so that self-BLEU, say, varies as it does in the whole."""

_NORMAL = 1.96
"""Standard errors on each side of a 95% interval."""


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error.

    Args:
        value: of the whole sample.
        error: standard error from the sample's size; the text it is compared with is taken as given.
    """

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where 95 in 100 samples of this size would put the figure."""
        return self.value - _NORMAL * self.error, self.value + _NORMAL * self.error


def estimate(
    statistic: Callable[[NDArray[np.intp]], NDArray[np.float64]], count: int, seed: int, resamples: int = RESAMPLES
) -> list[Estimate]:
    """Figures of a sample with their standard errors, by a bootstrap without replacement.

    A resample is nine tenths of the lines, and its spread is scaled up to that of a sample (Shao and Wu 1989). Drawn
    with replacement, it would hold lines twice, which would look like a lack of diversity.

    Args:
        statistic: maps the numbers of lines to figures. *Shape:* (rows,) to (figures,).
        count: number of lines; at least 2.
        seed: of the resamples.
        resamples: how many are drawn.
    """
    draw, whole = np.random.default_rng(seed), statistic(np.arange(count))
    kept = min(round(_KEPT * count), count - 1)
    spread = np.std([statistic(draw.permutation(count)[:kept]) for _ in range(resamples)], axis=0)
    errors = spread * sqrt(kept / (count - kept))
    return [Estimate(float(value), float(error)) for value, error in zip(whole, errors, strict=True)]
