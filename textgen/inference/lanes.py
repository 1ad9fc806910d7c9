"""Cutting one long run of ids into lanes that are scored side by side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.text.special import PAD, START


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


def lay_out(ids: NDArray[np.integer], lanes: int, warm_up: int = 512, limit: int | None = None) -> Lanes:
    """Cuts `ids` into lanes of equal length, each after the first warmed on the tokens before it, unscored.

    Every id but START is scored exactly once: START is never written, so there is nothing to predict. Where `ids`
    does not begin with START, the state before its first token is that of a document's beginning.

    Args:
        ids: the run to be scored. *Shape:* (tokens,).
        lanes: how many at most; one lane is the exact score, more are faster.
        warm_up: tokens read before a lane's own.
        limit: score about this many tokens instead of all, from the beginnings of lanes spread over the run.
    """
    run = np.asarray(ids, dtype=np.int32)
    if len(run) == 0 or run[0] != START:
        run = np.concatenate([np.array([START], np.int32), run])
    total = len(run) - 1
    lanes = max(1, min(lanes, total))
    share = -(-total // lanes)
    warm_up = warm_up if lanes > 1 else 0
    starts = np.arange(lanes) * share
    offsets = np.arange(-warm_up, share if limit is None else min(share, -(-limit // lanes)))[:, None]
    positions = starts + offsets
    inside = (positions >= 0) & (positions < total)
    clipped = np.clip(positions, 0, max(total - 1, 0))
    inputs = np.where(inside, run[clipped], PAD)
    targets = np.where(inside, run[clipped + 1], PAD) if total else np.full_like(inputs, PAD)
    scored = (inside & (offsets >= 0) & (targets != START)).astype(np.float32)
    return Lanes(inputs, targets, (inputs != START).astype(np.float32), scored)
