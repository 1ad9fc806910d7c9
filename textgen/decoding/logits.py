"""Transforms of the logits `(..., vocabulary) -> (..., vocabulary)`.

Most look at the distribution alone. A token that is ruled out gets -inf; at least one always survives. Tokens as likely
as the last survivor survive with it: nothing is chosen among equals. None of them depends on the order of the tokens,
nor on tokens ruled out before.

Others also look at the earlier ids, (..., time) with the same leading axes, the latest id last: what was already
written becomes less likely, or impossible.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.options import TABLE, DecodingOptions
from textgen.decoding.protocols import Ids, Logits
from textgen.errors import ModelError

Transform: TypeAlias = Callable[[Logits], Logits]
HistoryTransform: TypeAlias = Callable[[Logits, Ids], Logits]

_COLDEST, _HOTTEST = 1e-30, 1e30  # no choice and no preference is left, and float32 holds both
_LEAST_PENALTY = 1e-6  # and 1e6 at most: what a factor makes of a logit is a finite number
_FIRST_SIZE, _GROWTH = 512, 4  # of the part that is sorted: most nuclei are small, and sorting everything is slow


def temperature(logits: Logits, value: float) -> Logits:
    """Divides the logits by a temperature above 0; the largest is subtracted first, so that none overflows."""
    scaled: Logits = logits - logits.max(axis=-1, keepdims=True)
    scaled /= np.asarray(min(max(value, _COLDEST), _HOTTEST), scaled.dtype)
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
    finite = np.maximum(
        log_p, np.finfo(log_p.dtype).min
    )  # a ruled-out token would give 0 x -inf, which is not a number
    expected = (weights * finite).sum(axis=-1, keepdims=True)
    distances = np.abs(log_p - expected)
    return _keep(distances <= _distance_bound(distances, weights, value), logits)


def log_totals(logits: Logits) -> NDArray[np.floating]:
    """The logarithm of the sum of the exponentials; the logits minus it are log-probabilities.

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
    """The transforms that the options ask for, in the table's order, which is Hugging Face's; none when greedy."""
    if options.greedy:
        return ()
    return tuple(_with_value(globals()[name], value) for name, value in _asked(options, "distribution"))


def _asked(options: DecodingOptions, edits: str) -> list[tuple[str, Any]]:
    """The options that edit logits and are on, with their values."""
    values = ((name, getattr(options, name), option) for name, option in TABLE.items() if option.edits == edits)
    return [(name, value) for name, value, option in values if value != option.off]


def _with_value(transform: Callable[[Logits, Any], Logits], value: Any) -> Transform:
    return lambda logits: transform(logits, value)


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
    return _take(part, _needed(mass, goal))


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
            part = _take(part, np.argsort(_take(distances, part), axis=-1))
        mass = _take(weights, part).cumsum(axis=-1, dtype=np.float64)
        if size == vocabulary or (mass[..., -1:] >= goal).all():
            break
    return _take(distances, _take(part, _needed(mass, goal)))


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


def repetition_penalty(logits: Logits, history: Ids, penalty: float, first: int = 0) -> Logits:
    """Makes tokens of the history less likely by a factor on their logits (Keskar et al. 2019).

    Positive logits are divided by it, negative ones multiplied.

    Args:
        logits: to change.
        history: all earlier ids.
        penalty: the factor.
        first: ids below it are left as they are.

    Example:
        Logits 2, 1, -1, history 0, 2 and penalty 2 give 1, 1, -2.
    """
    values = _take(logits, history)
    penalty = min(max(penalty, _LEAST_PENALTY), 1 / _LEAST_PENALTY)
    factor = np.where(history < first, np.asarray(1, logits.dtype), np.asarray(penalty, logits.dtype))
    penalised = logits.copy()
    _put(penalised, history, np.where(values > 0, values / factor, values * factor))
    return penalised


def no_repeat_ngram_size(logits: Logits, history: Ids, size: int, first: int = 0) -> Logits:
    """Rules out tokens that would complete an n-gram already in the history (Paulus et al. 2018).

    Where that would leave nothing, nothing is ruled out.

    Args:
        logits: to change.
        history: all earlier ids.
        size: n, at least 1.
        first: ids below it are never ruled out: a script must stay able to end its lines and name its
            speakers.

    Example:
        With history 5, 6, 5 and size 2, token 6 is ruled out.
    """
    time = history.shape[-1]
    if time < size:
        return logits
    repeated = np.ones((*history.shape[:-1], time - size + 1), bool)
    for k in range(size - 1):
        repeated &= history[..., k : time - size + 1 + k] == history[..., time - size + 1 + k, None]
    if not repeated.any():
        return logits
    *rows, positions = np.nonzero(repeated)
    banned = history[(*rows, positions + size - 1)]
    barred = logits.copy()
    barred[(*(row[banned >= first] for row in rows), banned[banned >= first])] = -np.inf
    stuck = np.isneginf(barred.max(axis=-1, keepdims=True))
    return np.where(stuck, logits, barred) if stuck.any() else barred


def history_transform(options: DecodingOptions, first: int) -> HistoryTransform | None:
    """The transform that the options ask for; None when they ask for none.

    Args:
        options: what is asked.
        first: ids below it are neither penalised nor ruled out.
    """
    asked = [(globals()[name], value) for name, value in _asked(options, "history")]
    if not asked:
        return None

    def transform(logits: Logits, history: Ids) -> Logits:
        for function, value in asked:
            logits = function(logits, history, value, first)
        return logits

    return transform


def _take(values: NDArray[Any], places: NDArray[np.integer]) -> NDArray[Any]:
    """The values at the places, (..., n) and (..., k) to (..., k).

    NumPy's `take_along_axis` costs ten times as much as plain indexing where there is no other axis.
    """
    return values[places] if values.ndim == 1 else np.take_along_axis(values, places, axis=-1)


def _put(values: NDArray[Any], places: NDArray[np.integer], new: NDArray[Any]) -> None:
    """Writes new values (..., k) to the places (..., k) of the values (..., n)."""
    if values.ndim == 1:
        values[places] = new
    else:
        np.put_along_axis(values, places, new, axis=-1)
