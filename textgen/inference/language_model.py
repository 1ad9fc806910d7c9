"""The language model in NumPy: `step` for writing, `score` for measuring, lanes to score many ids in parallel."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, ModelConfig
from textgen.inference.recurrent import recurrent_layer
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import PAD, START

Array: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.integer]
State: TypeAlias = tuple[Array, ...]
"""The state of each layer in turn: (h, c, h, c, ...) for LSTMs. *Shape of each:* (batch, hidden)."""

_TABLE_BYTES = 16 << 20  # a first-layer table larger than a processor's cache would be slower than the product
_LOGITS_BYTES = 64 << 20


class LanguageModel:
    """Embedding -> LSTM layers -> softmax, with the weights of a trained model.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder; float16 is widened to float32.

    Raises:
        ModelError: an array is missing, superfluous, of another shape, or not finite.
    """

    def __init__(self, config: ModelConfig, weights: Mapping[str, NDArray[np.floating]]) -> None:
        check_weights(config, weights)
        arrays = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}
        self.config = config
        self.embedding = arrays["embedding"]
        self.layers = [recurrent_layer(config.cell, arrays, f"{config.cell}_{k}") for k in range(config.layers)]
        self._carried = CELLS[config.cell].states
        self.output_kernel, self.output_bias = arrays["output/kernel"], arrays["output/bias"]
        self._table = self._first_projection()

    @property
    def vocabulary_size(self) -> int:
        """Number of ids."""
        return self.config.vocabulary_size

    def initial_state(self, batch: int = 1) -> State:
        """The state before a document: zeros."""
        zeros = np.zeros((batch, self.config.hidden), np.float32)
        return (zeros,) * (self._carried * self.config.layers)

    def step(self, ids: Ids, state: State) -> tuple[Array, State]:
        """Reads one token of each sequence.

        Args:
            ids: *Shape:* (batch,).
            state: before the tokens; not changed.

        Returns:
            Logits (batch, vocabulary) for the tokens that follow, and the state after the tokens.
        """
        after = self._advance(ids, state)
        return self.logits(self.outputs(after)), after

    def trace(self, ids: Ids, state: State | None = None) -> State:
        """The state after each token of a run, to look inside.

        Args:
            ids: the run, at least one; the state is zeroed before each START. *Shape:* (time,).
            state: before the run; None is that before a document. *Shape of each:* (1, hidden).

        Returns:
            As a state, with the time in place of the batch. *Shape of each:* (time, hidden).
        """
        states: list[State] = []
        for token in ids:
            before = states[-1] if states else state
            if before is None or token == START:
                before = self.initial_state()
            states.append(self._advance(np.array([token]), before))
        return tuple(np.concatenate(arrays) for arrays in zip(*states, strict=True))

    def outputs(self, state: State) -> Array:
        """The part of a state that the logits are computed from: h of the top layer."""
        return state[-self._carried]

    def cells(self, state: State) -> Array:
        """The cell states c of all layers. *Shape:* (batch, layers, hidden)."""
        return np.stack(state[self._carried - 1 :: self._carried], axis=1)

    def hidden(self, state: State) -> Array:
        """The hidden states h of all layers. *Shape:* (batch, layers, hidden)."""
        return np.stack(state[:: self._carried], axis=1)

    def logits(self, outputs: Array) -> Array:
        """Logits (..., vocabulary) for the tokens that follow, by `outputs` (..., hidden)."""
        logits = outputs @ self.output_kernel
        if self.config.tied:
            logits = logits @ self.embedding.T
        logits += self.output_bias
        return logits

    def score(self, ids: Ids, targets: Ids, keep: Array, state: State) -> tuple[Array, State]:
        """The teacher-forced pass over a window.

        Args:
            ids: *Shape:* (time, batch).
            targets: the tokens that follow. *Shape:* (time, batch).
            keep: 0 where a sequence's state is zeroed before a token, else 1. *Shape:* (time, batch).
            state: before the window.

        Returns:
            Log-probabilities of the targets in nats (time, batch), and the state after the window.
        """
        x, after = self._window(ids, keep, state)
        flat, flat_targets = x.reshape(-1, x.shape[-1]), targets.reshape(-1)
        rows = max(1, _LOGITS_BYTES // (4 * self.vocabulary_size))
        scores = [
            target_log_probabilities(self.logits(flat[k : k + rows]), flat_targets[k : k + rows])
            for k in range(0, len(flat), rows)
        ]
        return np.concatenate(scores).reshape(targets.shape), after

    def read(self, ids: Ids, state: State) -> State:
        """The state after a run of ids (time, batch), such as a prompt, without the cost of logits."""
        return self._window(ids, np.ones(ids.shape, np.float32), state)[1] if len(ids) else state

    @staticmethod
    def joined(states: Sequence[State]) -> State:
        """States side by side, the rows of the first one first."""
        return tuple(np.concatenate(arrays) for arrays in zip(*states, strict=True))

    def _advance(self, ids: Ids, state: State) -> State:
        """The state after one token of each sequence."""
        after: list[Array] = []
        x: Array = (self.embedding if self._table is None else self._table).take(ids, axis=0)
        for k, layer in enumerate(self.layers):
            step = layer.step_projected if k == 0 and self._table is not None else layer.step
            carried = step(x, *self._of_layer(k, state))
            x = carried[0]
            after += carried
        return tuple(after)

    def _window(self, ids: Ids, keep: Array, state: State) -> tuple[Array, State]:
        x: Array = self.embedding[ids]
        after: list[Array] = []
        for k, layer in enumerate(self.layers):
            x, *carried = layer.window(x, *self._of_layer(k, state), keep=keep)
            after += carried
        return x, tuple(after)

    def _of_layer(self, k: int, state: State) -> State:
        return state[self._carried * k : self._carried * (k + 1)]

    def _first_projection(self) -> Array | None:
        """The first layer's input projection of every token; None if that table would be too large."""
        width = CELLS[self.config.cell].gates * self.config.hidden
        if 4 * self.vocabulary_size * width > _TABLE_BYTES:
            return None
        return self.layers[0].project(self.embedding)


