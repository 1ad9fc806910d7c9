"""Training batches: windows of streams for a language model, exchanges of similar length for an encoder-decoder."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.id_store import DAMAGED_IDS, open_ids
from textgen.errors import TrainingError
from textgen.tokenizers.base import END, LINE_END, PAD, SCENE, START


class WindowBatch(NamedTuple):
    """One training step's tokens.

    Args:
        inputs: *Shape:* (window, streams).
        targets: the ids that follow. *Shape:* (window, streams).
        keep: 0 where a stream's state is zeroed before an input, else 1. *Shape:* (window, streams).
    """

    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    keep: NDArray[np.float32]

    @property
    def tokens(self) -> int:
        """Tokens read."""
        return self.targets.size


class Windows:
    """The corpus as parallel streams, cut into windows.

    Each epoch reads the ids as one ring from a new starting point, so that windows are not cut at the same tokens every
    time. Batches are a function of the step alone: a resumed run reads the same batches.

    Args:
        ids: of the training text, memory-mapped. *Shape:* (tokens,).
        streams: read side by side; fewer where the text is short.
        window: tokens a stream in one step; fewer where the text is short.
        reset: share of windows before which a stream's state is zeroed, so that a cold start is learned too.
        seed: of the starting points of epochs, of the resets, and of the beginnings.
        beginnings: share of windows in which a stream begins anew, where the next scene begins: START is read there
            in an empty state, as on a page without a prompt. The targets stay the same.
    """

    def __init__(
        self, ids: NDArray[np.integer], streams: int, window: int, reset: float, seed: int, beginnings: float = 0.0
    ) -> None:
        self.ids, self.reset, self.seed, self.beginnings = ids, reset, seed, beginnings
        self.window = max(1, min(window, len(ids) - 1))
        self.streams = max(1, min(streams, len(ids) // self.window))
        self._stream_length = len(ids) // self.streams
        self.steps_per_epoch = max(1, self._stream_length // self.window)

    def batch(self, step: int, progress: float = 0.0) -> WindowBatch:
        """The batch of a step, counted from 0; `progress` makes no difference."""
        epoch, index = divmod(step, self.steps_per_epoch)
        begin = self._random("epoch", epoch).integers(len(self.ids)) + index * self.window
        starts = begin + np.arange(self.streams) * self._stream_length
        positions = (starts + np.arange(-1, self.window + 2)[:, None]) % len(self.ids)
        run = self.ids[positions].astype(np.int32)
        inputs, targets = run[1:-2].copy(), run[2:-1]
        if self.beginnings:
            anew = self._random("beginnings", step).random(self.streams) < self.beginnings
            begins = _begins(run, self._begin_at) & anew
            first = begins & (np.cumsum(begins, axis=0) == 1)
            inputs[first] = START
        keep = (inputs != START).astype(np.float32)
        keep[0] *= 0.0 if index == 0 else self._random("reset", step).random(self.streams) >= self.reset
        return WindowBatch(inputs, targets, keep)

    @cached_property
    def _begin_at(self) -> Literal["scenes", "lines", "tokens"]:
        """Where a page may begin: at a scene, or wherever there are enough places if scenes are few."""
        scenes, lines = (int(np.isin(self.ids, tokens).sum()) for tokens in ((START, SCENE), (LINE_END,)))
        return "scenes" if scenes >= _ENOUGH else "lines" if lines >= _ENOUGH else "tokens"

    def _random(self, purpose: str, count: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, {"epoch": 0, "reset": 1, "beginnings": 2}[purpose], count])


def _begins(run: NDArray[np.int32], begin_at: Literal["scenes", "lines", "tokens"]) -> NDArray[np.bool_]:
    """Where the next id is the first of a page that could begin there.

    A scene with a heading begins with SCENE; one without has SCENE LINE_END before its first line, which a document
    lacks (see `corpus/token_grammar.py`).

    Args:
        run: the ids, with one more before the inputs and two behind them. *Shape:* (window + 3, streams).
        begin_at: what a page may begin with.

    Returns:
        *Shape:* (window, streams).
    """
    before, now, following, beyond = run[:-3], run[1:-2], run[2:-1], run[3:]
    scenes = ((following == SCENE) & (beyond != LINE_END)) | ((before == SCENE) & (now == LINE_END))
    within = (following != END) & (following != START) & (following != SCENE)
    if begin_at == "scenes":
        return scenes
    return scenes | (within & (now == LINE_END)) if begin_at == "lines" else within


_ENOUGH = 100
"""Fewest places at which a page may begin: with fewer, the model would learn them by heart."""

_POOL = 256
"""How many batches are sorted by length together: enough for little padding, few enough for batches to differ from
epoch to epoch."""


class PairBatch(NamedTuple):
    """One step's exchanges, padded at their ends.

    Args:
        contexts: *Shape:* (context, batch).
        real: 0 where the context is padding, else 1. *Shape:* (context, batch).
        inputs: the replies from START on. *Shape:* (time, batch).
        targets: the ids that follow. *Shape:* (time, batch).
        scored: 1 where the target belongs to the reply, else 0. *Shape:* (time, batch).
    """

    contexts: NDArray[np.int32]
    real: NDArray[np.float32]
    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    scored: NDArray[np.float32]

    @property
    def tokens(self) -> int:
        """Targets that are scored."""
        return int(self.scored.sum())


class PairStore:
    """Exchanges as ids in two memory-mapped files: context after reply after context, and where each ends.

    Args:
        path: of the ids; the ends are beside it, in a file with the same stem.
        below: the size of the vocabulary they belong to; None checks no id.

    Raises:
        TrainingError: a file is missing or damaged, or the two do not belong together.
    """

    def __init__(self, path: Path, below: int | None = None) -> None:
        self._ids = open_ids(path, below)
        self._ends = open_ids(ends_path(path))
        whole = len(self._ends) % 2 == 0 and (self._ends[-1] if len(self._ends) else 0) == len(self._ids)
        if not whole or (self._ends[1:] < self._ends[:-1]).any():
            raise TrainingError(
                f"{ends_path(path)} does not say where the {len(self._ids):,} ids of {path.name} end: {DAMAGED_IDS}"
            )

    def __len__(self) -> int:
        return len(self._ends) // 2

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ids of each context and each reply. *Shape:* (exchanges, 2)."""
        ends = np.concatenate([[0], self._ends.astype(np.int64)])
        lengths: NDArray[np.int64] = (ends[1:] - ends[:-1]).reshape(-1, 2)
        return lengths

    def context(self, k: int) -> NDArray[np.integer]:
        """The ids of a context, from START on."""
        return self._ids[int(self._ends[2 * k - 1]) if k else 0 : int(self._ends[2 * k])]

    def reply(self, k: int) -> NDArray[np.integer]:
        """The ids of a reply, START and END included."""
        return self._ids[int(self._ends[2 * k]) : int(self._ends[2 * k + 1])]


