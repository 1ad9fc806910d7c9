"""The nats a model needs for a run of ids."""

import numpy as np
from numpy.typing import NDArray

from textgen.inference.lanes import Layout
from textgen.inference.language_model import LanguageModel

LANES = 32

_WINDOW = 64


def score_ids(model: LanguageModel, ids: NDArray[np.integer], lanes: int = LANES) -> tuple[float, int]:
    """Scores a run of ids with carried state; memory does not grow with the run, which may be mapped from a file.

    Args:
        model: the language model.
        ids: the run. *Shape:* (tokens,).
        lanes: scored side by side, each warmed on the 512 tokens before it; 1 is exact and slowest.

    Returns:
        Total nats, and the number of tokens scored.
    """
    layout = Layout(ids, lanes)
    state, nats, tokens = model.initial_state(layout.lanes), 0.0, 0
    for begin in range(0, layout.steps, _WINDOW):
        part = layout.stretch(begin, min(begin + _WINDOW, layout.steps))
        scores, state = model.score(part.inputs, part.targets, part.keep, state)
        nats -= float(np.sum(scores * part.scored, dtype=np.float64))
        tokens += int(np.count_nonzero(part.scored))
    return nats, tokens
