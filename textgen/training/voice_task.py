"""Discriminators of scripts with speakers: how they learn to tell real lines from generated ones, and whose they are.

Each speaker with many lines is a class, all others together are one, and generated lines are the last (Salimans et al.
2016). The loss of these classes is that of two judgements: real or generated, which is learned from lines of equal
lengths, and whose, which is learned from all real lines.
"""

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it

# isort: split

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from textgen.config import DiscriminatorConfig, TrainingConfig
from textgen.discriminator.metrics import Examples, Text, halves
from textgen.discriminator.voices import (
    SpokenText,
    fit_voice_temperature,
    spoken,
    voice_cross_entropy,
    voice_metrics,
    voice_shares,
    voices_named,
    voices_of,
)
from textgen.inference.discriminator import Discriminator
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator
from textgen.training.discriminator_task import (
    DiscriminatorTask,
    DiscriminatorValidation,
    Measured,
    TextBatches,
    in_turn,
    padded,
)
from textgen.training.dropout import Masks
from textgen.training.step import State, Tensor, TrainingStep
from textgen.training.task import Note, Workspace

_BATCH = 64
"""Texts in a step, real and generated."""

_SPOKEN = 128
"""Most lines in a step whose speakers are learned: fewer if all are read in an epoch with fewer."""

_LONGEST = 96
"""Tokens of a line whose speaker is learned: one long speech would fill the others of its batch up with padding."""


class VoiceBatch(NamedTuple):
    """One step's texts and lines. Each array of ids is padded at its end, and has its lengths beside it.

    Args:
        texts: real and generated, of equal lengths. *Shape:* (texts, time).
        real: 1 for a real one of these, 0 for a generated one. *Shape:* (texts,).
        lines: real ones of any length, the beginnings of long ones. *Shape:* (lines, time).
        voices: classes of their speakers. *Shape:* (lines,).
    """

    texts: NDArray[np.int32]
    text_lengths: NDArray[np.int32]
    real: NDArray[np.float32]
    lines: NDArray[np.int32]
    line_lengths: NDArray[np.int32]
    voices: NDArray[np.int32]


class VoiceBatches:
    """Texts and real lines in batches; a function of the step alone.

    In an epoch all lines are read, of which there may be many times as many.

    Args:
        texts: real and generated texts of equal lengths, in a new order whenever all were seen.
        lines: real lines, in a new order each epoch.
        seed: of both orders.
    """

    def __init__(self, texts: Examples, lines: Sequence[SpokenText], seed: int) -> None:
        self._texts, self._lines, self._seed = TextBatches(texts, _BATCH, seed), lines, seed
        self.steps_per_epoch = max(self._texts.steps_per_epoch, len(lines) // _SPOKEN)
        self._size = max(1, min(_SPOKEN, len(lines) // self.steps_per_epoch))

    def batch(self, step: int, progress: float = 0.0) -> VoiceBatch:
        """The batch of a step, counted from 0; `progress` makes no difference."""
        lines = [self._lines[k] for k in in_turn(len(self._lines), self._size, self._seed, step)]
        ids, lengths = padded([line.text[:_LONGEST] for line in lines])
        voices = np.array([line.voice for line in lines], np.int32)
        return VoiceBatch(*self._texts.batch(step), ids, lengths, voices)


class VoiceStep(TrainingStep):
    """Learns which of a batch's texts are real, and who speaks its lines.

    Args:
        model: the discriminator that learns.
        config: rates, seed, and the dropout of the features.
    """

    def __init__(self, model: KerasDiscriminator, config: TrainingConfig) -> None:
        ids, each = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)
        super().__init__(model, config, shapes=(ids, each, tf.TensorSpec((None,), tf.float32), ids, each, each))

    def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
        """The mean cross-entropies of both judgements in nats, added up, twice, and no state."""
        given, masks = VoiceBatch(*batch), Masks(self.config.seed, step)

        def noise(place: str, ids: Tensor) -> DiscriminatorNoise:
            shape = (ops.shape(ids)[0], self.model.config.features)
            return DiscriminatorNoise(features=masks.draw(place, shape, self.config.dropout))

        real = self.model(given.texts, given.text_lengths, noise=noise("features", given.texts))
        whose = self.model.class_logits(given.lines, given.line_lengths, noise("voices", given.lines))
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=given.real, logits=real))
        loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=given.voices, logits=whose))
        return loss, loss, state


