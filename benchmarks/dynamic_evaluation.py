"""Dynamic evaluation (Krause et al. 2018): a language model that goes on learning from the text it is scored on.

A segment is scored first and learned from afterwards, so that no token is scored by weights that have seen it. The
update is the paper's: a gradient step whose rate is divided, for each weight, by the root mean square of its gradients
on training text, and a pull back to the trained weights, the stronger the larger that root is:

    w += decay * root / mean * (trained - w) - rate * gradient / root

`mean` is that of all roots, and the pull is at most whole. The roots are those of single segments of the training text.
Where the paper adds a constant to them, the quotient is bounded here, so that what was rare in training does not leap.
"""

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it

# isort: split

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import ModelConfig
from textgen.corpus.id_store import open_ids
from textgen.model_folder import ModelFolder
from textgen.models.language_model import KerasLanguageModel
from textgen.models.softmax import cross_entropy
from textgen.tokenizers.base import PAD, START
from textgen.training.checkpoint import TRAINING_IDS

Tensor = Any

_SEGMENT = 20
_LARGEST_QUOTIENT = 5.0
_TINY = 1e-12
_SEGMENTS_FOR_ROOTS = 1000


class DynamicEvaluation:
    """Scores texts with a trained model that adapts to each of them.

    Args:
        config: the architecture.
        weights: by their names in the model folder.
        learned: ids the model learned from. *Shape:* (tokens,).
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, NDArray[np.floating]], learned: NDArray[np.integer]
    ) -> None:
        self._network = KerasLanguageModel(config)
        variables = self._network.named_weights()
        self._weights = [variable.value for variable in variables.values()]
        self._trained = [tf.constant(weights[name], tf.float32) for name in variables]
        self._compiled = tf.function(self._scored)
        self._update = tf.function(self._updated, jit_compile=True)
        self._roots = self._find_roots(learned)

    @classmethod
    def of(cls, folder: ModelFolder) -> "DynamicEvaluation":
        """That of a trained model whose training folder is still there."""
        model = folder.load()
        assert isinstance(model.card.architecture, ModelConfig)
        return cls(model.card.architecture, model.weights, open_ids(folder.training / TRAINING_IDS))

    def nats(self, ids: Sequence[int] | NDArray[np.integer], rate: float, decay: float) -> float:
        """Total nats of all ids but the first, which is given.

        Args:
            ids: of a document, from START on. *Shape:* (tokens,).
            rate: of learning; 0 does not adapt.
            decay: the pull back to the trained weights.
        """
        self._reset()
        given = tf.constant(rate, tf.float32), tf.constant(decay, tf.float32)
        total = 0.0
        for nats, gradients in self._segments(ids):
            total += nats
            if rate > 0:
                self._assign(self._update(self._values(), gradients, self._trained, self._roots, *given))
        return total

    def _find_roots(self, ids: NDArray[np.integer]) -> list[Tensor]:
        """The root mean square of each weight's gradients on segments at the end of the training text."""
        self._reset()
        squares = [tf.zeros_like(weight) for weight in self._trained]
        for _, gradients in self._segments(ids[-(_SEGMENTS_FOR_ROOTS * _SEGMENT + 1) :]):
            squares = _squares_added(squares, gradients)
        return [tf.sqrt(square / _SEGMENTS_FOR_ROOTS) for square in squares]

    def _segments(self, ids: Sequence[int] | NDArray[np.integer]) -> Iterator[tuple[float, list[Tensor]]]:
        """Yields total nats and the gradients of the mean for each segment, the state carried along."""
        state = [tf.zeros((1, self._network.config.hidden)) for _ in range(2 * self._network.config.layers)]
        for begin in range(0, len(ids) - 1, _SEGMENT):
            run = np.full((_SEGMENT + 1, 1), PAD, np.int32)
            part = ids[begin : begin + _SEGMENT + 1]
            run[: len(part), 0] = part
            scored = (np.arange(_SEGMENT) < len(part) - 1).astype(np.float32)[:, None]
            keep = (run[:-1] != START).astype(np.float32)
            nats, gradients, state = self._compiled(run[:-1], run[1:], keep, scored, state)
            yield float(nats), gradients

    def _scored(
        self, inputs: Tensor, targets: Tensor, keep: Tensor, scored: Tensor, state: list[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        with tf.GradientTape() as tape:
            products, state = self._network.products(inputs, state, keep)
            nats, loss = cross_entropy(products, self._network.softmax.bias, targets, scored)
            mean = loss / tf.reduce_sum(scored)
        gradients = tape.gradient(mean, self._weights)
        return nats, [tf.convert_to_tensor(gradient) for gradient in gradients], state

    @staticmethod
    def _updated(
        weights: list[Tensor],
        gradients: list[Tensor],
        trained: list[Tensor],
        roots: list[Tensor],
        rate: Tensor,
        decay: Tensor,
    ) -> list[Tensor]:
        count = sum(root.shape.num_elements() for root in roots)
        mean = tf.add_n([tf.reduce_sum(root) for root in roots]) / count
        updated = []
        for w, g, home, root in zip(weights, gradients, trained, roots, strict=True):
            quotient = tf.clip_by_value(g / (root + _TINY), -_LARGEST_QUOTIENT, _LARGEST_QUOTIENT)
            updated.append(w + tf.minimum(decay * root / mean, 1.0) * (home - w) - rate * quotient)
        return updated

    def _values(self) -> list[Tensor]:
        return [weight.read_value() for weight in self._weights]

    def _assign(self, values: list[Tensor]) -> None:
        for weight, value in zip(self._weights, values, strict=True):
            weight.assign(value)

    def _reset(self) -> None:
        self._assign(self._trained)


@tf.function(jit_compile=True)
def _squares_added(squares: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
    return [square + gradient * gradient for square, gradient in zip(squares, gradients, strict=True)]
