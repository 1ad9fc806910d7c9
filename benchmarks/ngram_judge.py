"""A judge of another kind than the networks: naive Bayes over short runs of tokens names the class of a text."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

LONGEST, MORE = 3, 0.3  # tokens of an n-gram, and what is added to its count

Ngram = tuple[Hashable, ...]


class NgramJudge:
    """Naive Bayes over runs of one to three tokens, each counted once a text.

    Args:
        texts: to learn from, in tokens of any kind.
        classes: of the texts, from 0.
        number: of classes.
    """

    def __init__(self, texts: Sequence[Sequence[Hashable]], classes: Sequence[int], number: int) -> None:
        counts = [Counter[Ngram]() for _ in range(number)]
        for text, one in zip(texts, classes, strict=True):
            counts[one].update(_ngrams(text))
        found = np.bincount(classes, minlength=number)
        self._prior = np.log((found + 1) / (found.sum() + number))
        known = set().union(*counts)
        totals = [math.log(count.total() + MORE * len(known)) for count in counts]
        self._weights = {
            ngram: np.array(
                [math.log(count[ngram] + MORE) - total for count, total in zip(counts, totals, strict=True)]
            )
            for ngram in known
        }

    def name(self, text: Sequence[Hashable]) -> int:
        """The likeliest class of a text."""
        known = [self._weights[ngram] for ngram in _ngrams(text) if ngram in self._weights]
        return int(np.argmax(self._prior + sum(known)))


def _ngrams(text: Sequence[Hashable]) -> set[Ngram]:
    tokens = tuple(text)
    return {tokens[k : k + n] for n in range(1, LONGEST + 1) for k in range(len(tokens) - n + 1)}
