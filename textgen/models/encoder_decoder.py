"""The encoder-decoder in Keras: contexts are read in both directions, replies are predicted token by token."""

from typing import Any, NamedTuple

from keras import ops

from textgen.config import CELLS, DIRECTIONS, EncoderDecoderConfig
from textgen.models.language_model import mask_of
from textgen.models.network import KerasNetwork, SoftmaxLayer, masked, product, registered, token_embedding
from textgen.models.recurrent import RecurrentLayer, State, recurrent_layer, weights_of
from textgen.tokenizers.base import FIRST_LABEL, TURN

Tensor = Any


class EncoderDecoderMasks(NamedTuple):
    """Dropout masks of one step; each holds 0 or 1 / (1 - rate); None means no dropout.

    One mask serves all time steps (Gal and Ghahramani 2016).

    Args:
        embedding: on whole token vectors. *Shape:* (vocabulary, 1).
        encoder: on the inputs of each encoder layer. *Shape of each:* (1, batch, inputs).
        decoder: on the inputs of each decoder layer. *Shape of each:* (1, batch, inputs).
        recurrent: on recurrent kernels, by the layer's name. *Shape of each:* (units, 4 x units).
        memory: on the encoder's outputs that attention looks at. *Shape:* (1, batch, hidden).
        output: on the outputs of the last decoder layer. *Shape:* (1, batch, hidden).
    """

    embedding: Tensor | None = None
    encoder: tuple[Tensor | None, ...] = ()
    decoder: tuple[Tensor | None, ...] = ()
    recurrent: dict[str, Tensor | None] = {}  # noqa: RUF012 - never written to
    memory: Tensor | None = None
    output: Tensor | None = None

    def of(self, sequences: slice) -> "EncoderDecoderMasks":
        """The masks of some of the batch's sequences."""
        return self._replace(
            encoder=tuple(mask_of(mask, sequences) for mask in self.encoder),
            decoder=tuple(mask_of(mask, sequences) for mask in self.decoder),
            memory=mask_of(self.memory, sequences),
            output=mask_of(self.output, sequences),
        )


class ReplyOutputs(NamedTuple):
    """What the logits of replies are made of.

    Args:
        products: logits without the output's bias and without copies, in the compute dtype. *Shape:* (time, batch,
            vocabulary).
        copies: scores of copying each token of the context, -1e9 where nothing is to be copied; None for a network
            that does not copy. *Shape:* (time, batch, context), float32.
    """

    products: Tensor
    copies: Tensor | None


