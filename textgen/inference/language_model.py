"""The language model in NumPy: `step` for writing, `score` for measuring."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, ModelConfig
from textgen.inference.recurrent import recurrent_layer
from textgen.inference.weights import check_weights

Array: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.integer]
State: TypeAlias = tuple[Array, ...]
"""What each layer carries, one after the other: of LSTMs (h, c, h, c, ...). *Shape of each:* (batch, hidden)."""

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
        """One token a sequence.

        Args:
            ids: *Shape:* (batch,).
            state: before the tokens; not changed.

        Returns:
            Logits (batch, vocabulary) for the tokens that follow, and the state after the tokens.
        """
        after: list[Array] = []
        x: Array = (self.embedding if self._table is None else self._table).take(ids, axis=0)
        for k, layer in enumerate(self.layers):
            step = layer.step_projected if k == 0 and self._table is not None else layer.step
            carried = step(x, *self._of_layer(k, state))
            x = carried[0]
            after += carried
        return self._logits(x), tuple(after)

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
            target_log_probabilities(self._logits(flat[k : k + rows]), flat_targets[k : k + rows])
            for k in range(0, len(flat), rows)
        ]
        return np.concatenate(scores).reshape(targets.shape), after

    def read(self, ids: Ids, state: State) -> State:
        """The state after a run of ids (time, batch), such as a prompt, without the cost of logits."""
        return self._window(ids, np.ones(ids.shape, np.float32), state)[1] if len(ids) else state

    def _window(self, ids: Ids, keep: Array, state: State) -> tuple[Array, State]:
        x: Array = self.embedding[ids]
        after: list[Array] = []
        for k, layer in enumerate(self.layers):
            x, *carried = layer.window(x, *self._of_layer(k, state), keep=keep)
            after += carried
        return x, tuple(after)

    def _of_layer(self, k: int, state: State) -> State:
        return state[self._carried * k : self._carried * (k + 1)]

    def _logits(self, x: Array) -> Array:
        logits = x @ self.output_kernel
        if self.config.tied:
            logits = logits @ self.embedding.T
        logits += self.output_bias
        return logits

    def _first_projection(self) -> Array | None:
        """The first layer's input projection of every token, where that table is small."""
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
