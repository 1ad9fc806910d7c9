"""A network as TensorFlow functions that read one token at a time, for SavedModel and LiteRT."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import DIRECTIONS, EncoderDecoderConfig, ModelConfig
from textgen.models import silenced
from textgen.tokenizers.base import FIRST_LABEL, TURN

Tensor = Any
Outputs = dict[str, Tensor]
Weights = Mapping[str, NDArray[np.floating]]

_NOTHING = -1e9
"""The score of what is not to be copied."""

_SCALE = "embedding/scale"
"""The name of the scales of token vectors that are stored by rows."""


def save_steps(config: ModelConfig | EncoderDecoderConfig, weights: Weights, folder: Path) -> None:
    """Writes a SavedModel with the signatures `step` and, of an encoder-decoder, `read`.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder; stored in their dtype, computed in float32.
        folder: where to write it.
    """
    steps = _steps(config, weights)
    tf.saved_model.save(steps, str(folder), signatures=steps.signatures())


def litert_file(config: ModelConfig | EncoderDecoderConfig, weights: Weights, int8: bool = False) -> bytes:
    """Gives a LiteRT model with the same signatures; it needs LiteRT's own operations only, and no Flex.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder.
        int8: store matrices in 8 bits; else weights are stored in their dtype.
    """
    narrow = all(array.dtype == np.float16 for array in weights.values())
    # The converter narrows what is float32 by itself; what is narrow already it would widen for good.
    wide = {name: array.astype(np.float32) for name, array in weights.items()}
    with TemporaryDirectory() as folder:
        save_steps(config, _by_rows(wide) if int8 else wide, Path(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if int8 or narrow:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if narrow and not int8:
            converter.target_spec.supported_types = [tf.float16]
        with silenced():
            content: bytes = converter.convert()
        return content


def _by_rows(weights: Weights) -> Weights:
    """Divides each token vector by its largest value, which becomes its scale.

    In 8 bits the converter gives vectors that are looked up one scale for all, and those of a tied softmax one each,
    and stores them twice. Where all are as large as each other, both are the same bytes, which it stores once.
    """
    vectors = weights["embedding"]
    largest = np.abs(vectors).max(axis=1)
    scale = np.where(largest > 0, largest, np.float32(1))
    return {**weights, "embedding": vectors / scale[:, None], _SCALE: scale}


def _steps(
    config: ModelConfig | EncoderDecoderConfig, weights: Weights
) -> "_LanguageModelSteps | _EncoderDecoderSteps":
    if isinstance(config, ModelConfig):
        return _LanguageModelSteps(config, weights)
    return _EncoderDecoderSteps(config, weights)


class _Steps(tf.Module):
    """The weights, and an LSTM's step."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._variables = {name: tf.Variable(array, trainable=False) for name, array in weights.items()}

    def _weight(self, name: str) -> Tensor:
        return tf.cast(self._variables[name], tf.float32)

    def _project(self, name: str, x: Tensor) -> Tensor:
        return tf.matmul(x, self._weight(f"{name}/kernel")) + self._weight(f"{name}/bias")

    def _advance(self, name: str, projected: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        gates = projected + tf.matmul(h, self._weight(f"{name}/recurrent_kernel"))
        i, f, g, o = tf.split(gates, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return tf.sigmoid(o) * tf.tanh(c), c

    def _layers(self, prefix: str, count: int, ids: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """The output of the last layer, and the state after the tokens (2 x layers, batch, hidden)."""
        x, after = self._vectors(ids), list[Tensor]()
        for k in range(count):
            name = f"{prefix}_{k}"
            after += self._advance(name, self._project(name, x), state[2 * k], state[2 * k + 1])
            x = after[-2]
        return x, tf.stack(after)

    def _vectors(self, ids: Tensor) -> Tensor:
        """The vectors of tokens (time or batch, embedding)."""
        found = tf.gather(self._weight("embedding"), ids)
        return found * tf.gather(self._weight(_SCALE), ids)[:, None] if _SCALE in self._variables else found

    def _of_vectors(self, x: Tensor) -> Tensor:
        """Logits of a tied softmax."""
        found = tf.matmul(x, self._weight("embedding"), transpose_b=True)
        if _SCALE in self._variables:
            # On an axis of its own: what multiplies a product directly the converter multiplies into its matrix.
            found = tf.squeeze(found[:, :, None] * self._weight(_SCALE)[:, None], axis=-1)
        return found + self._weight("output/bias")


class _LanguageModelSteps(_Steps):
    """`step(ids, state)` of a language model."""

    def __init__(self, config: ModelConfig, weights: Weights) -> None:
        super().__init__(weights)
        self._config = config

    def signatures(self) -> dict[str, Any]:
        """The functions by name, with the shapes and types that they take."""
        config = self._config
        ids = tf.TensorSpec((None,), tf.int32, "ids")
        state = tf.TensorSpec((2 * config.layers, None, config.hidden), tf.float32, "state")
        return {"step": tf.function(self.step, input_signature=[ids, state]).get_concrete_function()}

    def step(self, ids: Tensor, state: Tensor) -> Outputs:
        """Maps ids (batch,) and the state to the logits (batch, vocabulary) of the ids that follow, and the state."""
        x, after = self._layers("lstm", self._config.layers, ids, state)
        x = tf.matmul(x, self._weight("output/kernel"))
        return {
            "logits": self._of_vectors(x) if self._config.tied else x + self._weight("output/bias"),
            "next_state": after,
        }


class _EncoderDecoderSteps(_Steps):
    """`read(context)` and `step(ids, state, ...)` of an encoder-decoder."""

    def __init__(self, config: EncoderDecoderConfig, weights: Weights) -> None:
        super().__init__(weights)
        self._config = config

    def signatures(self) -> dict[str, Any]:
        """The functions by name, with the shapes and types that they take."""
        e, u = self._config.embedding, self._config.hidden
        context = tf.TensorSpec((None,), tf.int32, "context")
        ids = tf.TensorSpec((None,), tf.int32, "ids")
        state = tf.TensorSpec((2 * self._config.layers, None, u), tf.float32, "state")
        memory = dict[str, Any]()
        if self._config.attention:
            memory |= {
                name: tf.TensorSpec((None, size), tf.float32, name) for name, size in (("keys", u), ("values", e))
            }
        if self._config.copying:
            memory["copy_keys"] = tf.TensorSpec((None, e), tf.float32, "copy_keys")
            memory["context"] = context
        return {
            "read": tf.function(self.read).get_concrete_function(context=context),
            "step": tf.function(self.step).get_concrete_function(ids=ids, state=state, **memory),
        }

    def read(self, context: Tensor) -> Outputs:
        """Maps the ids of a context (time,) to the state before START (2 x layers, 1, hidden), and `step`'s memory."""
        config = self._config
        tokens = x = self._vectors(context)
        if config.told_whose:
            ends = tf.cast(tf.equal(context, TURN), tf.int32)
            from_here = tf.reduce_sum(ends) - tf.cumsum(ends) + ends
            x += tf.gather(self._weight("whose"), (from_here + 1) % 2)
        state = []
        for k in range(config.layers):
            both = [self._run(f"encoder_{k}/{way}", x, way == "backward") for way in DIRECTIONS]
            state += [tf.concat([one[part] for one in both], axis=-1) for part in (1, 2)]
            x = tf.concat([one[0] for one in both], axis=-1)
        found = {"state": tf.stack(state)}
        if config.attention:
            # START is looked at only where nothing follows it.
            seen = x[tf.minimum(tf.shape(x)[0] - 1, 1) :] if config.scaled else x
            scale = config.hidden**-0.5 if config.scaled else 1.0
            found["keys"] = tf.matmul(seen, self._weight("attention/key")) * scale
            found["values"] = tf.matmul(seen, self._weight("attention/value"))
        if config.copying:
            before = tf.concat([tf.zeros_like(tokens[:1]), tokens[:-1]], axis=0)
            read = tf.matmul(x, self._weight("copy/key")) + tf.matmul(before, self._weight("copy/previous"))
            found["copy_keys"] = tf.tanh(read) * config.embedding**-0.5
        return found

    def _run(self, name: str, x: Tensor, backwards: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The outputs (time, units) of a direction, and its last state (1, units); a loop that LiteRT knows as well."""
        projected, time = self._project(name, x), tf.shape(x)[0]
        units = projected.shape[-1] // 4
        zeros = tf.zeros((1, units))

        def body(t: Tensor, outputs: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
            place = time - 1 - t if backwards else t
            h, c = self._advance(name, tf.gather(projected, [place]), h, c)
            at_place = tf.cast(tf.equal(tf.range(time), place), tf.float32)[:, None]
            return t + 1, outputs + at_place * h, h, c

        start = (tf.constant(0), tf.zeros((time, units)), zeros, zeros)
        invariants = (tf.TensorShape([]), tf.TensorShape([None, units]), zeros.shape, zeros.shape)
        _, outputs, h, c = tf.while_loop(lambda t, *_: t < time, body, start, shape_invariants=invariants)
        return outputs, h, c

    def step(
        self,
        ids: Tensor,
        state: Tensor,
        keys: Tensor | None = None,
        values: Tensor | None = None,
        copy_keys: Tensor | None = None,
        context: Tensor | None = None,
    ) -> Outputs:
        """Maps ids (batch,), the state and what `read` gave to the logits of the ids that follow, and the state."""
        config = self._config
        x, after = self._layers("decoder", config.layers, ids, state)
        vectors = tf.matmul(x, self._weight("output/kernel"))
        if config.attention:
            vectors += tf.matmul(tf.nn.softmax(tf.matmul(x, keys, transpose_b=True)), values)
        logits = self._of_vectors(tf.tanh(vectors))
        if config.copying:
            gate = tf.matmul(x, self._weight("copy/gate")) + self._weight("copy/bias")
            scores = tf.matmul(tf.matmul(x, self._weight("copy/query")), copy_keys, transpose_b=True) + gate
            logits = self._with_copies(logits, scores, context)
        return {"logits": logits, "next_state": after}

    def _with_copies(self, logits: Tensor, scores: Tensor, context: Tensor) -> Tensor:
        scores = tf.where(context >= FIRST_LABEL, scores, _NOTHING)
        top = tf.reduce_max(scores, axis=-1, keepdims=True)
        shares = tf.matmul(tf.exp(scores - top), tf.one_hot(context, self._config.vocabulary_size))
        copies = tf.math.log(shares + 1e-37) + top
        # log(exp(a) + exp(b)), without log1p, which LiteRT has not.
        return tf.maximum(logits, copies) + tf.math.log(1.0 + tf.exp(-tf.abs(logits - copies)))
