"""The encoder-decoder in NumPy: a context is read once, then `step` writes the reply; `score` measures replies."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, DIRECTIONS, EncoderDecoderConfig
from textgen.inference.language_model import target_log_probabilities
from textgen.inference.recurrent import recurrent_layer
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import FIRST_LABEL, PAD, TURN

Array: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Ids: TypeAlias = NDArray[np.integer]
State: TypeAlias = tuple[NDArray[Any], ...]
"""The state of each decoder layer in turn, (h, c, h, c, ...) for LSTMs, *shape of each:* (batch, hidden); with
attention then the keys (batch, context, hidden), the values (batch, context, embedding) and what is added to the
scores: 0, or -inf where nothing is to be looked at (batch, context); with copying then its keys (batch, context,
embedding) and the ids of the context, PAD where nothing is to be copied (batch, context)."""

_LOGITS_BYTES = 64 << 20


class EncoderDecoder:
    """Bidirectional LSTM encoder, LSTM decoder, attention above it, softmax tied to the embedding.

    Attention is Luong's "general" form (Luong et al. 2015) without input feeding. Apart from the softmax it is linear
    in the encoder's outputs, so each output is multiplied by its two kernels once, when the context is read. To copy,
    the tokens of the context compete with the vocabulary in one softmax (Gu et al. 2016): in the logits, each adds
    its score to that of its id.

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
        if self._key_kernel is not None and config.scaled:
            self._key_kernel = self._key_kernel * np.float32(config.hidden**-0.5)
        self._copy = {name: arrays[f"copy/{name}"] for name in COPY_WEIGHTS} if config.copying else None
        self._whose = arrays.get("whose")

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
        tokens = x = self.embedding[ids]
        if self._whose is not None:
            x = x + self._whose[whose_turn(ids)]
        finals: list[Array] = []
        for forward, backward in self._encoder:
            zeros = [np.zeros((len(contexts), forward.units), np.float32)] * self._carried
            there, *last_there = forward.window(x, *zeros, mask=mask)
            # In the backward direction the padding comes first, and the mask keeps the state zero over it.
            back, *last_back = backward.window(x[::-1], *zeros, mask=mask[::-1])
            x = np.concatenate([there, back[::-1]], axis=-1)
            finals += [np.concatenate(pair, axis=-1) for pair in zip(last_there, last_back, strict=True)]
        memory = np.ascontiguousarray(x.swapaxes(0, 1))
        state = tuple(finals)
        if self._key_kernel is not None and self._value_kernel is not None:
            seen = looked_at(mask) if self.config.scaled else mask
            blocked = np.where(seen.T, np.float32(0.0), np.float32(-np.inf))
            state = (*state, memory @ self._key_kernel, memory @ self._value_kernel, blocked)
        if self._copy is not None:
            previous = np.concatenate([np.zeros_like(tokens[:1]), tokens[:-1]]).swapaxes(0, 1)
            keys = np.tanh(memory @ self._copy["key"] + previous @ self._copy["previous"])
            copied = np.where(mask & (ids >= FIRST_LABEL), ids, PAD).T
            state = (*state, keys * np.float32(self.config.embedding**-0.5), copied)
        return state

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

    def joined(self, states: Sequence[State]) -> State:
        """States side by side, the rows of the first one first; their contexts get the length of the longest."""
        carried = self._carried * self.config.layers
        if len(states[0]) > carried:
            longest = max(self._length(state[carried:]) for state in states)
            states = [(*state[:carried], *self._resized(state[carried:], longest)) for state in states]
        return tuple(np.concatenate(arrays) for arrays in zip(*states, strict=True))

    def _length(self, memory: State) -> int:
        """How many positions of the contexts are looked at or copied; those after them are padding."""
        seen = memory[2] == 0 if self.config.attention else memory[-1] != PAD
        return int(np.flatnonzero(seen.any(axis=0)).max(initial=0)) + 1

    def _resized(self, memory: State, length: int) -> State:
        """What attention and copying look at, with this many positions: padding is cut off or added at the end."""
        padding = (0, 0, -np.inf) * self.config.attention + (0, PAD) * self.config.copying
        resized = []
        for array, fill in zip(memory, padding, strict=True):
            resized.append(np.full((len(array), length, *array.shape[2:]), fill, array.dtype))
            resized[-1][:, : array.shape[1]] = array[:, :length]
        return tuple(resized)

    def score(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[Array]:
        """The teacher-forced pass.

        Args:
            contexts: ids, at least one in each.
            replies: ids from START on, at least two in each.

        Returns:
            For each reply the log-probabilities of its ids after START, in nats. *Shape of each:* (length - 1,).
        """
        by_reply, memory, targets = self._read_replies(contexts, replies)
        rows = max(1, _LOGITS_BYTES // (4 * self.vocabulary_size * by_reply.shape[1]))
        scores: list[Array] = []
        for begin in range(0, len(replies), rows):
            part = slice(begin, begin + rows)
            logits = self._logits(by_reply[part], tuple(array[part] for array in memory))
            flat = target_log_probabilities(logits.reshape(-1, self.vocabulary_size), targets[part].reshape(-1))
            scores += list(flat.reshape(logits.shape[:2]))
        return [score[: len(reply) - 1] for score, reply in zip(scores, replies, strict=True)]

    def attention(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[Array]:
        """Where the decoder looks in the contexts while it predicts the replies, token by token.

        Args:
            contexts, replies: as `score` takes them.

        Returns:
            For each reply the weights of its context's tokens, which add up to 1 for each id after START. *Shape of
            each:* (reply - 1, context); (reply - 1, 0) where the network has no attention.
        """
        by_reply, memory, _ = self._read_replies(contexts, replies)
        every = self._weights(by_reply, *memory[::2][:2]) if self.config.attention else None
        return [
            np.zeros((len(reply) - 1, 0), np.float32) if every is None else every[row, : len(reply) - 1, : len(context)]
            for row, (context, reply) in enumerate(zip(contexts, replies, strict=True))
        ]

    def trace(self, context: Sequence[int], reply: Sequence[int]) -> tuple[Array, Array | None, Array | None]:
        """What happens while one reply is predicted, token by token, to look inside.

        Args:
            context: ids, at least one.
            reply: ids from START on, at least two.

        Returns:
            For each id after START: the logits (reply - 1, vocabulary); attention's weights of the context's tokens
            (reply - 1, context), None without attention; and the share of the id's probability that comes from copying
            it out of the context (reply - 1,), None without copying.
        """
        x, memory, targets = self._read_replies([context], [reply])
        logits = self._logits(x, memory)[0]
        attention = self._weights(x, *memory[::2][:2])[0] if self.config.attention else None
        if self._copy is None:
            return logits, attention, None
        keys, copied = memory[-2:]
        written = logits[np.arange(len(logits)), targets[0]]
        same = copied == targets[0][:, None]
        scores = np.where(same, copy_scores(self._copy, x, keys)[0] - written[:, None], np.float32(-np.inf))
        return logits, attention, np.exp(scores).sum(axis=1)

    def _read_replies(
        self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]
    ) -> tuple[Array, State, Ids]:
        """The top decoder's outputs (replies, time, hidden), what attention and copying look at, and the targets."""
        ids, _ = padded(replies)
        state = self.read(contexts)
        x: Array = self.embedding[ids[:-1]]
        for k, layer in enumerate(self._decoder):
            x, *_ = layer.window(x, *self._of_layer(k, state))
        return x.swapaxes(0, 1), state[self._carried * self.config.layers :], ids[1:].T

    @staticmethod
    def _weights(x: Array, keys: Array, blocked: Array) -> Array:
        """Attention's weights (batch, time, context) for decoder outputs (batch, time, hidden)."""
        scores = x @ keys.swapaxes(1, 2) + blocked[:, None]
        weights: Array = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return weights

    def _of_layer(self, k: int, state: State) -> State:
        return state[self._carried * k : self._carried * (k + 1)]

    def _logits(self, x: Array, memory: State) -> Array:
        """Maps top decoder outputs (batch, time, hidden) to logits (batch, time, vocabulary)."""
        vectors = x @ self._output_kernel
        if self.config.attention:
            keys, values, blocked = memory[:3]
            vectors = vectors + self._weights(x, keys, blocked) @ values
        logits: Array = np.tanh(vectors) @ self.embedding.T
        logits += self._output_bias
        if self._copy is not None:
            keys, copied = memory[-2:]
            add_copies(logits, copy_scores(self._copy, x, keys), copied)
        return logits


COPY_WEIGHTS = ("key", "previous", "query", "gate", "bias")


def copy_scores(weights: Mapping[str, Array], x: Array, keys: Array) -> Array:
    """The scores of the positions of contexts (batch, time, context), to be copied from.

    Args:
        weights: `COPY_WEIGHTS` by name.
        x: outputs of the top decoder layer. *Shape:* (batch, time, hidden).
        keys: of the positions. *Shape:* (batch, context, embedding).
    """
    scores: Array = (x @ weights["query"]) @ keys.swapaxes(1, 2) + (x @ weights["gate"] + weights["bias"])
    return scores


def looked_at(mask: Mask) -> Mask:
    """The positions of contexts that attention may look at: all, but START only where nothing follows it.

    Args:
        mask: True where a context has not ended. *Shape:* (longest, contexts).
    """
    seen = mask.copy()
    seen[0] = mask.sum(axis=0) == 1
    return seen


def whose_turn(ids: Ids) -> Ids:
    """0 for the tokens of the other side's turns, 1 for the bot's own: sides alternate, and the other's is the last.

    Args:
        ids: of contexts. *Shape:* (longest, contexts).
    """
    ends: Ids = (ids == TURN)[::-1].cumsum(axis=0)[::-1]
    return (ends + 1) % 2


def add_copies(logits: Array, scores: Array, copied: Ids) -> None:
    """Lets the tokens of contexts compete with the vocabulary: each adds its score to its id's logit, as
    exponentials.

    Args:
        logits: changed in place. *Shape:* (batch, time, vocabulary).
        scores: of the positions of the contexts. *Shape:* (batch, time, context).
        copied: their ids, PAD where nothing is to be copied. *Shape:* (batch, context).
    """
    real = (copied != PAD)[:, None]
    scores = np.where(real, scores, np.float32(-np.inf))
    top = scores.max(axis=-1, keepdims=True, initial=-1e9)
    same = (copied[:, :, None] == copied[:, None]).astype(np.float32)
    with np.errstate(divide="ignore"):  # where nothing is to be copied, nothing is added
        added = np.log(np.exp(scores - top) @ same) + top
    # An id that stands in several places is written several times, each time with the sum of all of them.
    rows, steps = np.ogrid[: logits.shape[0], : logits.shape[1]]
    places = rows[..., None], steps[..., None], copied[:, None]
    logits[places] = np.logaddexp(logits[places], added)


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
