"""Discriminators of chat models: how they learn to tell the reply to a message from all others.

Two judgements are learned together. By itself, a reply is real or the model's own. As the reply to a message it is the
true one, or one of three others: the model's own to that message, the true reply to another message, or the true reply
with a changed word or order.
"""

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it

# isort: split

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from textgen.config import DiscriminatorConfig, TrainingConfig
from textgen.corpus.token_grammar import newest_turn
from textgen.decoding.constraints.base import Pieces
from textgen.discriminator.calibration import cross_entropy, fit_temperature
from textgen.discriminator.matching import (
    MatchingExamples,
    MessageReply,
    WordChanger,
    hits_at_1,
    matching_examples,
    matching_metrics,
    scores_among_others,
)
from textgen.discriminator.metrics import Examples, Text, halves
from textgen.errors import TrainingError
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import ModelFolder
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator
from textgen.training.discriminator_task import (
    DiscriminatorTask,
    DiscriminatorValidation,
    Measured,
    TextBatches,
    in_turn,
    padded,
    parts_of,
)
from textgen.training.dropout import Masks
from textgen.training.real_texts import Context
from textgen.training.step import State, Tensor, TrainingStep
from textgen.training.task import Encoded, Note, RunPlan, Workspace

_MOST_PAIRS = 400_000
"""The most exchanges that are learned from: their ids are held in memory."""

_WIDTH = 128
"""Width of the token vectors, and of the vectors in which message and reply are matched."""

_PAIRS = 256
"""Exchanges in a step. Each reply is an example for every message among them."""

_FEWEST_STEPS = 8
"""Fewest steps of an epoch: with few exchanges a batch is smaller."""

_JUDGED = 8, 32
"""Fewest and most replies of each kind in a step that are judged by how they read."""

_OWN_AN_EPOCH = 4
"""Passes over the model's own replies in one over the exchanges, of which there may be a hundred times as many: with
more passes the few are learned by heart."""

_DROPOUT = 0.2
"""Of the hidden layer where messages and replies are read."""


class MatchingBatch(NamedTuple):
    """One step's messages and replies. Each array of ids is padded at its end, and has its lengths beside it.

    Args:
        messages, replies: of the exchanges. *Shape:* (pairs, time).
        numbers: equal for equal replies, which are no wrong answers to each other's messages. *Shape:* (pairs,).
        changed: the first of the replies with a changed word or order. *Shape:* (judged, time).
        altered: 1 where these differ from the true ones, else 0: "Yes." has no word to change. *Shape:* (judged,).
        asked, own: messages and the model's replies to them. *Shape:* (judged, time).
        texts: real and generated replies of equal lengths. *Shape:* (texts, time).
        real: 1 for a real one of these, 0 for a generated one. *Shape:* (texts,).
    """

    messages: NDArray[np.int32]
    message_lengths: NDArray[np.int32]
    replies: NDArray[np.int32]
    reply_lengths: NDArray[np.int32]
    numbers: NDArray[np.int32]
    changed: NDArray[np.int32]
    changed_lengths: NDArray[np.int32]
    altered: NDArray[np.float32]
    asked: NDArray[np.int32]
    asked_lengths: NDArray[np.int32]
    own: NDArray[np.int32]
    own_lengths: NDArray[np.int32]
    texts: NDArray[np.int32]
    text_lengths: NDArray[np.int32]
    real: NDArray[np.float32]


