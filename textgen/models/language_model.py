"""The language model in Keras: embedding, LSTM layers, softmax; a pure function of ids, state and masks."""

from typing import Any, NamedTuple

from keras import ops

from textgen.config import CELLS, ModelConfig
from textgen.models.network import KerasNetwork, SoftmaxLayer, masked, registered, token_embedding
from textgen.models.recurrent import State, recurrent_layer, weights_of
from textgen.tokenizers.base import START

Tensor = Any


class LanguageModelMasks(NamedTuple):
    """Dropout masks of one window; each holds 0 or 1 / (1 - rate); None means no dropout.

    They are arguments, not layers, because a resumed run must draw the same masks: the training step draws them from
    (seed, step). Except for `tokens`, one mask serves all time steps of a window (Gal and Ghahramani 2016).

    Args:
        embedding: on whole token vectors. *Shape:* (vocabulary, 1).
        tokens: on the vector of each position. *Shape:* (time, batch, 1).
        inputs: on the inputs of each layer. *Shape of each:* (1, batch, inputs).
        recurrent: on the recurrent kernel of each layer. *Shape of each:* (hidden, 4 x hidden).
        output: on the outputs of the last layer. *Shape:* (1, batch, hidden).
    """

    embedding: Tensor | None = None
    tokens: Tensor | None = None
    inputs: tuple[Tensor | None, ...] = ()
    recurrent: tuple[Tensor | None, ...] = ()
    output: Tensor | None = None

    def of(self, sequences: slice) -> "LanguageModelMasks":
        """The masks of some of the batch's sequences."""
        tokens, output = mask_of(self.tokens, sequences), mask_of(self.output, sequences)
        return self._replace(
            tokens=tokens, inputs=tuple(mask_of(mask, sequences) for mask in self.inputs), output=output
        )


def mask_of(mask: Tensor | None, sequences: slice) -> Tensor | None:
    """A mask (1 or time, batch, width) of some of the batch's sequences."""
    return None if mask is None else mask[:, sequences]


@registered
class KerasLanguageModel(KerasNetwork):
    """Embedding -> LSTM layers -> softmax over the vocabulary.

    `call` is the network as Keras knows networks: whole texts, one beside the other, begin in an empty state. Training
    reads windows instead (`logits`, `products`, `vectors`): time first, the state passed in and returned.

    Args:
        config: the architecture.
        compute: dtype of the matrix products, `float32` or `bfloat16`; weights are float32 in either case.
        options: Keras's own, such as `name`.
    """

    architecture = ModelConfig

    def __init__(self, config: ModelConfig, compute: str = "float32", **options: Any) -> None:
        super().__init__(config, compute, **{"name": "language_model", **options})
        v, e, u = config.vocabulary_size, config.embedding, config.hidden
        self.embedding = token_embedding(config)
        self.recurrent = [
            recurrent_layer(config.cell, u, u if k else e, f"{config.cell}_{k}") for k in range(config.layers)
        ]
        self._carried = CELLS[config.cell].states
        self.softmax = SoftmaxLayer(v, e if config.tied else None, name="softmax")
        self.softmax.build((None, u))
        self.built = True

    def named_weights(self) -> dict[str, Any]:
        """Every weight under the name it has in the model folder."""
        weights = {"embedding": self.embedding.embeddings}
        for k, layer in enumerate(self.recurrent):
            weights |= weights_of(f"{self.config.cell}_{k}", layer)
        return {**weights, "output/kernel": self.softmax.kernel, "output/bias": self.softmax.bias}

    def initial_state(self, batch: int) -> State:
        """The state of all layers before a document: zeros. *Shape of each:* (batch, hidden)."""
        return [ops.zeros((batch, self.config.hidden)) for _ in range(self._carried * self.config.layers)]

    def of_layer(self, k: int, state: State) -> State:
        """The part of a state that belongs to layer `k`."""
        return state[self._carried * k : self._carried * (k + 1)]

    def call(self, ids: Tensor) -> Tensor:
        """Maps texts to the logits of the ids that follow; the state is zeroed at each START.

        Args:
            ids: *Shape:* (batch, time).

        Returns:
            In float32. *Shape:* (batch, time, vocabulary).
        """
        ids = ops.transpose(ids)
        state = self.initial_state(ops.shape(ids)[1])
        logits, _ = self.logits(ids, state, ops.cast(ops.not_equal(ids, START), "float32"))
        return ops.transpose(logits, (1, 0, 2))

    def logits(
        self, ids: Tensor, state: State, keep: Tensor, masks: LanguageModelMasks | None = None
    ) -> tuple[Tensor, State]:
        """The teacher-forced pass over a window.

        Takes the arguments of `products`; returns the logits in float32 (time, batch, vocabulary), and the state after
        the window.
        """
        x, after = self._recurrent(ids, state, keep, masks)
        return self.softmax(x, self.embedding.embeddings), after

    def products(
        self, ids: Tensor, state: State, keep: Tensor, masks: LanguageModelMasks | None = None
    ) -> tuple[Tensor, State]:
        """The pass up to the logits, without the output's bias.

        Args:
            ids: *Shape:* (time, batch).
            state: before the window.
            keep: 0 where a stream's state is zeroed before a token, else 1. *Shape:* (time, batch).
            masks: the window's dropout masks; None when not training.

        Returns:
            Products in the compute dtype (time, batch, vocabulary), and the state after the window.
        """
        vectors, after = self.vectors(ids, state, keep, masks)
        return self.softmax.products(vectors, self.embedding.embeddings), after

    def vectors(
        self, ids: Tensor, state: State, keep: Tensor, masks: LanguageModelMasks | None = None
    ) -> tuple[Tensor, State]:
        """The pass up to the inputs of the output layer.

        Takes the arguments of `products`; returns vectors in the compute dtype (time, batch, width), and the state
        after the window. The width is that of the token vectors in a tied model, otherwise that of the last layer.
        """
        x, after = self._recurrent(ids, state, keep, masks)
        return self.softmax.vectors(x), after

    def output(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The output's weights of some ids (n,): in float32 their vectors (n, width) and their biases (n,)."""
        return self.softmax.of(ids, self.embedding.embeddings)

    def _recurrent(
        self, ids: Tensor, state: State, keep: Tensor, masks: LanguageModelMasks | None
    ) -> tuple[Tensor, State]:
        """The outputs of the last LSTM layer (time, batch, hidden), and the state after the window."""
        masks = masks or LanguageModelMasks()
        x = self.embedding(ids)
        if masks.embedding is not None:
            x = x * ops.take(masks.embedding, ids, axis=0)
        x = masked(ops.cast(x, self.compute), masks.tokens)
        keep = ops.expand_dims(keep, -1)
        after: State = []
        for k, layer in enumerate(self.recurrent):
            x = masked(x, masks.inputs[k] if masks.inputs else None)
            recurrent = masks.recurrent[k] if masks.recurrent else None
            x, carried = layer(x, self.of_layer(k, state), keep, recurrent)
            after += carried
        return masked(x, masks.output), after
