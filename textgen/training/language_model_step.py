"""How a language model learns from a window, and how it is scored on held-out text."""

from typing import Any

import tensorflow as tf

from textgen.config import ScriptTrainingConfig
from textgen.inference.scoring import Lanes
from textgen.models.graph import as_graph
from textgen.models.language_model import LanguageModel
from textgen.models.sampled_softmax import SampledOutput, sampled_cross_entropy
from textgen.models.softmax import cross_entropy
from textgen.tokenizers.special import START
from textgen.training.candidates import CandidateSampler
from textgen.training.noise import language_model_noise
from textgen.training.step import State, Tensor, TrainingStep
from textgen.training.towers import in_towers


class LanguageModelStep(TrainingStep):
    """Learns from a window of each stream; the state is carried to the next.

    Args:
        model: the model that learns.
        config: rates, seed and precision.
        streams: sequences in a batch.
        sampler: draws the words that stand for the vocabulary in a step; None takes them all.
    """

    config: ScriptTrainingConfig

    def __init__(
        self,
        model: LanguageModel,
        config: ScriptTrainingConfig,
        streams: int,
        sampler: CandidateSampler | None = None,
    ) -> None:
        super().__init__(model, config)
        self.streams, self._sampler = streams, sampler

    def initial_state(self) -> State:
        """The state before a document."""
        shape = (self.streams, self.model.config.hidden)
        return [tf.zeros(shape) for _ in range(2 * self.model.config.layers)]

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The window's cross-entropy, twice, and the state after it; from a sample an estimate and a stand-in."""
        inputs, targets, keep = batch
        noise = language_model_noise(self.model.config, self.config, int(inputs.shape[0]), self.streams, step)
        scored = tf.cast(targets != START, tf.float32)
        sampled = None
        if self._sampler is not None:
            sampled = SampledOutput.read(self.model.output, self._sampler.draw(step), targets)

        def learn(part: slice) -> tuple[Tensor, Tensor, State]:
            read = inputs[:, part], [tensor[part] for tensor in state], keep[:, part], noise.of(part)
            aims = targets[:, part], scored[:, part]
            if sampled is None:
                products, after = self.model.products(*read)
                return *cross_entropy(products, self.model.output_bias, *aims), after
            vectors, after = self.model.vectors(*read)
            return *sampled_cross_entropy(vectors, sampled.of(part), *aims), after

        nats, loss, after = in_towers(self.streams, self.config.towers, learn)
        tokens = tf.maximum(tf.reduce_sum(scored), 1.0)
        return nats / tokens, loss / tokens, after


class LanguageModelValidation:
    """The score of a fixed run of held-out ids under the model as it stands.

    Args:
        model: the model that learns.
        lanes: the held-out ids, laid out.
        most: towers at most.
    """

    _WINDOW = 128

    def __init__(self, model: LanguageModel, lanes: Lanes, most: int = 1) -> None:
        self.model, self.lanes, self._most = model, lanes, most
        self.tokens = int(lanes.scored.sum())
        self._compiled = as_graph(self._run, reduce_retracing=True)

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
        def score(part: slice) -> tuple[Tensor, Tensor, State]:
            products, after = self.model.products(inputs[:, part], [tensor[part] for tensor in state], keep[:, part])
            return *cross_entropy(products, self.model.output_bias, targets[:, part], scored[:, part]), after

        nats, _, state = in_towers(int(inputs.shape[1]), self._most, score)
        return nats, state