class MatchingBatches:
    """Exchanges, the model's own replies and texts in batches; a function of the step alone.

    The exchanges of a batch are of one source, in which they are told apart by what is said and not by how people talk.

    Args:
        sources: real exchanges of each source, in a new order each epoch.
        own: messages with the model's replies, in a new order whenever all were seen.
        texts: real and generated replies of equal lengths, likewise.
        changer: makes the changed replies.
        seed: of all orders and changes.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[MessageReply]],
        own: Sequence[MessageReply],
        texts: Examples,
        changer: WordChanger,
        seed: int,
    ) -> None:
        self._own, self._changer, self._seed = own, changer, seed
        count = sum(map(len, sources))
        self._size = max(1, min(_PAIRS, count // _FEWEST_STEPS))
        fewest, most = _JUDGED
        judged = max(fewest, min(_OWN_AN_EPOCH * len(own) * self._size // count, most))
        self._judged = min(judged, self._size, len(own))
        self._texts = TextBatches(texts, 2 * self._judged, seed)
        sources = joined_sources(sources, self._size)
        self._batches = [(source, place) for source in sources for place in range(len(source) // self._size)]
        self.steps_per_epoch = len(self._batches)

    def batch(self, step: int, progress: float = 0.0) -> MatchingBatch:
        """The batch of a step, counted from 0; `progress` makes no difference."""
        random = np.random.default_rng([self._seed, 1, step])
        source, place = self._batches[int(in_turn(self.steps_per_epoch, 1, self._seed, step)[0])]
        turn = step // self.steps_per_epoch * (len(source) // self._size) + place
        chosen = [source[k] for k in in_turn(len(source), self._size, self._seed, turn)]
        own = [self._own[k] for k in in_turn(len(self._own), self._judged, self._seed, step)]
        replies = [one.reply for one in chosen]
        changed = [
            self._changer.change(reply, replies[k - 1], random) for k, reply in enumerate(replies[: self._judged])
        ]
        altered = [new != list(old) for new, old in zip(changed, replies, strict=False)]
        return MatchingBatch(
            *padded([one.message for one in chosen]),
            *padded(replies),
            np.unique([str(reply) for reply in replies], return_inverse=True)[1].astype(np.int32),
            *padded(changed),
            np.array(altered, np.float32),
            *padded([one.message for one in own]),
            *padded([one.reply for one in own]),
            *self._texts.batch(step),  # type: ignore[arg-type] # its arrays differ in their types
        )


def joined_sources(sources: Iterable[Sequence[MessageReply]], fewest: int) -> list[list[MessageReply]]:
    """The sources of exchanges, the smallest joined until each has enough for a batch.

    Args:
        sources: exchanges of each.
        fewest: exchanges of a source, if there are as many.
    """
    joined = list[list[MessageReply]]()
    for source in sorted(sources, key=len):
        if joined and len(joined[-1]) < fewest:
            joined[-1] += source
        else:
            joined.append([*source])
    if len(joined) > 1 and len(joined[-1]) < fewest:
        joined[-2:] = [joined[-2] + joined[-1]]
    return joined


class MatchingStep(TrainingStep):
    """Learns which reply of a batch answers which message, and which of its replies are real.

    Args:
        model: the discriminator that learns.
        config: rates, seed, and the dropout of the features.
    """

    def __init__(self, model: KerasDiscriminator, config: TrainingConfig) -> None:
        ids, each = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)
        shares = tf.TensorSpec((None,), tf.float32)
        shapes = (ids, each, ids, each, each, ids, each, shares, *(ids, each) * 3, shares)
        super().__init__(model, config, shapes=shapes)

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The mean cross-entropies of the three judgements in nats, added up, twice, and no state.

        They are: which of the replies answers a message (van den Oord et al. 2018), whether a reply to a message is
        the true one, and whether a reply by itself is real.
        """
        given, masks = MatchingBatch(*batch), Masks(self.config.seed, step)
        judged = ops.shape(given.changed)[0]

        def reads(place: str, ids: Tensor, lengths: Tensor) -> Tensor:
            features = masks.draw(place, (ops.shape(ids)[0], self.model.config.features), self.config.dropout)
            return self.model(ids, lengths, noise=DiscriminatorNoise(features=features))

        def about(side: str, place: str, ids: Tensor, lengths: Tensor) -> Tensor:
            hidden = masks.draw(f"{place} about", (ops.shape(ids)[0], 2 * self.model.config.matching), _DROPOUT)
            vectors = self.model.message_vectors if side == "message" else self.model.reply_vectors
            return vectors(ids, lengths, hidden)

        messages = about("message", "messages", given.messages, given.message_lengths)
        replies = about("reply", "replies", given.replies, given.reply_lengths)
        scores = ops.matmul(messages, ops.transpose(replies))
        right = ops.eye(ops.shape(scores)[0])
        same = ops.cast(given.numbers[:, None] == given.numbers[None, :], "float32") - right
        ranking = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(right, scores - 1e9 * same))

        true = reads("replies", given.replies[:judged], given.reply_lengths[:judged])
        own = about("message", "asked", given.asked, given.asked_lengths) * about(
            "reply", "own", given.own, given.own_lengths
        )
        changed = messages[:judged] * about("reply", "changed", given.changed, given.changed_lengths)
        wrong = tf.concat(
            [
                reads("own", given.own, given.own_lengths) + ops.sum(own, axis=-1),
                reads("changed", given.changed, given.changed_lengths) + ops.sum(changed, axis=-1),
                # Each message with the next one's reply.
                ops.roll(true, -1) + ops.sum(messages[:judged] * ops.roll(replies[:judged], -1, axis=0), axis=-1),
            ],
            axis=0,
        )
        told = true + ops.sum(messages[:judged] * replies[:judged], axis=-1)
        numbers = given.numbers[:judged]
        differs = ops.cast(numbers != ops.roll(numbers, -1), "float32")
        counts = tf.concat([tf.ones_like(own[:, 0]), given.altered, differs], axis=0)
        mistaken = ops.sum(counts * tf.nn.softplus(wrong)) / ops.sum(counts)
        as_reply = 0.5 * (tf.reduce_mean(tf.nn.softplus(-told)) + mistaken)
        texts = reads("texts", given.texts, given.text_lengths)
        alone = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=given.real, logits=texts))
        loss = ranking + as_reply + alone
        return loss, loss, state


