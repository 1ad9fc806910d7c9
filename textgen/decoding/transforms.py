"""Transforms of the logits `(..., vocabulary) -> (..., vocabulary)` that look at the distribution alone.

A token that is ruled out gets -inf; at least one always survives. Tokens as likely as the last survivor
survive with it: nothing is chosen among equals. None of them depends on the order of the tokens, nor on
tokens ruled out before.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.axis import take
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Logits
from textgen.errors import ModelError

Transform: TypeAlias = Callable[[Logits], Logits]

_COLDEST = 1e-30  # which leaves no choice, and in float32 is not 0 yet
_FIRST_SIZE, _GROWTH = 512, 4  # of the part that is sorted: most nuclei are small, and a whole sort costs most


def temperature(logits: Logits, value: float) -> Logits:
    """Divides the logits by a temperature above 0, the likeliest put at 0 first, so that none overflows."""
    scaled: Logits = logits - logits.max(axis=-1, keepdims=True)
    scaled /= np.asarray(max(value, _COLDEST), scaled.dtype)
    return scaled


def top_k(logits: Logits, k: int) -> Logits:
    """Keeps the k likeliest tokens (Fan et al. 2018)."""
    size = logits.shape[-1]
    if k >= size:
        return logits
    last = np.partition(logits, size - k, axis=-1)[..., size - k, None]
    return _keep(logits >= last, logits)


def min_p(logits: Logits, value: float) -> Logits:
    """Keeps tokens at least `value` times as likely as the likeliest (min-p, Nguyen et al. 2024).

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
    goal = value * weights.sum(axis=-1, keepdims=True).astype(np.float64)
    return _keep(weights >= _nucleus_bound(weights, goal), logits)


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
    finite = np.maximum(log_p, np.finfo(log_p.dtype).min)  # where a token is ruled out 0 x -inf would be no number
    expected = (weights * finite).sum(axis=-1, keepdims=True)
    distances = np.abs(log_p - expected)
    return _keep(distances <= _distance_bound(distances, weights, value), logits)


def log_totals(logits: Logits) -> NDArray[np.floating]:
    """The logarithm of the sum of the exponentials; log-probabilities are the logits less it.

    *Shape:* (batch, vocabulary) to (batch,).

    Raises:
        ModelError: a sum is not finite.
    """
    top = logits.max(axis=-1)
    weights = logits - top[:, None]
    np.exp(weights, out=weights)
    totals: NDArray[np.floating] = top + np.log(weights.sum(axis=-1))
    if not np.isfinite(totals).all():
        raise ModelError(
            "The model was asked for the next token and gave numbers that are not finite: its training "
            "diverged or its files are damaged; copy the model folder again, or train with a lower "
            "learning rate."
        )
    return totals


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


def _nucleus_bound(weights: Logits, goal: NDArray[np.float64]) -> Logits:
    """The least weight needed when the largest are taken until they reach the goal.

    *Shape:* weights (..., vocabulary), goal and result (..., 1).
    """
    vocabulary = weights.shape[-1]
    for size in _sizes(vocabulary):
        rest = vocabulary - size
        part = np.partition(weights, rest, axis=-1)[..., rest:] if rest else weights
        part = np.sort(part, axis=-1)[..., ::-1]
        mass = part.cumsum(axis=-1, dtype=np.float64)
        if size == vocabulary or (mass[..., -1:] >= goal).all():
            break
    return take(part, _needed(mass, goal))


def _distance_bound(distances: Logits, weights: Logits, goal: float) -> Logits:
    """The largest distance needed when tokens are taken by rising distance until their weights reach the goal.

    *Shape:* distances and weights (..., vocabulary), result (..., 1).
    """
    vocabulary = weights.shape[-1]
    for size in _sizes(vocabulary):
        if size == vocabulary:
            part = np.argsort(distances, axis=-1)
        else:
            part = np.argpartition(distances, size, axis=-1)[..., :size]
            part = take(part, np.argsort(take(distances, part), axis=-1))
        mass = take(weights, part).cumsum(axis=-1, dtype=np.float64)
        if size == vocabulary or (mass[..., -1:] >= goal).all():
            break
    return take(distances, take(part, _needed(mass, goal)))


def _sizes(vocabulary: int) -> Iterator[int]:
    """Sizes of the part to sort; the last is the whole."""
    size = _FIRST_SIZE
    while size * 2 < vocabulary:
        yield size
        size *= _GROWTH
    yield vocabulary


def _needed(mass: NDArray[np.float64], goal: NDArray[np.float64] | float) -> NDArray[np.intp]:
    """The place at which the mass reaches the goal, or the last."""
    places: NDArray[np.intp] = np.minimum((mass < goal).sum(axis=-1, keepdims=True), mass.shape[-1] - 1)
    return places
