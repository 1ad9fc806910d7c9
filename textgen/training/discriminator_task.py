"""Discriminators: how they learn to tell real texts from samples of a frozen generator."""

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it

# isort: split

import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.corpus.collection import Paths
from textgen.discriminator.calibration import cross_entropy, fit_temperature
from textgen.discriminator.file import SavedDiscriminator, Weights
from textgen.discriminator.metrics import Examples, Text, accuracy, balanced, discriminator_metrics, halves, matched
from textgen.discriminator.scorer import JUDGED
from textgen.errors import TrainingError
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import Model, ModelFolder
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator
from textgen.tokenizers.base import PAD
from textgen.training.checkpoint import Run
from textgen.training.dropout import Masks
from textgen.training.machine import thread_count
from textgen.training.prepare import initial_weights, versions
from textgen.training.real_texts import RealTexts, corpus_texts, stored_texts
from textgen.training.step import State, Tensor, TrainingStep, exported
from textgen.training.task import Encoded, Note, RunPlan, Task, Workspace
from textgen.training.trainer import Clock, learning_rate

FEWEST = 50
"""Fewest texts of each kind; with fewer, no figure means anything."""

_REAL_A_SAMPLE = 10
"""Real texts read for each generated one, so that there are some of every length."""

_BATCH = 64
_VALIDATIONS_AN_EPOCH = 2
_PATIENCE = 6

Write = Callable[[RealTexts, Note], list[Text]]
"""Has the generator write texts to match the real ones; the note reports progress."""


class TextBatch(NamedTuple):
    """One step's texts, padded at their ends.

    Args:
        ids: *Shape:* (batch, time).
        lengths: *Shape:* (batch,).
        real: 1 for a real text, 0 for a generated one. *Shape:* (batch,).
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    real: NDArray[np.float32]


class TextBatches:
    """Examples in batches, in a new order each epoch; a function of the step alone.

    Args:
        examples: the texts to learn from.
        batch: texts in a step; fewer if there are fewer examples.
        seed: of the order.
    """

    def __init__(self, examples: Examples, batch: int, seed: int) -> None:
        self._examples, self._seed = examples, seed
        self.batch_size = min(batch, len(examples.texts))
        self.steps_per_epoch = len(examples.texts) // self.batch_size

    def batch(self, step: int, progress: float = 0.0) -> TextBatch:
        """The batch of a step, counted from 0; `progress` makes no difference."""
        chosen = in_turn(len(self._examples.texts), self.batch_size, self._seed, step)
        ids, lengths = padded([self._examples.texts[k] for k in chosen])
        return TextBatch(ids, lengths, self._examples.real[chosen].astype(np.float32))


def in_turn(count: int, size: int, seed: int, step: int) -> NDArray[np.intp]:
    """Numbers of the examples of a step; each comes once before any comes again.

    Args:
        count: of all examples.
        size: of a batch.
        seed: of the order, a new one each epoch.
        step: counted from 0.
    """
    epoch, index = divmod(step, count // size)
    return _order(count, seed, epoch)[index * size : (index + 1) * size]


@lru_cache(maxsize=8)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """The order of an epoch, kept: to draw that of a hundred thousand examples takes a good part of a step."""
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order.setflags(write=False)
    return order


class DiscriminatorStep(TrainingStep):
    """Learns to tell a batch's real texts from its generated ones.

    Args:
        model: the discriminator that learns.
        config: rates, seed, and the dropout of the features.
    """

    def __init__(self, model: KerasDiscriminator, config: TrainingConfig) -> None:
        each = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,), tf.float32)
        super().__init__(model, config, shapes=(tf.TensorSpec((None, None), tf.int32), *each))

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The mean cross-entropy of the judgements in nats a text, twice, and no state."""
        ids, lengths, real = batch
        masks = Masks(self.config.seed, step)
        features = masks.draw("features", (ops.shape(ids)[0], self.model.config.features), self.config.dropout)
        logits = self.model(ids, lengths, noise=DiscriminatorNoise(features=features))
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=real, logits=logits))
        return loss, loss, state


