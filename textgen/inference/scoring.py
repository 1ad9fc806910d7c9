"""The nats a model needs for a run of ids."""

import numpy as np
from numpy.typing import NDArray

from textgen.inference.lanes import lay_out
from textgen.inference.language_model import LanguageModel

_WINDOW = 64


def score_ids(model: LanguageModel, ids: NDArray[np.integer], lanes: int = 32) -> tuple[float, int]:
    """Scores a run of ids with carried state.

    Args:
        model: the language model.
        ids: the run. *Shape:* (tokens,).
        lanes: scored side by side, each warmed on the 512 tokens before it; 1 is exact and slowest.

    Returns:
        Total nats, and the number of tokens scored.
    """
    laid = lay_out(ids, lanes)
    state, nats = model.initial_state(laid.inputs.shape[1]), 0.0
    for begin in range(0, len(laid.inputs), _WINDOW):
        part = slice(begin, begin + _WINDOW)
        scores, state = model.score(laid.inputs[part], laid.targets[part], laid.keep[part], state)
        nats -= float(np.sum(scores * laid.scored[part], dtype=np.float64))
    return nats, int(laid.scored.sum(dtype=np.int64))
