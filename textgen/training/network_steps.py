"""Training losses and validation scores of the language model and the encoder-decoder."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from textgen.config import ChatTrainingConfig, ScriptTrainingConfig
from textgen.inference.language_model import Lanes
from textgen.models.encoder_decoder import KerasEncoderDecoder, ReplyOutputs
from textgen.models.kernels import as_graph
from textgen.models.language_model import KerasLanguageModel
from textgen.models.softmax import (
    Candidates,
    SampledOutput,
    copying_cross_entropy,
    cross_entropy,
    sampled_cross_entropy,
)
from textgen.tokenizers.base import START
from textgen.training.batches import PairStore, by_length, gather
from textgen.training.dropout import encoder_decoder_masks, language_model_masks, seed_of
from textgen.training.step import State, Tensor, TrainingStep, in_shards


class CandidateSampler:
    """Draws the candidates of each step: a sample of the ranked ids, plus all other ids.

    The word of rank r (from 0) has the weight log((r + 2) / (r + 1)): log-uniform, which is close to word frequencies.
    Words are drawn without replacement: each word gets a random time, exponentially distributed with its weight as the
    rate, and the earliest are taken. Given the time of the first word not taken, each word's chance of being earlier is
    known, and weighting by its inverse is unbiased (Cohen and Kaplan 2007, "rank conditioning").

    Args:
        vocabulary_size: number of ids.
        ranked: the ids to draw from, the most frequent first.
        drawn: how many to draw, fewer than there are.
        seed: of the run.
    """

    def __init__(self, vocabulary_size: int, ranked: Sequence[int], drawn: int, seed: int) -> None:
        self._rates = np.full(vocabulary_size, np.inf, np.float32)
        self._rates[np.asarray(ranked)] = np.diff(np.log(np.arange(1, len(ranked) + 2)))
        self._count, self._seed = vocabulary_size - len(ranked) + drawn, seed

    def draw(self, step: Tensor) -> Candidates:
        """The candidates of a step.

        Args:
            step: the step's number. *Shape:* (), int64.
        """
        uniform = tf.random.stateless_uniform(self._rates.shape, seed_of(self._seed, "candidates", step))
        times = -tf.math.log1p(-uniform) / self._rates
        earliest, ids = tf.math.top_k(-times, self._count + 1)
        return Candidates(ids[:-1], tf.math.log(-tf.math.expm1(earliest[-1] * self._rates)))


class LanguageModelStep(TrainingStep):
    """Learns from a window of each stream; the state is carried to the next window.

    Args:
        model: the model that learns.
        config: rates, seed and precision.
        streams: sequences in a batch.
        sampler: draws the words over which a step takes its softmax; None takes the whole vocabulary.
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
        """The window's cross-entropy, twice (with a sampler: an estimate and the sampled loss), and the new state."""
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
                return *cross_entropy(products, self.model.softmax.bias, *aims), after
            vectors, after = self.model.vectors(*read)
            return *sampled_cross_entropy(vectors, sampled.of(part), *aims), after

        nats, loss, after = in_shards(self.streams, self.config.towers, learn)
        tokens = tf.maximum(tf.reduce_sum(scored), 1.0)
        return nats / tokens, loss / tokens, after


class LanguageModelValidation:
    """Scores a fixed run of held-out ids with the current model.

    Args:
        model: the model that learns.
        lanes: the held-out ids, laid out.
        most: largest number of shards.
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
            return *cross_entropy(products, self.model.softmax.bias, targets[:, part], scored[:, part]), after

        nats, _, state = in_shards(int(inputs.shape[1]), self._most, score)
        return nats, state


class EncoderDecoderStep(TrainingStep):
    """Learns from a batch of exchanges.

    Args:
        model: the model that learns.
        config: rates, seed, precision and label smoothing.
        batch: exchanges in a batch.
    """

    config: ChatTrainingConfig

    def __init__(self, model: KerasEncoderDecoder, config: ChatTrainingConfig, batch: int) -> None:
        super().__init__(model, config, shapes=_shapes(batch))
        self.batch = batch

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The replies' cross-entropy, the same with smoothed labels, and no state."""
        contexts, real, inputs, targets, scored = batch
        masks = encoder_decoder_masks(self.model.config, self.config, self.batch, step)

        def learn(part: slice) -> tuple[Tensor, Tensor, State]:
            outputs = self.model.outputs(contexts[:, part], real[:, part], inputs[:, part], masks.of(part))
            aims = targets[:, part], scored[:, part], self.config.label_smoothing
            return *_reply_cross_entropy(self.model, outputs, contexts[:, part], *aims), []

        nats, loss, _ = in_shards(self.batch, self.config.towers, learn)
        tokens = tf.reduce_sum(scored)
        return nats / tokens, loss / tokens, state


class EncoderDecoderValidation:
    """Scores held-out exchanges with the current model.

    Args:
        model: the model that learns.
        store: the held-out exchanges.
        limit: most exchanges to score, spread evenly over all.
    """

    _BATCH = 128

    def __init__(self, model: KerasEncoderDecoder, store: PairStore, limit: int) -> None:
        self.model, self.store = model, store
        chosen = np.unique(np.linspace(0, len(store) - 1, min(limit, len(store))).astype(np.int64))
        self.exchanges = by_length(chosen, store.lengths)
        self._compiled = as_graph(self._run, input_signature=_shapes(None))

    def __call__(self) -> float:
        """Cross-entropy in nats a token."""
        nats, tokens = 0.0, 0
        for begin in range(0, len(self.exchanges), self._BATCH):
            part = self.exchanges[begin : begin + self._BATCH]
            batch = gather(self.store, part, np.zeros(len(part), bool))
            nats += float(self._compiled(*batch))
            tokens += batch.tokens
        return nats / max(tokens, 1)

    def _run(self, contexts: Tensor, real: Tensor, inputs: Tensor, targets: Tensor, scored: Tensor) -> Tensor:
        outputs = self.model.outputs(contexts, real, inputs)
        return _reply_cross_entropy(self.model, outputs, contexts, targets, scored)[0]


def _reply_cross_entropy(
    model: KerasEncoderDecoder,
    outputs: ReplyOutputs,
    contexts: Tensor,
    targets: Tensor,
    scored: Tensor,
    smoothing: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """The replies' cross-entropy and the same with smoothed targets, with copies where the network makes them."""
    if outputs.copies is None:
        return cross_entropy(outputs.products, model.softmax.bias, targets, scored, smoothing)
    products, copies = outputs
    return copying_cross_entropy(products, model.softmax.bias, copies, contexts, targets, scored, smoothing)


def _shapes(batch: int | None) -> tuple[Any, ...]:
    """TensorFlow's specs of a `PairBatch` of any lengths."""
    kinds = (tf.int32, tf.float32, tf.int32, tf.int32, tf.float32)
    return tuple(tf.TensorSpec((None, batch), kind) for kind in kinds)
