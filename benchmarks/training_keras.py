"""The models in stock Keras, trained by `train_on_batch`, as Keras's users write them."""

from typing import Any

import keras
from keras.layers import LSTM, Attention, Bidirectional, Concatenate, Dense, Embedding, Input
from networks import CLIP, LEARNING_RATE, Train, Weights

from textgen.config import EncoderDecoderConfig, ModelConfig


def language_model(config: ModelConfig, weights: Weights, precision: str, streams: int, window: int) -> Train:
    """The step of stateful LSTM layers under a softmax.

    Args:
        config: the network.
        weights: to begin with, in the order of the layers.
        precision: `float32`, or `bfloat16` for Keras's mixed precision.
        streams: sequences in a batch.
        window: tokens of each.
    """
    _set_precision(precision)
    lstms = [LSTM(config.hidden, stateful=True, return_sequences=True) for _ in range(config.layers)]
    model = keras.Sequential(
        [
            Input((window,), batch_size=streams),
            Embedding(config.vocabulary_size, config.embedding),
            *lstms,
            Dense(config.vocabulary_size, dtype="float32"),
        ]
    )
    model.set_weights(list(weights.values()))
    _compile(model)
    return lambda inputs, targets: float(model.train_on_batch(inputs.T, targets.T))


def encoder_decoder(
    config: EncoderDecoderConfig, weights: Weights, precision: str, exchanges: int, reply: int
) -> Train:
    """The step of a bidirectional encoder and a decoder of one layer, with attention and a tied softmax.

    Nothing is padded, so that no masks are needed.

    Args:
        config: the network.
        weights: to begin with.
        precision: `float32`, or `bfloat16` for Keras's mixed precision.
        exchanges: in a batch.
        reply: tokens of each reply.
    """
    _set_precision(precision)
    contexts, inputs = Input((None,), dtype="int32"), Input((reply,), dtype="int32")
    embedding = Embedding(config.vocabulary_size, config.embedding)
    encoder = Bidirectional(LSTM(config.hidden // 2, return_sequences=True, return_state=True))
    decoder = LSTM(config.hidden, return_sequences=True)
    key = Dense(config.hidden, use_bias=False)
    combined = Dense(config.embedding, activation="tanh", use_bias=False)
    softmax = TiedSoftmax(embedding, dtype="float32")

    memory, *finals = encoder(embedding(contexts))
    x = decoder(embedding(inputs), initial_state=[Concatenate()(finals[0::2]), Concatenate()(finals[1::2])])
    attended = Attention()([x, memory, key(memory)])
    model = keras.Model([contexts, inputs], softmax(combined(Concatenate()([x, attended]))))

    parts = ("kernel", "recurrent_kernel", "bias")
    embedding.set_weights([weights["embedding"]])
    encoder.set_weights([weights[f"encoder_0/{way}/{part}"] for way in ("forward", "backward") for part in parts])
    decoder.set_weights([weights[f"decoder_0/{part}"] for part in parts])
    key.set_weights([weights["attention/key"]])
    combined.set_weights([keras.ops.concatenate([weights["output/kernel"], weights["attention/value"]])])
    softmax.bias.assign(weights["output/bias"])
    _compile(model)
    return lambda contexts, inputs, targets: float(model.train_on_batch([contexts.T, inputs.T], targets.T))


class TiedSoftmax(keras.layers.Layer):
    """Logits by the embedding's own vectors.

    Args:
        embedding: of the tokens.
    """

    def __init__(self, embedding: Embedding, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embedding = embedding

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Makes the bias."""
        self.bias = self.add_weight((self.embedding.input_dim,), "zeros")

    def call(self, x: Any) -> Any:
        """Vectors (batch, time, width) to logits (batch, time, vocabulary)."""
        return keras.ops.matmul(x, keras.ops.transpose(self.embedding.embeddings)) + self.bias


def _set_precision(precision: str) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")


def _compile(model: keras.Model) -> None:
    model.compile(
        keras.optimizers.AdamW(LEARNING_RATE, global_clipnorm=CLIP),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
