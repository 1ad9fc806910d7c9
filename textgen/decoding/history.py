"""Transforms of the logits that look at the ids before: what was said becomes less likely, or impossible.

*Shape:* logits (..., vocabulary), history (..., time) with the same leading axes, the latest id last.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from textgen.decoding.axis import put, take
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Ids, Logits

HistoryTransform: TypeAlias = Callable[[Logits, Ids], Logits]


def repetition_penalty(logits: Logits, history: Ids, penalty: float) -> Logits:
    """Makes tokens of the history less likely by a factor on their logits (Keskar et al. 2019).

    Positive logits are divided by it, negative ones multiplied.

    Example:
        Logits 2, 1, -1, history 0, 2 and penalty 2 give 1, 1, -2.
    """
    values = take(logits, history)
    factor = np.asarray(penalty, logits.dtype)
    penalised = logits.copy()
    put(penalised, history, np.where(values > 0, values / factor, values * factor))
    return penalised


def no_repeat_ngram_size(logits: Logits, history: Ids, size: int, first: int = 0) -> Logits:
    """Rules out each token that would end an n-gram which the history holds already (Paulus et al. 2018).

    Where that would leave nothing, nothing is ruled out.

    Args:
        logits: before.
        history: all ids before.
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
    penalty, size = options.repetition_penalty, options.no_repeat_ngram_size
    if penalty == 1 and size == 0:
        return None

    def transform(logits: Logits, history: Ids) -> Logits:
        if penalty != 1:
            logits = repetition_penalty(logits, history[history >= first], penalty)
        return no_repeat_ngram_size(logits, history, size, first) if size else logits

    return transform
