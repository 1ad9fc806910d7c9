"""The nats a language model needs for a run of ids, cut into lanes that are scored side by side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.inference.language_model import LanguageModel
from textgen.tokenizers.special import PAD, START


class Lanes(NamedTuple):
    """A run of ids laid out for scoring.

    Args:
        inputs: *Shape:* (time, lanes).
        targets: the ids that follow the inputs. *Shape:* (time, lanes).
        keep: 0 where a lane's state is zeroed before an input, else 1. *Shape:* (time, lanes).
        scored: 1 where the target counts, else 0. *Shape:* (time, lanes).
    """

    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    keep: NDArray[np.float32]
    scored: NDArray[np.float32]


class LaneLayout:
    """Where the lanes of a run lie. Ids are fetched a stretch of time at a time, so that a run on disk stays there.

    Every id but START is scored exactly once: START is never written, so there is nothing to predict. Where `ids`
    does not begin with START, the state before its first token is that of a document's beginning.

    Args:
        ids: the run to be scored. *Shape:* (tokens,).
        lanes: how many at most; one lane is the exact score, more are faster.
        warm_up: tokens read before a lane's own.
        limit: score about this many tokens instead of all, from the beginnings of lanes spread over the run.

    Attributes:
        lanes: how many there are.
        steps: the length of a lane in time, its warm-up included.
    """

    def __init__(self, ids: NDArray[np.integer], lanes: int, warm_up: int = 512, limit: int | None = None) -> None:
        self._ids = ids
        self._shift = int(len(ids) == 0 or ids[0] != START)  # 1 where a START is put in front
        self._total = len(ids) + self._shift - 1
        self.lanes = max(1, min(lanes, self._total))
        self._share = -(-self._total // self.lanes)
        self._warm_up = warm_up if self.lanes > 1 else 0
        self.steps = self._warm_up + (self._share if limit is None else min(self._share, -(-limit // self.lanes)))

    def stretch(self, begin: int, end: int) -> Lanes:
        """All lanes between two moments, `0 <= begin <= end <= steps`."""
        offsets = np.arange(begin - self._warm_up, end - self._warm_up)[:, None]
        positions = np.arange(self.lanes) * self._share + offsets
        inside = (positions >= 0) & (positions < self._total)
        inputs = np.where(inside, self._fetch(positions), PAD)
        targets = np.where(inside, self._fetch(positions + 1), PAD)
        scored = (inside & (offsets >= 0) & (targets != START)).astype(np.float32)
        return Lanes(inputs, targets, (inputs != START).astype(np.float32), scored)

    def _fetch(self, positions: NDArray[np.integer]) -> NDArray[np.int32]:
        """The ids at these places of the run; anything where there is none."""
        if len(self._ids) == 0:
            return np.full(positions.shape, START, np.int32)
        ids = self._ids[np.clip(positions - self._shift, 0, len(self._ids) - 1)].astype(np.int32)
        return np.where(positions < self._shift, np.int32(START), ids)


def lay_out(ids: NDArray[np.integer], lanes: int, warm_up: int = 512, limit: int | None = None) -> Lanes:
    """The whole of a `Layout` at once."""
    layout = LaneLayout(ids, lanes, warm_up, limit)
    return layout.stretch(0, layout.steps)


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
    layout = LaneLayout(ids, lanes)
    state, nats, tokens = model.initial_state(layout.lanes), 0.0, 0
    for begin in range(0, layout.steps, _WINDOW):
        part = layout.stretch(begin, min(begin + _WINDOW, layout.steps))
        scores, state = model.score(part.inputs, part.targets, part.keep, state)
        nats -= float(np.sum(scores * part.scored, dtype=np.float64))
        tokens += int(np.count_nonzero(part.scored))
    return nats, tokens