def ends_path(path: Path) -> Path:
    """The file of the ends that belongs to a file of ids."""
    return path.with_name(f"{path.stem}_ends{path.suffix}")


class Pairs:
    """Exchanges in batches of similar length, in a new order each epoch.

    Batches are a function of step and progress: a resumed run reads the same batches. Contexts are hidden in whole
    batches, which then take half the time.

    Args:
        store: the exchanges.
        batch: exchanges in a step; fewer if the store holds fewer.
        empty_contexts: share of batches whose contexts are hidden.
        seed: of the order and of what is hidden.
        empty_at_first: the same share at the beginning; it falls to `empty_contexts` until half of the budget is spent.
    """

    def __init__(
        self, store: PairStore, batch: int, empty_contexts: float, seed: int, empty_at_first: float = 0.0
    ) -> None:
        self.store, self.empty_contexts, self.empty_at_first, self.seed = store, empty_contexts, empty_at_first, seed
        self.batch_size = min(batch, len(store))
        self.steps_per_epoch = -(-len(store) // self.batch_size)
        self._lengths = store.lengths
        self._epoch, self._order = -1, np.empty((0, 0), np.int64)

    def batch(self, step: int, progress: float = 1.0) -> PairBatch:
        """The batch of a step, counted from 0, when `progress` of the budget is spent."""
        epoch, index = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._shuffled(epoch)
        share = max(self.empty_contexts, self.empty_at_first * (1.0 - 2.0 * progress))
        hidden = np.random.default_rng([self.seed, 1, step]).random() < share
        return gather(self.store, self._order[index], np.full(self.batch_size, hidden))

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        """The exchanges of each batch of an epoch. *Shape:* (steps, batch)."""
        random = np.random.default_rng([self.seed, 0, epoch])
        order = random.permutation(len(self.store))
        missing = self.steps_per_epoch * self.batch_size - len(order)
        order = np.concatenate([order, order[:missing]])  # the last batch is filled up with exchanges from the first
        size = _POOL * self.batch_size
        pools = [by_length(order[k : k + size], self._lengths) for k in range(0, len(order), size)]
        batches = np.concatenate(pools).reshape(self.steps_per_epoch, self.batch_size)
        return random.permutation(batches)


def by_length(exchanges: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sorts exchanges so that neighbours have contexts and replies of about the same length.

    The reply's length comes first, rounded: a padded target costs a softmax, a padded context only a step of the
    encoder.
    """
    context, reply = lengths[exchanges].T
    return exchanges[np.lexsort((context, reply // 4))]


def gather(store: PairStore, exchanges: Sequence[int] | NDArray[np.int64], hidden: NDArray[np.bool_]) -> PairBatch:
    """The batch of these exchanges.

    Args:
        store: of the exchanges.
        exchanges: their numbers.
        hidden: True where the context is replaced by the empty one. *Shape:* (batch,).
    """
    empty = np.array([START], np.int32)
    contexts = _side_by_side([empty if h else store.context(k) for k, h in zip(exchanges, hidden, strict=True)])
    replies = _side_by_side([store.reply(k) for k in exchanges])
    inputs, targets = replies[:-1], replies[1:]
    return PairBatch(
        contexts, (contexts != PAD).astype(np.float32), inputs, targets, (targets != PAD).astype(np.float32)
    )


def _side_by_side(rows: Sequence[NDArray[np.integer]]) -> NDArray[np.int32]:
    ids = np.full((max(map(len, rows)), len(rows)), PAD, np.int32)
    for k, row in enumerate(rows):
        ids[: len(row), k] = row
    return ids