@registered
class KerasEncoderDecoder(KerasNetwork):
    """Bidirectional LSTM encoder, LSTM decoder with teacher forcing, attention, tied softmax.

    Attention is Luong's "general" form above the decoder's top layer, for all target steps at once and without input
    feeding (Luong et al. 2015). Copying is after Gu et al. (2016): a token of the context is recognised by what was
    read there and by the token before it, and competes with the vocabulary in one softmax.

    Args:
        config: the architecture.
        compute: dtype of the matrix products, `float32` or `bfloat16`; weights are float32 in either case.
        options: Keras's own, such as `name`.
    """

    architecture = EncoderDecoderConfig

    def __init__(self, config: EncoderDecoderConfig, compute: str = "float32", **options: Any) -> None:
        super().__init__(config, compute, **{"name": "encoder_decoder", **options})
        v, e, u = config.vocabulary_size, config.embedding, config.hidden
        self.embedding = token_embedding(config)
        self.layers_by_name: dict[str, RecurrentLayer] = {}
        for k in range(config.layers):
            units = {f"encoder_{k}/{direction}": u // 2 for direction in DIRECTIONS} | {f"decoder_{k}": u}
            for name, width in units.items():
                layer = recurrent_layer(config.cell, width, u if k else e, name.replace("/", "_"))
                self.layers_by_name[name] = layer
        if config.attention:
            self.attention_key = self.add_weight((u, u), "glorot_uniform", name="attention_key")
            self.attention_value = self.add_weight((u, e), "glorot_uniform", name="attention_value")
        if config.copying:
            shapes = {"key": (u, e), "previous": (e, e), "query": (u, e), "gate": (u, 1), "bias": (1,)}
            self.copy = {name: self.add_weight(shape, "zeros", name=f"copy_{name}") for name, shape in shapes.items()}
        if config.told_whose:
            self.whose = self.add_weight((2, e), "zeros", name="whose")
        self.softmax = SoftmaxLayer(v, e, name="softmax")
        self.softmax.build((None, u))
        self.built = True

    def named_weights(self) -> dict[str, Any]:
        """Every weight under the name it has in the model folder."""
        weights = {"embedding": self.embedding.embeddings}
        for name, layer in self.layers_by_name.items():
            weights |= weights_of(name, layer)
        if self.config.attention:
            weights |= {"attention/key": self.attention_key, "attention/value": self.attention_value}
        if self.config.copying:
            weights |= {f"copy/{name}": weight for name, weight in self.copy.items()}
        if self.config.told_whose:
            weights["whose"] = self.whose
        return {**weights, "output/kernel": self.softmax.kernel, "output/bias": self.softmax.bias}

    def call(self, contexts: Tensor, real: Tensor, inputs: Tensor, masks: EncoderDecoderMasks | None = None) -> Tensor:
        """The teacher-forced pass: the arguments of `outputs` give float32 logits (time, batch, vocabulary)."""
        products, copies = self.outputs(contexts, real, inputs, masks)
        logits = ops.cast(products, "float32") + self.softmax.bias
        if copies is None:
            return logits
        at = ops.one_hot(ops.transpose(contexts), self.config.vocabulary_size)  # (batch, context, vocabulary)
        top = ops.max(copies, axis=-1, keepdims=True)
        shares = ops.matmul(ops.transpose(ops.exp(copies - top), (1, 0, 2)), at)
        # What is not in the context has a share of 0, whose logarithm would have no gradient.
        return ops.logaddexp(logits, ops.log(ops.transpose(shares, (1, 0, 2)) + 1e-37) + top)

    def outputs(
        self, contexts: Tensor, real: Tensor, inputs: Tensor, masks: EncoderDecoderMasks | None = None
    ) -> ReplyOutputs:
        """The pass up to the logits.

        Args:
            contexts: ids, padding at the end. *Shape:* (context, batch).
            real: 0 where the context is padding, else 1. *Shape:* (context, batch).
            inputs: ids of the replies from START on; predictions after a reply's end are not to be scored.
                *Shape:* (time, batch).
            masks: the step's dropout masks; None when not training.
        """
        masks = masks or EncoderDecoderMasks()
        vectors_of = self.embedding.embeddings
        table = vectors_of if masks.embedding is None else vectors_of * masks.embedding
        table = ops.cast(table, self.compute)
        tokens = read = ops.take(table, contexts, axis=0)
        if self.config.told_whose:
            read = read + ops.take(ops.cast(self.whose, self.compute), self._whose_turn(contexts), axis=0)
        memory, finals = self._encode(read, ops.expand_dims(real, -1), masks)
        x = ops.take(table, inputs, axis=0)
        for k, state in enumerate(finals):
            x = masked(x, masks.decoder[k] if masks.decoder else None)
            name = f"decoder_{k}"
            x, _ = self.layers_by_name[name](x, state, recurrent_mask=masks.recurrent.get(name))
        x = masked(x, masks.output)
        vectors = self.softmax.vectors(x)
        memory = masked(memory, masks.memory)
        if self.config.attention:
            vectors = vectors + self._attend(x, memory, real)
        copies = self._copies(x, memory, tokens, contexts, real) if self.config.copying else None
        return ReplyOutputs(self.softmax.products(ops.tanh(vectors), self.embedding.embeddings), copies)

    def _encode(self, x: Tensor, real: Tensor, masks: EncoderDecoderMasks) -> tuple[Tensor, list[State]]:
        """Maps token vectors to the outputs of the last layer and the final state of each layer."""
        flipped = ops.flip(real, axis=0)
        finals = []
        for k in range(self.config.layers):
            x = masked(x, masks.encoder[k] if masks.encoder else None)
            names = [f"encoder_{k}/{direction}" for direction in DIRECTIONS]
            forward, backward = (self.layers_by_name[name] for name in names)
            drops = [masks.recurrent.get(name) for name in names]
            zeros = [ops.zeros((ops.shape(x)[1], forward.units))] * CELLS[self.config.cell].states
            # In the backward direction the padding comes first, and the state stays zero over it.
            lanes = [
                forward.lane(x, zeros, recurrent_mask=drops[0], real=real),
                backward.lane(ops.flip(x, axis=0), zeros, recurrent_mask=drops[1], real=flipped),
            ]
            (there, state_there), (back, state_back) = forward.side_by_side(lanes)
            x = ops.concatenate([there, ops.flip(back, axis=0)], axis=-1)
            finals.append([ops.concatenate(pair, axis=-1) for pair in zip(state_there, state_back, strict=True)])
        return x, finals

    def _attend(self, x: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        """Maps decoder outputs (time, batch, hidden) to what they read from the context (time, batch, embedding)."""
        keys = ops.transpose(product(memory, self.attention_key), (1, 2, 0))
        values = ops.transpose(product(memory, self.attention_value), (1, 0, 2))
        scores = ops.cast(ops.matmul(ops.transpose(x, (1, 0, 2)), keys), "float32")
        if self.config.scaled:
            scores = scores * self.config.hidden**-0.5
            alone = ops.sum(real, axis=0, keepdims=True) == 1  # START is looked at where nothing follows it
            real = ops.concatenate([ops.cast(alone, real.dtype), real[1:]], axis=0)
        scores = ops.where(ops.transpose(real)[:, None] > 0, scores, float("-inf"))
        # Keras warns of a softmax over a single position, which is all that an empty context has.
        weights = ops.cast(ops.exp(ops.log_softmax(scores, axis=-1)), self.compute)
        return ops.transpose(ops.matmul(weights, values), (1, 0, 2))

    def _copies(self, x: Tensor, memory: Tensor, tokens: Tensor, contexts: Tensor, real: Tensor) -> Tensor:
        """Maps decoder outputs (time, batch, hidden) to scores of the context's tokens (time, batch, context)."""
        previous = ops.concatenate([ops.zeros_like(tokens[:1]), tokens[:-1]], axis=0)
        keys = ops.tanh(product(memory, self.copy["key"]) + product(previous, self.copy["previous"]))
        queries = ops.transpose(product(x, self.copy["query"]), (1, 0, 2))
        scores = ops.cast(ops.matmul(queries, ops.transpose(keys, (1, 2, 0))), "float32")
        gates = ops.cast(product(x, self.copy["gate"]), "float32") + self.copy["bias"]
        scores = ops.transpose(scores, (1, 0, 2)) * self.config.embedding**-0.5 + gates
        is_text = ops.logical_and(contexts >= FIRST_LABEL, real > 0)
        return ops.where(ops.transpose(is_text)[None], scores, -1e9)

    def _whose_turn(self, contexts: Tensor) -> Tensor:
        """0 for the tokens of the other side's turns, 1 for the bot's own (see `inference/encoder_decoder.py`)."""
        ends = ops.flip(ops.cumsum(ops.flip(ops.cast(contexts == TURN, "int32"), axis=0), axis=0), axis=0)
        return (ends + 1) % 2