def target_log_probabilities(logits: Array, targets: Ids) -> Array:
    """Log-probabilities (rows,) in nats of `targets` (rows,) under the softmax of `logits` (rows, vocabulary)."""
    top = logits.max(axis=-1)
    chosen: Array = logits[np.arange(len(targets)), targets] - top
    chosen -= np.log(np.exp(logits - top[:, None]).sum(axis=-1))
    return chosen


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
    """The positions of the lanes in a run. Ids are read one stretch of time at a time; a run on disk stays on disk.

    Every id but START is scored exactly once: START is never predicted. If `ids` does not begin with START, the state
    before its first token is that of a document's beginning.

    Args:
        ids: the run to be scored. *Shape:* (tokens,).
        lanes: largest number of lanes; one lane is exact, more are faster.
        warm_up: tokens read before a lane's own.
        limit: score about this many tokens instead of all, from the beginnings of lanes spread over the run.

    Attributes:
        lanes: number of lanes.
        steps: the length of a lane in time, its warm-up included.
    """

    def __init__(self, ids: NDArray[np.integer], lanes: int, warm_up: int = 512, limit: int | None = None) -> None:
        self._ids = ids
        self._shift = int(len(ids) == 0 or ids[0] != START)  # 1 if START is added in front
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
        """The ids at these positions of the run; arbitrary ids outside it."""
        if len(self._ids) == 0:
            return np.full(positions.shape, START, np.int32)
        ids = self._ids[np.clip(positions - self._shift, 0, len(self._ids) - 1)].astype(np.int32)
        return np.where(positions < self._shift, np.int32(START), ids)


def lay_out(ids: NDArray[np.integer], lanes: int, warm_up: int = 512, limit: int | None = None) -> Lanes:
    """All lanes of a `LaneLayout` at once."""
    layout = LaneLayout(ids, lanes, warm_up, limit)
    return layout.stretch(0, layout.steps)


LANES = 32

_WINDOW = 64


def score_ids(
    model: LanguageModel,
    ids: NDArray[np.integer],
    lanes: int = LANES,
    watch: Callable[[int], None] = lambda tokens: None,
) -> tuple[float, int]:
    """Scores a run of ids with carried state; memory does not grow with the run, which may be mapped from a file.

    Args:
        model: the language model.
        ids: the run. *Shape:* (tokens,).
        lanes: number of lanes scored in parallel, each after reading the 512 tokens before it; 1 is exact and slowest.
        watch: is told, again and again, how many tokens are scored.

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
        watch(tokens)
    return nats, tokens
