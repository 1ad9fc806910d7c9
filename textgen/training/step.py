"""The compiled training step and the compiled validation pass of a language model."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import TrainingConfig
from textgen.data.windows import Batch
from textgen.inference.lanes import Lanes
from textgen.models.language_model import LanguageModel
from textgen.text.special import START
from textgen.training.adamw import AdamW
from textgen.training.losses import cross_entropy
from textgen.training.noise import draw_noise

Tensor = Any
State = list[Tensor]


class TrainingStep:
    """Forward pass, loss, gradients and update as one compiled function of batch, state and step.

    Args:
        model: the model that learns.
        config: rates, seed and precision.
        streams: sequences in a batch.
    """

    def __init__(self, model: LanguageModel, config: TrainingConfig, streams: int) -> None:
        self.model, self.config, self.streams = model, config, streams
        self.optimizer = AdamW(model.named_weights(), config.weight_decay, config.clip)
        self._compiled = tf.function(self._run, reduce_retracing=True)

    def initial_state(self) -> State:
        """The state before a document."""
        shape = (self.streams, self.model.config.hidden)
        return [tf.zeros(shape) for _ in range(2 * self.model.config.layers)]

    def __call__(self, batch: Batch, state: State, step: int, rate: float) -> tuple[float, State]:
        """Learns from one batch.

        Returns:
            Cross-entropy in nats a token, and the state after the window.
        """
        loss, state = self._compiled(*batch, state, tf.constant(step, tf.int64), tf.constant(rate, tf.float32))
        return float(loss), state

    def _run(
        self, inputs: Tensor, targets: Tensor, keep: Tensor, state: State, step: Tensor, rate: Tensor
    ) -> tuple[Tensor, State]:
        noise = draw_noise(self.model.config, self.config, self.streams, step)
        scored = tf.cast(targets != START, tf.float32)
        with tf.GradientTape() as tape:
            logits, state = self.model(inputs, state, keep, noise)
            loss = cross_entropy(logits, targets, scored) / tf.maximum(tf.reduce_sum(scored), 1.0)
        variables = self.optimizer.variables
        gradients = dict(zip(variables, tape.gradient(loss, list(variables.values())), strict=True))
        self.optimizer.apply(gradients, rate, step)
        return loss, state


class ValidationPass:
    """The score of a fixed run of held-out ids under the model as it stands.

    Args:
        model: the model that learns.
        lanes: the held-out ids, laid out.
    """

    _WINDOW = 128

    def __init__(self, model: LanguageModel, lanes: Lanes) -> None:
        self.model, self.lanes = model, lanes
        self.tokens = int(lanes.scored.sum())
        self._compiled = tf.function(self._run, reduce_retracing=True)

    def __call__(self) -> float:
        """Cross-entropy in nats a token."""
        shape = (self.lanes.inputs.shape[1], self.model.config.hidden)
        state = [tf.zeros(shape) for _ in range(2 * self.model.config.layers)]
        nats = 0.0
        for begin in range(0, len(self.lanes.inputs), self._WINDOW):
            part = [array[begin : begin + self._WINDOW] for array in self.lanes]
            loss, state = self._compiled(*part, state)
            nats += float(loss)
        return nats / max(self.tokens, 1)

    def _run(self, inputs: Tensor, targets: Tensor, keep: Tensor, scored: Tensor, state: State) -> tuple[Tensor, State]:
        logits, state = self.model(inputs, state, keep)
        return cross_entropy(logits, targets, scored), state


def exported(model: LanguageModel) -> dict[str, NDArray[np.float32]]:
    """The model's weights as arrays under their names in the model folder."""
    return {name: np.asarray(variable.numpy()) for name, variable in model.named_weights().items()}
