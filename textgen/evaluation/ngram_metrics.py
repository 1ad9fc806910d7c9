"""BLEU, self-BLEU and distinct-n of many lines, from n-grams that are counted once.

BLEU is that of Papineni et al. 2002 for a single line, smoothed by method 1 of Chen and Cherry 2014; self-BLEU, the
BLEU of a line against all others of its sample, is that of Zhu et al. 2018 (Texygen). Figures are those of NLTK's
`sentence_bleu` with equal weights and `SmoothingFunction().method1`. Distinct-n is the share of different n-grams among
all (Li et al. 2016).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.copy_detection import ngram_hashes, word_hashes

BLEU_ORDERS = (2, 3, 4, 5)
"""BLEU-n looks at n-grams up to n."""

DISTINCT_ORDERS = (1, 2, 3, 4)
"""Distinct-n counts n-grams of these lengths."""

_LENGTHS = range(1, BLEU_ORDERS[-1] + 1)

_EPSILON = 0.1
"""Matches that method 1 puts in the place of none."""

Counts = NDArray[np.intp]


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of lines, each once a line, ordered by n-gram and line.

    Args:
        ids: of the n-grams: their hashes. *Shape:* (occurrences,).
        lines: numbers of the lines they stand in. *Shape:* (occurrences,).
        counts: how often they stand there. *Shape:* (occurrences,).
    """

    ids: NDArray[np.uint64]
    lines: NDArray[np.intp]
    counts: NDArray[np.intp]


def count_ngrams(lines: Sequence[Sequence[str]], orders: Sequence[int]) -> Iterator[Ngrams]:
    """Counts n-grams, none of which goes beyond its line.

    Args:
        lines: their tokens.
        orders: each n to count for.
    """
    words = word_hashes(list(chain.from_iterable(lines)))
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    for n in orders:
        hashes = ngram_hashes(words, n)
        first, last = owners[: len(hashes)], owners[len(owners) - len(hashes) :]
        yield _gathered(hashes[first == last], first[first == last])


def _gathered(hashes: NDArray[np.uint64], lines: NDArray[np.intp]) -> Ngrams:
    order = np.lexsort((lines, hashes))
    hashes, lines = hashes[order], lines[order]
    is_new = np.ones(len(hashes), bool)
    is_new[1:] = (hashes[1:] != hashes[:-1]) | (lines[1:] != lines[:-1])
    starts = np.flatnonzero(is_new)
    return Ngrams(hashes[starts], lines[starts], np.diff(starts, append=len(hashes)))


class References:
    """Lines that others are compared with.

    Args:
        lines: their tokens.

    Example:
        >>> References([["a", "b", "c"], ["d"]]).bleu([["a", "b", "c"]])[0, 0]
        np.float64(1.0)
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._maxima = [_maxima(ngrams) for ngrams in count_ngrams(lines, _LENGTHS)]
        self._lengths = np.unique(_lengths(lines))

    def bleu(self, lines: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """BLEU-2 to 5 of each line. *Shape:* (lines, 4).

        Args:
            lines: their tokens.
        """
        matched = []
        for ngrams, (ids, most) in zip(count_ngrams(lines, _LENGTHS), self._maxima, strict=True):
            ranks = ids.searchsorted(ngrams.ids)
            is_known = (ranks < len(ids)) & (np.append(ids, np.uint64(0))[ranks] == ngrams.ids)
            matches = np.minimum(ngrams.counts, np.append(most, 0)[ranks]) * is_known
            matched.append(np.bincount(ngrams.lines, matches, len(lines)))
        lengths = _lengths(lines)
        nearest = {length: _nearest(length, self._lengths) for length in set(lengths.tolist())}
        return _bleu(matched, lengths, np.array([nearest[length] for length in lengths.tolist()]))


class SelfBleu:
    """BLEU of lines against the others among them; of all lines, or of some that stand for themselves.

    Args:
        lines: their tokens.

    Example:
        >>> SelfBleu([["a", "b"], ["a", "b"], ["c"]]).of(np.array([0, 1]))[:, 0]
        array([1., 1.])
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._lengths = _lengths(lines)
        self._ngrams = [_by_count(ngrams) for ngrams in count_ngrams(lines, _LENGTHS)]

    def of(self, rows: Counts) -> NDArray[np.float64]:
        """BLEU-2 to 5 of some lines, each against the others of them. *Shape:* (rows,) to (rows, 4)."""
        chosen = np.zeros(len(self._lengths), bool)
        chosen[rows] = True
        matched = []
        for ngrams in self._ngrams:
            here = chosen[ngrams.lines]
            ids, counts = ngrams.ids[here], ngrams.counts[here]
            # Another line has every n-gram as often, save where none has it more often: there the second most counts.
            is_most = np.append(ids[1:] != ids[:-1], np.ones(min(len(ids), 1), bool))
            second = np.where(np.append(False, ids[1:] == ids[:-1])[: len(ids)], np.roll(counts, 1), 0)
            matches = np.where(is_most, second, counts)
            matched.append(np.bincount(ngrams.lines[here], matches, len(self._lengths))[rows])
        lengths = self._lengths[rows]
        known, frequencies = np.unique(lengths, return_counts=True)
        nearest = {
            length: length if frequency > 1 else _nearest(length, known[known != length])
            for length, frequency in zip(known.tolist(), frequencies.tolist(), strict=True)
        }
        return _bleu(matched, lengths, np.array([nearest[length] for length in lengths.tolist()]))


def _bleu(matched: Sequence[NDArray[Any]], lengths: Counts, nearest: Counts) -> NDArray[np.float64]:
    """BLEU from the matches of each order and the lengths of the nearest references. *Shape of each:* (lines,)."""
    total, scores = np.zeros(len(lengths)), []
    for n, matches in zip(_LENGTHS, matched, strict=True):
        total += np.log(np.where(matches > 0, matches, _EPSILON) / np.maximum(lengths - n + 1, 1))
        if n in BLEU_ORDERS:
            scores.append(np.exp(total / n))
    brevity = np.exp(np.minimum(1 - nearest / np.maximum(lengths, 1), 0))
    smoothed: NDArray[np.float64] = np.stack(scores, axis=1) * (brevity * (matched[0] > 0))[:, None]
    return smoothed


def _nearest(length: int, lengths: Counts) -> int:
    """Of ascending lengths the nearest, the shorter of two as near; the length itself where there are none."""
    return int(lengths[np.argmin(np.abs(lengths - length))]) if len(lengths) else length


def _lengths(lines: Sequence[Sequence[str]]) -> Counts:
    return np.array([len(line) for line in lines], np.intp)


def _by_count(ngrams: Ngrams) -> Ngrams:
    """Ordered by n-gram, and then by how often a line has it."""
    order = np.lexsort((ngrams.counts, ngrams.ids))
    return Ngrams(ngrams.ids[order], ngrams.lines[order], ngrams.counts[order])


def _maxima(ngrams: Ngrams) -> tuple[NDArray[np.uint64], Counts]:
    """The n-grams, ascending, and how often the line has each that has it most often."""
    ids, starts = np.unique(ngrams.ids, return_index=True)
    return ids, np.maximum.reduceat(ngrams.counts, starts) if len(ids) else ngrams.counts


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
            for ngrams in count_ngrams(lines, DISTINCT_ORDERS)
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