class DiscriminatorTask(Task):
    """Trains a discriminator of a generator's texts.

    The held-out texts are halved: the first half decides when to stop and sets the temperature, the second half is used
    for the figures only.

    Args:
        generator: the frozen model.
        samples: number of texts that it writes: two thirds for training, one third held out.
        write: makes the generator write them.
        decoding: the decoding options, the seed included.
        seed: of all randomness.
        corpus: paths of the real text; None takes the text that training left in the generator's folder.
        format: of the corpus; None finds it from its content.
        reading: reading options of the corpus that differ from those of the generator's training, by name.
    """

    weight_decay = 0.1

    real: RealTexts
    written: list[Text]
    training: Examples
    deciding: Examples
    judging: Examples
    unseen: tuple[Sequence[Text], Sequence[Text]]

    def __init__(
        self,
        generator: Model,
        samples: int,
        write: Write,
        decoding: dict[str, Any],
        seed: int = 0,
        corpus: Paths | None = None,
        format: str | None = None,
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        self.generator, self.samples, self.write, self.decoding = generator, samples, write, decoding
        self.seed, self._corpus, self._format, self._reading = seed, corpus, format, reading
        self.noun = JUDGED[generator.card.kind]

    @property
    def most_real(self) -> int:
        """The most real texts of each part that are read."""
        return _REAL_A_SAMPLE * self.samples

    @property
    def architecture(self) -> DiscriminatorConfig:
        """The same network for all generators."""
        return DiscriminatorConfig(self.generator.tokenizer.vocabulary_size)

    def read(self, note: Note) -> None:
        """Reads the real texts, and refuses too few of them before the generator writes anything."""
        most = self.most_real
        if self._corpus is None:
            self.real = stored_texts(self.generator, most, self.seed)
        else:
            self.real = corpus_texts(self.generator, self._corpus, self._format, most, self.seed, self._reading)
        self._require_enough()
        real = self.real
        note(f"real      {len(real.training):,} {self.noun} to learn from, {len(real.held_out):,} held out")

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """The same training for all generators."""
        how = TrainingConfig(budget, seed=self.seed, learning_rate=2e-3, weight_decay=self.weight_decay, dropout=0.5)
        return RunPlan(self.generator.tokenizer, self.architecture, how)

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Generates the samples, and matches real and generated texts by their lengths."""
        learned = parts_of(self.samples)[0]
        self.written = self.generate(note)
        self.training = matched(self.real.training, self.written[:learned], self.seed)
        first, self.unseen = zip(
            halves(self.real.held_out, self.seed), halves(self.written[learned:], self.seed), strict=True
        )
        self.deciding, self.judging = matched(*first, self.seed), matched(*self.unseen, self.seed)
        self._require_enough_matched()
        note(f"learning  from {len(self.training.texts):,} {self.noun}, half of them real, of equal lengths")
        return Encoded((_count(self.training), _count(self.deciding)))

    def generate(self, note: Note) -> list[Text]:
        """Has the generator write the samples."""
        return self.write(self.real, note)

    def batches(self, at: Workspace) -> Any:
        """Batches of real and generated texts."""
        return TextBatches(self.training, _BATCH, at.run.training.seed)

    def network(self, at: Workspace) -> KerasDiscriminator:
        """The network, with first weights drawn from the seed."""
        network = KerasDiscriminator(self.architecture)
        for name, array in initial_weights(self.architecture, at.run.training.seed).items():
            network.named_weights()[name].assign(array)
        return network

    def step(self, at: Workspace, network: KerasDiscriminator, batches: Any) -> TrainingStep:
        """Learns from a batch of texts."""
        return DiscriminatorStep(network, at.run.training)

    def validate(self, at: Workspace, network: KerasDiscriminator) -> "DiscriminatorValidation":
        """Scores the texts that decide when to stop."""
        return DiscriminatorValidation(network, self.deciding)

    def measure(self, network: Discriminator) -> "Measured":
        """Calibrates a network on the texts that decide, and measures it on the others."""
        temperature = fit_temperature(network.logits(self.deciding.texts), self.deciding.real)
        learned = self.written[: parts_of(self.samples)[0]]
        metrics = discriminator_metrics(
            network,
            temperature,
            (self.training, balanced(self.real.training, learned, self.seed)),
            (self.judging, balanced(*self.unseen, self.seed)),
        )
        return Measured(temperature, metrics)

    def _require_enough(self) -> None:
        for whose, parts, advice in (
            ("real", (len(self.real.training), len(self.real.held_out)), "give more text with --corpus"),
            ("generated", parts_of(self.samples), "give --samples a larger number"),
        ):
            needed = {"to learn from": FEWEST, "to be judged by": 2 * FEWEST}
            for there, (purpose, fewest) in zip(parts, needed.items(), strict=True):
                if there < fewest:
                    raise TrainingError(
                        f"A discriminator was to be trained, but there would be only {there:,} {whose} {self.noun} "
                        f"{purpose}, and {fewest} are needed: {advice}."
                    )

    def _require_enough_matched(self) -> None:
        fewest = min(len(part.texts) // 2 for part in (self.training, self.deciding, self.judging))
        if fewest < FEWEST:
            raise TrainingError(
                f"A discriminator was to be trained, but there are only {fewest} real and generated {self.noun} of "
                f"equal lengths in one of the parts, and {FEWEST} are needed: give --samples a larger number, or more "
                "text with --corpus."
            )


class DiscriminatorValidation:
    """Scores texts with the current discriminator.

    Args:
        network: the discriminator that learns.
        examples: the texts.

    Attributes:
        found: how good it was in the last call, in words.
        judgements: the cross-entropies of the last call. Training goes on while one of them falls.
    """

    judgements: tuple[float, ...]

    def __init__(self, network: KerasDiscriminator, examples: Examples) -> None:
        self._network, self._examples, self.found = network, examples, ""

    def __call__(self) -> float:
        """The sum of the judgements' cross-entropies in nats a text; sets `judgements`."""
        self.judgements = self.nats(Discriminator(self._network.config, exported(self._network)))
        return sum(self.judgements)

    def nats(self, network: Discriminator) -> tuple[float, ...]:
        """The cross-entropy of the texts by themselves; sets `found`."""
        logits = network.logits(self._examples.texts)
        self.found = f"{accuracy(logits, self._examples.real):.1%} right"
        return (cross_entropy(logits, self._examples.real),)


class Measured(NamedTuple):
    """How a trained network is calibrated, and how good it is.

    Args:
        temperature: logits of texts by themselves are divided by it.
        metrics: as `SavedDiscriminator` has them.
        matching_temperature: logits of replies to messages are divided by it.
        voice_temperature: logits of the classes of speakers are divided by it.
        voice_shares: of these classes among the real lines.
    """

    temperature: float
    metrics: dict[str, Any]
    matching_temperature: float = 1.0
    voice_temperature: float = 1.0
    voice_shares: tuple[float, ...] = ()


def make_discriminator(task: DiscriminatorTask, budget: Budget, note: Note) -> SavedDiscriminator:
    """Trains a discriminator, calibrates its probabilities and measures its quality.

    Args:
        task: with the generator and the texts.
        budget: of the training.
        note: receives progress messages.

    Raises:
        TrainingError: there are too few texts, or the loss is no longer finite.
    """
    generator = task.generator
    folder = ModelFolder(generator.path)
    task.read(note)
    plan = task.plan(budget, generator)
    encoded = task.encode(folder, plan, note)
    assert isinstance(plan.architecture, DiscriminatorConfig)
    run = Run(plan.training, encoded.characters, encoded.tokens, thread_count())
    weights = learn(task, Workspace(folder, folder.training, run), note)
    found = task.measure(Discriminator(plan.architecture, weights))
    return SavedDiscriminator(
        plan.architecture,
        weights,
        generator=generator.card.metrics,
        decoding=task.decoding,
        corpus=task.real.corpus,
        versions=versions(),
        **found._asdict(),
    )


def learn(task: DiscriminatorTask, at: Workspace, note: Note) -> Weights:
    """Trains a network without checkpoints: training takes a minute or two, and an interrupted one starts again.

    Args:
        task: its texts are encoded.
        at: gives budget, rates and seed.
        note: receives a line for each validation.

    Returns:
        The weights with the least cross-entropy on the texts that decide.

    Raises:
        TrainingError: the loss is no longer finite.
    """
    how, network, batches = at.run.training, task.network(at), task.batches(at)
    step, validation = task.step(at, network, batches), task.validate(at, network)
    clock, every = Clock(how.budget, batches.steps_per_epoch), max(1, batches.steps_per_epoch // _VALIDATIONS_AN_EPOCH)
    best, least, lowest = exported(network), float("inf"), np.array(np.inf)
    stale, number, started = 0, 0, time.monotonic()
    while (progress := clock.progress(number, time.monotonic() - started)) < 1.0 and stale < _PATIENCE:
        loss, _ = step(batches.batch(number), [], number, learning_rate(how, number, progress))
        if not np.isfinite(loss):
            raise TrainingError(
                f"The discriminator's loss was no longer finite after {number} steps, so nothing was saved: "
                "train again with another --seed."
            )
        number += 1
        if number % every and clock.progress(number, time.monotonic() - started) < 1.0:
            continue
        nats = validation()
        is_best = nats < least
        if is_best:
            best, least = exported(network), nats
        stale = 0 if (validation.judgements < lowest).any() else stale + 1
        lowest = np.minimum(lowest, validation.judgements)
        epoch = number / batches.steps_per_epoch
        note(
            f"epoch {epoch:.1f}  training {loss:.3f}  held out {nats:.3f} nats, {validation.found}"
            f"{'  best so far' if is_best else ''}"
        )
    return best


def parts_of(samples: int) -> tuple[int, int]:
    """How many of the samples are for training, and how many are held out."""
    learned = samples * 2 // 3
    return learned, samples - learned


def _count(examples: Examples) -> int:
    """Number of ids in all texts."""
    return sum(map(len, examples.texts))


def padded(texts: Sequence[Text]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Texts as ids with padding at their ends, and their lengths. *Shapes:* (batch, time), (batch,)."""
    lengths = np.array([len(text) for text in texts], np.int32)
    ids = np.full((len(texts), int(lengths.max())), PAD, np.int32)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    return ids, lengths
