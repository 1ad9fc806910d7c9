"""Distinct n-grams: how many different ones there are among all (Li et al. 2016)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textgen.evaluation.ngrams import count_ngrams

LENGTHS = (1, 2, 3, 4)


class Distinct:
    """Distinct-1 to 4 of lines, or of some of them; comparable between samples of as many lines.

    Args:
        lines: their tokens.

    Example:
        >>> Distinct([["a", "a"], ["a", "b"]]).of(np.array([0, 1]))[:2]
        array([0.5, 1. ])
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._lines = len(lines)
        self._ngrams = [
            (np.unique(ngrams.ids, return_inverse=True)[1], ngrams.lines, ngrams.counts)
            for ngrams in count_ngrams(lines, LENGTHS)
        ]

    def of(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Shares of different n-grams in some of the lines; 0 where there are none. *Shape:* (rows,) to (4,)."""
        chosen = np.zeros(self._lines, bool)
        chosen[rows] = True
        shares = []
        for ids, lines, counts in self._ngrams:
            here = chosen[lines]
            shares.append(np.count_nonzero(np.bincount(ids[here])) / max(int(counts[here].sum()), 1))
        return np.array(shares)
