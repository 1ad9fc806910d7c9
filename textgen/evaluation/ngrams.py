"""How often each n-gram occurs in each line of many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.copy_detection import ngram_hashes, word_hashes


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