class VoiceTask(DiscriminatorTask):
    """Trains a discriminator of a script's lines, which it reads without their speakers."""

    lines: list[SpokenText]
    lines_deciding: list[SpokenText]
    lines_judging: list[SpokenText]
    shares: NDArray[np.float64]

    @property
    def architecture(self) -> DiscriminatorConfig:
        """The network for all generators, with as many classes as there are voices."""
        return replace(super().architecture, voices=voices_of(self.generator))

    def read(self, note: Note) -> None:
        """Reads the real lines, and takes their speakers from them."""
        super().read(note)
        self.lines, held_out = (self._spoken(part) for part in (self.real.training, self.real.held_out))
        self.lines_deciding, self.lines_judging = halves(held_out, self.seed)
        self.real = replace(
            self.real, training=[line.text for line in self.lines], held_out=[line.text for line in held_out]
        )
        voices = self.architecture.voices
        self.shares = voice_shares(np.array([line.voice for line in self.lines]), voices)
        note(f"voices    {', '.join(self.names)}, and all others together")

    @property
    def names(self) -> tuple[str, ...]:
        """The speakers that have a class of their own."""
        return self.generator.tokenizer.speakers[: self.architecture.voices - 1]

    def generate(self, note: Note) -> list[Text]:
        """Has the generator write the samples, and takes their speakers from them."""
        return [line.text for line in self._spoken(super().generate(note))]

    def batches(self, at: Workspace) -> VoiceBatches:
        """Batches of texts and of real lines."""
        return VoiceBatches(self.training, self.lines, at.run.training.seed)

    def network(self, at: Workspace) -> KerasDiscriminator:
        """The network; at first each speaker is as likely as their share of the lines is large."""
        network = super().network(at)
        network.named_weights()["output/bias"].assign(np.log(self.shares))
        return network

    def step(self, at: Workspace, network: KerasDiscriminator, batches: Any) -> VoiceStep:
        """Learns from a batch of texts and lines."""
        return VoiceStep(network, at.run.training)

    def validate(self, at: Workspace, network: KerasDiscriminator) -> "VoiceValidation":
        """Scores the texts and lines that decide when to stop."""
        return VoiceValidation(network, self)

    def measure(self, network: Discriminator) -> Measured:
        """Calibrates a network on the lines that decide, and measures it on the others."""
        logits = network.class_logits([line.text for line in self.lines_deciding])
        whose = np.array([line.voice for line in self.lines_deciding])
        found = super().measure(network)
        shares = tuple(self.shares.tolist())
        metrics = {**found.metrics, "voices": voice_metrics(network, shares, self.names, self.lines_judging)}
        return found._replace(
            metrics=metrics, voice_temperature=fit_voice_temperature(logits, whose), voice_shares=shares
        )

    def _spoken(self, lines: Sequence[Text]) -> list[SpokenText]:
        speakers = len(self.generator.tokenizer.speakers)
        return [spoken(line, speakers, self.architecture.voices) for line in lines]


class VoiceValidation(DiscriminatorValidation):
    """Scores texts and lines with the current discriminator.

    Args:
        network: the discriminator that learns.
        task: has the texts and lines.
    """

    def __init__(self, network: KerasDiscriminator, task: VoiceTask) -> None:
        super().__init__(network, task.deciding)
        self._lines = task.lines_deciding

    def nats(self, network: Discriminator) -> tuple[float, ...]:
        """Those of both judgements: either may still be learned when the other is not; sets `found`."""
        real, logits = super().nats(network), network.class_logits([line.text for line in self._lines])
        self.found += f", {voices_named(network, self._lines):.1%} of speakers named"
        return (*real, voice_cross_entropy(logits, np.array([line.voice for line in self._lines])))
