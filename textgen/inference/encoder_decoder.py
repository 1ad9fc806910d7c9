"""The encoder-decoder in NumPy: a context is read once, then `step` writes the reply; `score` measures replies."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, DIRECTIONS, EncoderDecoderConfig
from textgen.inference.language_model import target_log_probabilities
from textgen.inference.recurrent import recurrent_layer
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import PAD

Array: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Ids: TypeAlias = NDArray[np.integer]
State: TypeAlias = tuple[Array, ...]
"""The state of each decoder layer in turn, (h, c, h, c, ...) for LSTMs, *shape of each:* (batch, hidden); with
attention then the keys (batch, context, hidden), the values (batch, context, embedding) and what is added to the
scores: 0, or -inf for padding (batch, context)."""

_LOGITS_BYTES = 64 << 20


class EncoderDecoder:
    """Bidirectional LSTM encoder, LSTM decoder, attention above it, softmax tied to the embedding.

    Attention is Luong's "general" form (Luong et al. 2015) without input feeding. Apart from the softmax it is linear
    in the encoder's outputs, so each output is multiplied by its two kernels once, when the context is read.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder; float16 is widened to float32.

    Raises:
        ModelError: an array is missing, superfluous, of another shape, or not finite.
    """

    def __init__(self, config: EncoderDecoderConfig, weights: Mapping[str, NDArray[np.floating]]) -> None:
        check_weights(config, weights)
        arrays = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}
        self.config, cell = config, config.cell
        self._carried = CELLS[cell].states
        self.embedding = arrays["embedding"]
        self._encoder = [
            [recurrent_layer(cell, arrays, f"encoder_{k}/{way}") for way in DIRECTIONS] for k in range(config.layers)
        ]
        self._decoder = [recurrent_layer(cell, arrays, f"decoder_{k}") for k in range(config.layers)]
        self._output_kernel, self._output_bias = arrays["output/kernel"], arrays["output/bias"]
        self._key_kernel, self._value_kernel = arrays.get("attention/key"), arrays.get("attention/value")

    @property
    def vocabulary_size(self) -> int:
        """Number of ids."""
        return self.config.vocabulary_size

    def read(self, contexts: Sequence[Sequence[int]]) -> State:
        """The decoder's state before a reply; the first id given to `step` is START.

        Args:
            contexts: ids, at least one in each.

        Returns:
            The state, one row per context.
        """
        ids, mask = padded(contexts)
        x: Array = self.embedding[ids]
        finals: list[Array] = []
        for forward, backward in self._encoder:
            zeros = [np.zeros((len(contexts), forward.units), np.float32)] * self._carried
            there, *last_there = forward.window(x, *zeros, mask=mask)
            # In the backward direction the padding comes first, and the mask keeps the state zero over it.
            back, *last_back = backward.window(x[::-1], *zeros, mask=mask[::-1])
            x = np.concatenate([there, back[::-1]], axis=-1)
            finals += [np.concatenate(pair, axis=-1) for pair in zip(last_there, last_back, strict=True)]
        if self._key_kernel is None or self._value_kernel is None:
            return tuple(finals)
        memory = np.ascontiguousarray(x.swapaxes(0, 1))
        blocked = np.where(mask.T, np.float32(0.0), np.float32(-np.inf))
        return (*finals, memory @ self._key_kernel, memory @ self._value_kernel, blocked)

    def step(self, ids: Ids, state: State) -> tuple[Array, State]:
        """Reads one token of each reply.

        Args:
            ids: *Shape:* (batch,).
            state: before the tokens; not changed.

        Returns:
            Logits (batch, vocabulary) for the tokens that follow, and the state after the tokens.
        """
        x: Array = self.embedding[ids]
        after: list[Array] = []
        for k, layer in enumerate(self._decoder):
            carried = layer.step(x, *self._of_layer(k, state))
            x = carried[0]
            after += carried
        memory = state[self._carried * self.config.layers :]
        return self._logits(x[:, None], memory)[:, 0], (*after, *memory)

    def score(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[Array]:
        """The teacher-forced pass.

        Args:
            contexts: ids, at least one in each.
            replies: ids from START on, at least two in each.

        Returns:
            For each reply the log-probabilities of its ids after START, in nats. *Shape of each:* (length - 1,).
        """
        ids, _ = padded(replies)
        state = self.read(contexts)
        x: Array = self.embedding[ids[:-1]]
        for k, layer in enumerate(self._decoder):
            x, *_ = layer.window(x, *self._of_layer(k, state))
        by_reply, memory, targets = x.swapaxes(0, 1), state[self._carried * self.config.layers :], ids[1:].T
        rows = max(1, _LOGITS_BYTES // (4 * self.vocabulary_size * by_reply.shape[1]))
        scores: list[Array] = []
        for begin in range(0, len(replies), rows):
            part = slice(begin, begin + rows)
            logits = self._logits(by_reply[part], tuple(array[part] for array in memory))
            flat = target_log_probabilities(logits.reshape(-1, self.vocabulary_size), targets[part].reshape(-1))
            scores += list(flat.reshape(logits.shape[:2]))
        return [score[: len(reply) - 1] for score, reply in zip(scores, replies, strict=True)]

    def _of_layer(self, k: int, state: State) -> State:
        return state[self._carried * k : self._carried * (k + 1)]

    def _logits(self, x: Array, memory: tuple[Array, ...]) -> Array:
        """Maps top decoder outputs (batch, time, hidden) to logits (batch, time, vocabulary)."""
        vectors = x @ self._output_kernel
        if memory:
            keys, values, blocked = memory
            scores = x @ keys.swapaxes(1, 2) + blocked[:, None]
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            vectors = vectors + weights @ values
        logits: Array = np.tanh(vectors) @ self.embedding.T
        logits += self._output_bias
        return logits


def padded(rows: Sequence[Sequence[int]]) -> tuple[Ids, Mask]:
    """Rows of ids side by side.

    Returns:
        The ids, PAD where a row has ended, and True where it has not. *Shape of each:* (longest, rows).
    """
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(lengths.max(initial=0))[:, None] < lengths
    ids = np.full(mask.shape, PAD, np.int32)
    for k, row in enumerate(rows):
        ids[: len(row), k] = row
    return ids, mask
