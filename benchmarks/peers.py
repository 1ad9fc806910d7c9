"""One language model in several frameworks, with the same weights: what writing it costs in each.

All are given ids and give logits and a state, as their own users would write it: `model.predict` on a stateful Keras
model; a `tf.function` of the cells, compiled for its signature; `torch.nn.LSTM` in inference mode; and a loop that
TensorFlow compiles whole, draws included.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
import torch
from networks import LAYERS, UNITS, Weights
from numpy.typing import NDArray
from training_pytorch import layers

Step = Callable[[NDArray[np.integer]], NDArray[np.float32]]
"""Ids (batch,) to logits (batch, vocabulary); the state is kept from call to call, zero before the first."""


def keras_predict(weights: Weights, batch: int) -> Step:
    """`model.predict`, as the tutorials do it."""
    model = keras.Sequential(
        [
            keras.layers.Input((1,), batch_size=batch),
            keras.layers.Embedding(*weights["embedding"].shape),
            keras.layers.LSTM(UNITS, stateful=True, return_sequences=True),
            keras.layers.LSTM(UNITS, stateful=True),
            keras.layers.Dense(weights["output/bias"].size),
        ]
    )
    model.set_weights(list(weights.values()))
    return lambda ids: model.predict(ids[:, None], batch_size=batch, verbose=0)


def tensorflow_step(weights: Weights, batch: int) -> Step:
    """A compiled step of Keras's cells."""
    cells = _keras_cells(weights)
    embedding, kernel, bias = (tf.constant(weights[name]) for name in ("embedding", "output/kernel", "output/bias"))
    state = [tf.Variable(tf.zeros((batch, UNITS))) for _ in range(2 * LAYERS)]

    @tf.function(input_signature=[tf.TensorSpec((batch,), tf.int32)])
    def step(ids):
        x = tf.gather(embedding, ids)
        for k, cell in enumerate(cells):
            x, after = cell(x, [state[2 * k].value(), state[2 * k + 1].value()])
            state[2 * k].assign(after[0])
            state[2 * k + 1].assign(after[1])
        return x @ kernel + bias

    return lambda ids: step(tf.constant(ids, tf.int32)).numpy()


def tensorflow_loop(weights: Weights, batch: int, tokens: int, compiled: bool) -> Callable[[], NDArray[np.integer]]:
    """Writes so many tokens a sequence in one call: cells, softmax and draw inside of one `tf.while_loop`.

    Args:
        weights: of the model.
        batch: sequences.
        tokens: of each.
        compiled: whether XLA compiles the whole.
    """
    cells = _keras_cells(weights)
    embedding, kernel, bias = (tf.constant(weights[name]) for name in ("embedding", "output/kernel", "output/bias"))

    @tf.function(jit_compile=compiled)
    def write():
        state = [tf.zeros((batch, UNITS)) for _ in range(2 * LAYERS)]
        ids, written = tf.zeros((batch,), tf.int32), tf.TensorArray(tf.int32, tokens)
        for time in tf.range(tokens):
            x, after = tf.gather(embedding, ids), []
            for k, cell in enumerate(cells):
                x, new = cell(x, state[2 * k : 2 * k + 2])
                after += new
            state = after
            seed = tf.stack([0, time])
            ids = tf.random.stateless_categorical(x @ kernel + bias, 1, seed, dtype=tf.int32)[:, 0]
            written = written.write(time, ids)
        return written.stack()

    return lambda: write().numpy()


def pytorch_step(weights: Weights, batch: int) -> Step:
    """`torch.nn.LSTM` one token at a time."""
    embedding, lstm, output = layers(weights, batch_first=True)
    state = (torch.zeros(LAYERS, batch, UNITS), torch.zeros(LAYERS, batch, UNITS))

    @torch.inference_mode()
    def step(ids: NDArray[np.integer]) -> NDArray[np.float32]:
        nonlocal state
        x, state = lstm(embedding(torch.from_numpy(ids)[:, None]), state)
        return output(x[:, 0]).numpy()

    return step


def _keras_cells(weights: Weights) -> list[keras.layers.LSTMCell]:
    cells = []
    for k in range(LAYERS):
        arrays = [weights[f"lstm_{k}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]
        cell = keras.layers.LSTMCell(UNITS)
        cell.build((None, arrays[0].shape[0]))
        cell.set_weights(arrays)
        cells.append(cell)
    return cells
