"""Transforms of the logits `(..., vocabulary) -> (..., vocabulary)` that look at the distribution alone.

A token that is ruled out gets -inf; at least one always survives. Tokens as likely as the last survivor
survive with it: nothing is chosen among equals. None of them depends on the order of the tokens, nor on
tokens ruled out before.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Logits

Transform: TypeAlias = Callable[[Logits], Logits]

_FIRST_SIZE, _GROWTH = 64, 8  # of the part that is sorted: most nuclei are small, and a whole sort costs most


def temperature(logits: Logits, value: float) -> Logits:
    """Divides the logits by a temperature above 0, the likeliest put at 0 first, so that none overflows."""
    scaled: Logits = logits - logits.max(axis=-1, keepdims=True)
    scaled /= np.asarray(value, scaled.dtype)
    return scaled


def top_k(logits: Logits, k: int) -> Logits:
    """Keeps the k likeliest tokens (Fan et al. 2018)."""
    size = logits.shape[-1]
    if k >= size:
        return logits
    last = np.partition(logits, size - k, axis=-1)[..., size - k, None]
    return _keep(logits >= last, logits)


def min_p(logits: Logits, value: float) -> Logits:
    """Keeps tokens at least `value` times as likely as the likeliest (Nguyen et al. 2024, "Turning up the
    heat").

    Example:
        Probabilities 0.5, 0.3, 0.2 and value 0.5: the bound is 0.25, the first two survive.
    """
    bound = logits.max(axis=-1, keepdims=True) + np.asarray(np.log(value), logits.dtype)
    return _keep(logits >= bound, logits)


def top_p(logits: Logits, value: float) -> Logits:
    """Keeps the nucleus: the fewest tokens whose probabilities sum to `value` (Holtzman et al. 2020).

    Example:
        Probabilities 0.5, 0.3, 0.2 and value 0.6: the first two survive.
    """
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    goal = value * weights.sum(axis=-1, keepdims=True, dtype=np.float64)
    return _keep(weights >= -_cutoff(-weights, weights, goal), logits)


def typical_p(logits: Logits, value: float) -> Logits:
    """Keeps tokens whose surprise is nearest to the entropy, until they sum to `value` (Meister et al. 2022).

    Example:
        Probabilities 0.5, 0.25, 0.125, 0.125 have an entropy of 1.21 nats and surprises of 0.69, 1.39, 2.08
        and 2.08: the second token is the most typical, then the first. With value 0.2 only the second survives.
    """
    log_p = logits - logits.max(axis=-1, keepdims=True)
    weights = np.exp(log_p)
    total = weights.sum(axis=-1, keepdims=True)
    log_p -= np.log(total)
    weights /= total
    expected = (weights * np.where(weights > 0, log_p, 0)).sum(axis=-1, keepdims=True)
    distances = np.abs(log_p - expected)
    goal = np.full(expected.shape, value)
    return _keep(distances <= _cutoff(distances, weights, goal), logits)


def distribution_transforms(options: DecodingOptions) -> tuple[Transform, ...]:
    """The transforms that the options ask for, in Hugging Face's order; none when greedy."""
    if options.greedy:
        return ()
    chosen: list[tuple[bool, Transform]] = [
        (options.temperature != 1, lambda x: temperature(x, options.temperature)),
        (options.top_k > 0, lambda x: top_k(x, options.top_k)),
        (options.top_p < 1, lambda x: top_p(x, options.top_p)),
        (options.min_p > 0, lambda x: min_p(x, options.min_p)),
        (options.typical_p < 1, lambda x: typical_p(x, options.typical_p)),
    ]
    return tuple(transform for wanted, transform in chosen if wanted)


def _keep(kept: NDArray[np.bool_], logits: Logits) -> Logits:
    return np.where(kept, logits, np.asarray(-np.inf, logits.dtype))


def _cutoff(keys: Logits, weights: Logits, goal: NDArray[np.float64]) -> Logits:
    """The largest key needed when tokens are taken by rising key until their weights reach the goal.

    *Shape:* keys and weights (..., vocabulary), goal and result (..., 1).
    """
    size, vocabulary = _FIRST_SIZE, keys.shape[-1]
    while True:
        whole = size >= vocabulary
        part = np.argsort(keys, axis=-1) if whole else np.argpartition(keys, size, axis=-1)[..., :size]
        if not whole:
            order = np.argsort(np.take_along_axis(keys, part, axis=-1), axis=-1)
            part = np.take_along_axis(part, order, axis=-1)
        mass = np.take_along_axis(weights, part, axis=-1).cumsum(axis=-1, dtype=np.float64)
        if whole or (mass[..., -1:] >= goal).all():
            break
        size *= _GROWTH
    needed = np.minimum((mass < goal).sum(axis=-1, keepdims=True), part.shape[-1] - 1)
    return np.take_along_axis(keys, np.take_along_axis(part, needed, axis=-1), axis=-1)
