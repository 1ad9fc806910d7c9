"""How an encoder-decoder learns from exchanges, and how it is scored on held-out ones."""

from typing import Any

import numpy as np
import tensorflow as tf

from textgen.config import ChatTrainingConfig
from textgen.models.encoder_decoder import KerasEncoderDecoder
from textgen.models.kernels import as_graph
from textgen.models.softmax import cross_entropy
from textgen.training.batch_shards import in_shards
from textgen.training.batches import PairStore, by_length, gather
from textgen.training.dropout import encoder_decoder_masks
from textgen.training.step import State, Tensor, TrainingStep


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
            products = self.model.products(contexts[:, part], real[:, part], inputs[:, part], masks.of(part))
            aims = targets[:, part], scored[:, part], self.config.label_smoothing
            return *cross_entropy(products, self.model.output_bias, *aims), []

        nats, loss, _ = in_shards(self.batch, self.config.towers, learn)
        tokens = tf.reduce_sum(scored)
        return nats / tokens, loss / tokens, state


class EncoderDecoderValidation:
    """The score of held-out exchanges under the model as it stands.

    Args:
        model: the model that learns.
        store: the held-out exchanges.
        limit: score so many at most, spread evenly over all.
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
        products = self.model.products(contexts, real, inputs)
        return cross_entropy(products, self.model.output_bias, targets, scored)[0]


def _shapes(batch: int | None) -> tuple[Any, ...]:
    """The specs of a `PairBatch` of any lengths."""
    kinds = (tf.int32, tf.float32, tf.int32, tf.int32, tf.float32)
    return tuple(tf.TensorSpec((None, batch), kind) for kind in kinds)