class MatchingTask(DiscriminatorTask):
    """Trains a discriminator of a chat model's replies, by themselves and as replies to messages."""

    weight_decay = 0.02  # there are many more texts to learn from

    sources: list[list[MessageReply]]
    own: list[MessageReply]
    pairs_deciding: MatchingExamples
    pairs_judging: MatchingExamples

    @property
    def most_real(self) -> int:
        """As many as memory has room for: what fits a message is learned from real exchanges."""
        return max(super().most_real, _MOST_PAIRS)

    @property
    def architecture(self) -> DiscriminatorConfig:
        """The same network for all chat models."""
        return DiscriminatorConfig(self.generator.tokenizer.vocabulary_size, embedding=_WIDTH, matching=_WIDTH)

    def read(self, note: Note) -> None:
        """Reads the real exchanges, and refuses those without a message before the model writes anything."""
        super().read(note)
        parts = (self.real.training_contexts, "learn from"), (self.real.held_out_contexts, "be judged by")
        for contexts, purpose in parts:
            if not any(newest_turn(context.tolist()) for context in contexts):
                raise TrainingError(
                    "A discriminator was to learn which replies fit which messages, but none of the real replies to "
                    f"{purpose} has a message before it: give other dialogues with --corpus."
                )

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Has the model reply, and puts real and generated replies beside the messages they answer."""
        encoded = super().encode(folder, plan, note)
        learned, unseen = parts_of(self.samples)
        asked = [newest_turn(context) for context in self.real.contexts(learned, unseen)]
        written = [MessageReply(*one) for one in zip(asked, self.written, strict=True)]
        real, sources = self.real, dict[int, list[MessageReply]]()
        for file, exchange in zip(real.training_files, _exchanges(real.training_contexts, real.training), strict=True):
            if exchange.message:
                sources.setdefault(file, []).append(exchange)
        self.sources = list(sources.values())
        held_out = [one for one in _exchanges(real.held_out_contexts, real.held_out) if one.message]
        self.own = [one for one in written[:learned] if one.message]
        changer = self._changer()
        self.pairs_deciding, self.pairs_judging = (
            matching_examples(true, [one for one in own if one.message], changer, self.seed)
            for true, own in zip(halves(held_out, self.seed), halves(written[learned:], self.seed), strict=True)
        )
        note(f"          and from {sum(map(len, self.sources)):,} messages with their replies")
        return encoded

    def network(self, at: Workspace) -> KerasDiscriminator:
        """The network, which begins with what the model knows of its tokens.

        A token that message and reply share begins with its inverse document frequency as weight: it occurs in too few
        exchanges of a batch to get there by small steps.
        """
        network = super().network(at)
        vectors = network.named_weights()["embedding"]
        vectors.assign(token_vectors(self.generator.weights["embedding"].astype(np.float32), vectors.numpy()))
        exchanges = [exchange for source in self.sources for exchange in source]
        replies = np.zeros(self.architecture.vocabulary_size)
        for exchange in exchanges:
            replies[list(set(exchange.reply))] += 1
        network.named_weights()["match/shared"].assign(np.log((len(exchanges) + 1) / (replies + 1)))
        return network

    def batches(self, at: Workspace) -> MatchingBatches:
        """Batches of exchanges, own replies and texts."""
        return MatchingBatches(self.sources, self.own, self.training, self._changer(), at.run.training.seed)

    def step(self, at: Workspace, network: KerasDiscriminator, batches: Any) -> MatchingStep:
        """Learns from a batch of exchanges."""
        return MatchingStep(network, at.run.training)

    def validate(self, at: Workspace, network: KerasDiscriminator) -> "MatchingValidation":
        """Scores the replies that decide when to stop."""
        return MatchingValidation(network, self)

    def measure(self, network: Discriminator) -> Measured:
        """Calibrates a network by itself and with messages, and measures both."""
        alone = super().measure(network)
        deciding, judging = self.pairs_deciding, self.pairs_judging
        temperature = fit_temperature(deciding.logits(network), deciding.real)
        return Measured(
            alone.temperature,
            {**alone.metrics, "with_message": matching_metrics(network, temperature, judging)},
            temperature,
        )

    def _changer(self) -> WordChanger:
        return WordChanger(Pieces(self.generator.tokenizer))


class MatchingValidation(DiscriminatorValidation):
    """Scores replies with the current discriminator, by themselves and with their messages.

    Args:
        network: the discriminator that learns.
        task: has the replies.
    """

    def __init__(self, network: KerasDiscriminator, task: MatchingTask) -> None:
        super().__init__(network, task.deciding)
        self._pairs = task.pairs_deciding

    def nats(self, network: Discriminator) -> tuple[float, ...]:
        """The same sum of cross-entropies as in training, but with the true reply among 20; sets `found`."""
        nats, pairs = sum(super().nats(network)), self._pairs
        nats += cross_entropy(pairs.logits(network), pairs.real)
        scores = scores_among_others(pairs.true, network.matches)
        if scores is not None:
            nats += float((np.logaddexp.reduce(scores, axis=1) - scores[:, 0]).mean())
            self.found += f", {hits_at_1(scores):.1%} of replies found among 20"
        return (nats,)


def token_vectors(known: NDArray[np.float32], drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """First vectors of tokens: the principal components of those of a model, as many as there is room for.

    Args:
        known: the model's. *Shape:* (vocabulary, width).
        drawn: at random; gives the width, the spread, and the columns for which the model has none.

    Returns:
        *Shape:* as `drawn`.
    """
    centred = known - known.mean(axis=0)
    found = (centred @ np.linalg.svd(centred, full_matrices=False)[2].T)[:, : drawn.shape[1]]
    vectors = drawn.copy()
    vectors[:, : found.shape[1]] = found * (drawn.std() / max(float(found.std()), 1e-9))
    return vectors


def _exchanges(contexts: Sequence[Context], replies: Sequence[Text]) -> list[MessageReply]:
    """Replies with the messages they answer; the message is empty where there is none."""
    return [
        MessageReply(newest_turn(context.tolist()), reply) for context, reply in zip(contexts, replies, strict=True)
    ]
