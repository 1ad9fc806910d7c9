"""How a language model learns from a window, and how it is scored on held-out text."""

from typing import Any

import tensorflow as tf

from textgen.config import ScriptTrainingConfig
from textgen.inference.scoring import Lanes
from textgen.models.kernels import as_graph
from textgen.models.language_model import KerasLanguageModel
from textgen.models.softmax import SampledOutput, cross_entropy, sampled_cross_entropy
from textgen.tokenizers.special import START
from textgen.training.batch_shards import in_shards
from textgen.training.dropout import language_model_masks
from textgen.training.negative_sampling import CandidateSampler
from textgen.training.step import State, Tensor, TrainingStep


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
        model: KerasLanguageModel,
        config: ScriptTrainingConfig,
        streams: int,
        sampler: CandidateSampler | None = None,
    ) -> None:
        super().__init__(model, config)
        self.streams, self._sampler = streams, sampler

    def initial_state(self) -> State:
        """The state before a document."""
        return self.model.initial_state(self.streams)

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The window's cross-entropy, twice, and the state after it; from a sample an estimate and a stand-in."""
        inputs, targets, keep = batch
        masks = language_model_masks(self.model.config, self.config, int(inputs.shape[0]), self.streams, step)
        scored = tf.cast(targets != START, tf.float32)
        sampled = None
        if self._sampler is not None:
            sampled = SampledOutput.read(self.model.output, self._sampler.draw(step), targets)

        def learn(part: slice) -> tuple[Tensor, Tensor, State]:
            read = inputs[:, part], [tensor[part] for tensor in state], keep[:, part], masks.of(part)
            aims = targets[:, part], scored[:, part]
            if sampled is None:
                products, after = self.model.products(*read)
                return *cross_entropy(products, self.model.output_bias, *aims), after
            vectors, after = self.model.vectors(*read)
            return *sampled_cross_entropy(vectors, sampled.of(part), *aims), after

        nats, loss, after = in_shards(self.streams, self.config.towers, learn)
        tokens = tf.maximum(tf.reduce_sum(scored), 1.0)
        return nats / tokens, loss / tokens, after


class LanguageModelValidation:
    """The score of a fixed run of held-out ids under the model as it stands.

    Args:
        model: the model that learns.
        lanes: the held-out ids, laid out.
        most: shards at most.
    """

    _WINDOW = 128

    def __init__(self, model: KerasLanguageModel, lanes: Lanes, most: int = 1) -> None:
        self.model, self.lanes, self._most = model, lanes, most
        self.tokens = int(lanes.scored.sum())
        self._compiled = as_graph(self._run, reduce_retracing=True)

    def __call__(self) -> float:
        """Cross-entropy in nats a token."""
        state, nats = self.model.initial_state(self.lanes.inputs.shape[1]), 0.0
        for begin in range(0, len(self.lanes.inputs), self._WINDOW):
            part = [array[begin : begin + self._WINDOW] for array in self.lanes]
            loss, state = self._compiled(*part, state)
            nats += float(loss)
        return nats / max(self.tokens, 1)

    def _run(self, inputs: Tensor, targets: Tensor, keep: Tensor, scored: Tensor, state: State) -> tuple[Tensor, State]:
        def score(part: slice) -> tuple[Tensor, Tensor, State]:
            products, after = self.model.products(inputs[:, part], [tensor[part] for tensor in state], keep[:, part])
            return *cross_entropy(products, self.model.output_bias, targets[:, part], scored[:, part]), after

        nats, _, state = in_shards(int(inputs.shape[1]), self._most, score)
        return nats, state
