"""Whatever judges a generator by what it wrote, and a simple judge."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

_ORDERS = (1, 2, 3)


class Judgement(NamedTuple):
    """How good a sample is.

    Args:
        distance: between the sample and real text; the generator with the lowest is kept.
        measures: anything else that was measured, by name.
    """

    distance: float
    measures: Mapping[str, float]


class Judge(Protocol):
    """Compares what a generator wrote with real text that it was made for."""

    def __call__(self, generated: Sequence[str]) -> Judgement:
        """The judgement of a sample."""


JudgeMaker = Callable[[Sequence[str]], Judge]
"""Makes a judge from lines of real text in no order. Training knows no evaluation: whoever starts a run hands it in."""


class NgramJudge:
    """Tells how differently runs of one, two and three words are distributed.

    The distance is the mean total variation, from 0 (the same) to 1 (nothing in common). Poor text has runs that real
    text lacks, and a collapsed generator lacks runs that real text has: either is far away. Samples of a few hundred
    lines are never near 0, not even real ones.

    Args:
        real: lines of real text.
    """

    def __init__(self, real: Sequence[str]) -> None:
        self._real = [_counts(real, n) for n in _ORDERS]

    def __call__(self, generated: Sequence[str]) -> Judgement:
        """The distance, and no other measures."""
        pairs = zip(_ORDERS, self._real, strict=True)
        distances = [_total_variation(_counts(generated, n), real) for n, real in pairs]
        return Judgement(sum(distances) / len(distances), {})


def distinct(texts: Sequence[str], n: int) -> float:
    """Share of different ones among all runs of `n` words (Li et al. 2016), 0 to 1."""
    counts = _counts(texts, n)
    return len(counts) / max(counts.total(), 1)


def self_overlap(texts: Sequence[str], n: int) -> float:
    """Share of a text's runs of `n` words that another text of the sample has too; the more, the less diverse."""
    of_texts = [set(_ngrams(text.split(), n)) for text in texts]
    holders = Counter(chain.from_iterable(of_texts))
    runs = sum(holders.values())
    return sum(count for count in holders.values() if count > 1) / max(runs, 1)


def _ngrams(words: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    return zip(*(words[k:] for k in range(n)), strict=False)


def _counts(texts: Iterable[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(chain.from_iterable(_ngrams(text.split(), n) for text in texts))


def _total_variation(ours: Counter[tuple[str, ...]], theirs: Counter[tuple[str, ...]]) -> float:
    if not ours or not theirs:
        return 1.0
    totals = ours.total(), theirs.total()
    common = sum(min(count / totals[0], theirs[run] / totals[1]) for run, count in ours.items())
    return 1.0 - common
