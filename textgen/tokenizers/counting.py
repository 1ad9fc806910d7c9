"""Counting tokens of a corpus of any size in bounded memory, and ranking them the same way every time."""

from collections import Counter
from collections.abc import Iterable, Mapping

from textgen.errors import ConfigurationError

SEEN_ENOUGH = 3
"""What is seen less often is spelled, in training too, so that a model learns to spell."""

_MOST_COUNTED = 1_000_000


def count(groups: Iterable[Iterable[str]], most: int = _MOST_COUNTED) -> Counter[str]:
    """Count tokens given in groups (one a text).

    When more than `most` different ones are held, the rarest are forgotten until half of them are left;
    counts are exact below that.

    Example:
        >>> count(["abca", "a"])
        Counter({'a': 3, 'b': 1, 'c': 1})
    """
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group)
        if len(counts) > most:
            counts = _without_rarest(counts, most // 2)
    return counts


def ranked(counts: Mapping[str, int], limit: int | None, least: int = SEEN_ENOUGH) -> list[str]:
    """Give the tokens seen at least `least` times, most frequent first, then by spelling.

    Args:
        counts: how often each token was seen.
        limit: how many to give; None for all.
        least: how often a token must have been seen.
    """
    frequent = [token for token, times in counts.items() if times >= least]
    return sorted(frequent, key=lambda token: (-counts[token], token))[:limit]


def check_limit(limit: int | None) -> None:
    """Refuse a vocabulary limit that leaves no room for a piece.

    Raises:
        ConfigurationError: the limit is below 1.
    """
    if limit is not None and limit < 1:
        raise ConfigurationError(f"The vocabulary limit is {limit}; it must be at least 1, or left out.")


def _without_rarest(counts: Counter[str], most: int) -> Counter[str]:
    floor = 0
    while len(counts) > most:
        floor += 1
        counts = Counter({token: times for token, times in counts.items() if times > floor})
    return counts
