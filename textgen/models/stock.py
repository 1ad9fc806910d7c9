"""Finished networks as stock functional Keras models: Embedding, LSTM, Bidirectional, Dense, Attention, Keras's ops.

They need nothing of textgen, not to be loaded either. A tied softmax becomes a Dense layer with a copy of the token
vectors, since Keras has no stock layer that shares them and adds a bias.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from textgen.config import DIRECTIONS, EncoderDecoderConfig, ModelConfig
from textgen.model_folder import Model
from textgen.tokenizers.base import FIRST_LABEL, PAD, TURN

Array = NDArray[np.float32]
Weights = Mapping[str, NDArray[np.floating]]
Tensor = Any

_NOTHING = -1e9
"""The score of what is not to be copied."""


def stock_model(model: Model) -> keras.Model:
    """Builds the network of a loaded model folder, a language model or an encoder-decoder."""
    architecture = model.card.architecture
    if isinstance(architecture, ModelConfig):
        return stock_language_model(architecture, model.weights)
    return stock_encoder_decoder(architecture, model.weights)


def stock_language_model(config: ModelConfig, weights: Weights) -> keras.Model:
    """Builds the language model.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder.

    Returns:
        A model that maps ids (batch, time), from START on, to the logits (batch, time, vocabulary) of the ids that
        follow.
    """
    weights = _widened(weights)
    named: dict[str, list[Array]] = {"embedding": [weights["embedding"]]}
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(config.vocabulary_size, config.embedding, name="embedding")(ids)
    for k in range(config.layers):
        x = layers.LSTM(config.hidden, return_sequences=True, name=f"lstm_{k}")(x)
        named[f"lstm_{k}"] = _lstm(weights, f"lstm_{k}")
    if config.tied:
        x = layers.Dense(config.embedding, use_bias=False, name="projection")(x)
        named["projection"] = [weights["output/kernel"]]
    kernel = weights["embedding"].T if config.tied else weights["output/kernel"]
    logits = layers.Dense(config.vocabulary_size, name="logits")(x)
    named["logits"] = [kernel, weights["output/bias"]]
    return _filled(keras.Model(ids, logits, name="language_model"), named)


def stock_encoder_decoder(config: EncoderDecoderConfig, weights: Weights) -> keras.Model:
    """Builds the encoder-decoder.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder.

    Returns:
        A model that maps `contexts` (batch, context) and `replies` (batch, time), ids from START on with padding at
        their ends, to the logits (batch, time, vocabulary) of the replies' following ids.
    """
    e, u = config.embedding, config.hidden
    weights = _widened(weights)
    named: dict[str, list[Array]] = {"embedding": [weights["embedding"]]}
    embedding = layers.Embedding(config.vocabulary_size, e, name="embedding")
    contexts = keras.Input((None,), dtype="int32", name="contexts")
    replies = keras.Input((None,), dtype="int32", name="replies")
    real = ops.not_equal(contexts, PAD)

    def dense(name: str, width: int, x: Tensor, kernel: Array, *bias: Array) -> Tensor:
        named[name] = [kernel, *bias]
        return layers.Dense(width, use_bias=bool(bias), name=name)(x)

    tokens = memory = embedding(contexts)
    if config.told_whose:
        memory = layers.Add(name="told_whose")([tokens, layers.Embedding(2, e, name="whose")(_whose_turn(contexts))])
        named["whose"] = [weights["whose"]]
    x = embedding(replies)
    for k in range(config.layers):
        reader = layers.LSTM(u // 2, return_sequences=True, return_state=True)
        memory, *finals = layers.Bidirectional(reader, name=f"encoder_{k}")(memory, mask=real)
        state = [ops.concatenate(finals[part::2], axis=-1) for part in range(2)]
        x = layers.LSTM(u, return_sequences=True, name=f"decoder_{k}")(x, initial_state=state)
        named[f"encoder_{k}"] = [array for way in DIRECTIONS for array in _lstm(weights, f"encoder_{k}/{way}")]
        named[f"decoder_{k}"] = _lstm(weights, f"decoder_{k}")
    vectors = dense("output", e, x, weights["output/kernel"])
    if config.attention:
        key = weights["attention/key"] * (np.float32(u**-0.5) if config.scaled else np.float32(1))
        keys = dense("attention_keys", u, memory, key)
        values = dense("attention_values", e, memory, weights["attention/value"])
        seen = _without_start(real) if config.scaled else real
        found = layers.Attention(name="attention")([x, values, keys], mask=[None, seen])
        vectors = layers.Add(name="attended")([vectors, found])
    vectors = layers.Activation("tanh", name="bounded")(vectors)
    logits = dense("logits", config.vocabulary_size, vectors, weights["embedding"].T, weights["output/bias"])
    if config.copying:
        before = ops.pad(tokens, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        keys = ops.tanh(
            dense("copy_keys", e, memory, weights["copy/key"])
            + dense("copy_previous", e, before, weights["copy/previous"])
        )
        query = dense("copy_queries", e, x, weights["copy/query"] * np.float32(e**-0.5))
        gate = dense("copy_gate", 1, x, weights["copy/gate"], weights["copy/bias"])
        # What is repeated along an axis comes first: Keras takes a second summand for a bias of the last axis wherever
        # its only size above 1 is the size of that axis.
        scores = gate + ops.matmul(query, ops.transpose(keys, (0, 2, 1)))
        logits = _with_copies(logits, scores, contexts, config.vocabulary_size)
    return _filled(keras.Model([contexts, replies], logits, name="encoder_decoder"), named)


def _widened(weights: Weights) -> dict[str, Array]:
    """The arrays in float32, in which all is computed: NumPy 1 leaves float16 times a float32 scalar in float16."""
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _lstm(weights: Mapping[str, Array], name: str) -> list[Array]:
    """The arrays of an LSTM in Keras's order; the gates of both are i, f, g, o."""
    return [weights[f"{name}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]


def _filled(model: keras.Model, named: Mapping[str, list[Array]]) -> keras.Model:
    for name, arrays in named.items():
        model.get_layer(name).set_weights(arrays)
    return model


def _whose_turn(contexts: Tensor) -> Tensor:
    """0 for the tokens of the other side's turns, 1 for the bot's own: sides alternate, and the other's is the last."""
    ends = ops.cast(ops.equal(contexts, TURN), "int32")
    from_here = ops.sum(ends, axis=1, keepdims=True) - ops.cumsum(ends, axis=1) + ends
    return ops.mod(from_here + 1, 2)


def _without_start(real: Tensor) -> Tensor:
    """Where attention may look: nowhere in the padding, and at START only where nothing follows it."""
    whole = ops.cast(real, "int32")
    first = ops.equal(ops.cumsum(ops.ones_like(whole), axis=1), 1)
    is_empty = ops.equal(ops.sum(whole, axis=1, keepdims=True), 1)
    return ops.logical_and(real, ops.logical_or(ops.logical_not(first), is_empty))


def _with_copies(logits: Tensor, scores: Tensor, contexts: Tensor, vocabulary_size: int) -> Tensor:
    """Adds the score of each token of the context to the logit of its id, as exponentials (Gu et al. 2016)."""
    copied = ops.expand_dims(ops.greater_equal(contexts, FIRST_LABEL), 1)
    scores = ops.where(copied, scores, _NOTHING)
    top = ops.max(scores, axis=-1, keepdims=True)
    shares = ops.matmul(ops.exp(scores - top), ops.one_hot(contexts, vocabulary_size))
    return ops.logaddexp(logits, top + ops.log(shares + 1e-37))
