"""One step of adversarial training: its batches, and the updates of the critic and then the generator."""

import math
import zlib
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import AdversarialConfig, ScriptTrainingConfig
from textgen.models.kernels import as_graph
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME, NAME_END, PAD, SCENE, START
from textgen.training.adamw import AdamW
from textgen.training.adversarial.critic import LOSSES, Critic
from textgen.training.adversarial.rollout import Generator, advantages, no_memory, policy_loss, prefixes, returns
from textgen.training.batches import WindowBatch, Windows
from textgen.training.network_steps import LanguageModelStep
from textgen.training.step import State, Tensor

_CONTEXT = 32


class Lines(NamedTuple):
    """Some lines as arrays.

    Args:
        context: the ids before each line, its speaker's label included. *Shape:* (time, batch).
        ids: of the text, LINE_END included, then PAD. *Shape:* (batch, length).
        lengths: LINE_END included. *Shape:* (batch,).
        speakers: index of the label; the number of labels where a line has none. *Shape:* (batch,).
    """

    context: NDArray[np.int32]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    speakers: NDArray[np.int32]


class Passages:
    """All lines of speech in a run of ids that are short enough; headings and empty lines are left out.

    Args:
        ids: of whole documents, memory-mapped. *Shape:* (tokens,).
        labels: number of speakers that have a label.
        length: most tokens of a line, LINE_END included.
    """

    def __init__(self, ids: NDArray[np.integer], labels: int, length: int) -> None:
        self._ids, self._labels = ids, labels
        ends = np.flatnonzero(np.isin(ids, (LINE_END,)))
        starts = np.flatnonzero(np.isin(ids, (START, END, LINE_END)))
        begins = starts[np.searchsorted(starts, ends) - 1] + 1 if len(ends) else ends
        first = np.asarray(ids[begins], np.int64)
        labelled = (first >= FIRST_LABEL) & (first < FIRST_LABEL + labels)
        named, names = first == NAME, np.append(np.flatnonzero(np.isin(ids, (NAME_END,))), len(ids))
        texts = np.where(named, names[np.searchsorted(names, begins)] + 1, begins + labelled)
        speakers = np.where(labelled, first - FIRST_LABEL, labels)
        lengths = ends + 1 - texts
        fit = (first != SCENE) & (lengths >= 2) & (lengths <= length)
        self.begins, self.lengths, self.speakers = texts[fit], lengths[fit], speakers[fit]
        self.length = int(self.lengths.max(initial=2))
        documents = np.append(np.flatnonzero(np.isin(ids, (START,))), len(ids))
        reach = self.begins - documents[np.maximum(np.searchsorted(documents, self.begins) - 1, 0)]
        self.context = int(np.clip(reach.max(initial=1), 1, _CONTEXT))

    def __len__(self) -> int:
        return len(self.begins)

    def lines(self, chosen: NDArray[np.integer], context: int | None = None, length: int | None = None) -> Lines:
        """The chosen lines as arrays.

        Args:
            chosen: numbers of the lines. *Shape:* (batch,).
            context: tokens before each line; None takes the usual number.
            length: width of the arrays; None takes the length of the longest line.
        """
        context, length = context or self.context, length or self.length
        begins, lengths = self.begins[chosen], self.lengths[chosen]
        before = begins + np.arange(-context, 0)[:, None]
        # Positions before the first document hold START, at which the state is zeroed.
        contexts = np.where(before < 0, START, self._ids[np.maximum(before, 0)])
        inside = np.arange(length) < lengths[:, None]
        positions = np.minimum(begins[:, None] + np.arange(length), len(self._ids) - 1)
        ids = np.where(inside, self._ids[positions], PAD)
        arrays = (contexts, ids, lengths, self.speakers[chosen])
        return Lines(*(np.ascontiguousarray(array, np.int32) for array in arrays))


class AdversarialBatch(NamedTuple):
    """One step's texts.

    Args:
        window: for teacher forcing.
        lines: real lines, a batch for each update of the critic and one for the update of the generator.
    """

    window: WindowBatch
    lines: tuple[Lines, ...]

    @property
    def tokens(self) -> int:
        """Tokens read: of the window and of the real lines."""
        return self.window.tokens + int(sum(lines.lengths.sum() for lines in self.lines))


class AdversarialBatches:
    """Windows for teacher forcing, and real lines in a new random order each epoch.

    Args:
        windows: of the training text.
        passages: the lines of the same text.
        batch: lines per update.
        updates: batches of lines per step.
        seed: of the order.
    """

    def __init__(self, windows: Windows, passages: Passages, batch: int, updates: int, seed: int) -> None:
        self.windows, self.passages, self.size, self.updates, self.seed = windows, passages, batch, updates, seed
        self.steps_per_epoch = steps_per_epoch(passages, batch)

    def batch(self, step: int, progress: float = 0.0) -> AdversarialBatch:
        """The batch of a step, counted from 0; `progress` makes no difference."""
        lines = tuple(self.passages.lines(self._chosen(step, update)) for update in range(self.updates))
        return AdversarialBatch(self.windows.batch(step), lines)

    def _chosen(self, step: int, update: int) -> NDArray[np.int64]:
        """The lines of an update, in its own order; an epoch's last batch is filled up with its first lines."""
        epoch, index = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, 2, epoch, update]).permutation(len(self.passages))
        return order[(index * self.size + np.arange(self.size)) % len(order)]


def steps_per_epoch(passages: Passages, batch: int) -> int:
    """Number of batches of `batch` lines in one pass over all lines."""
    return max(1, -(-len(passages) // batch))


FIGURES = ("generator_loss", "critic_loss", "entropy", "gradient_norm")
"""The recent averages that a step keeps: both losses, the entropy of the generator's draws in nats a token, and the
norm of the generator's gradient."""

_MEMORY = 0.95


class Both:
    """The optimizers of generator and critic as one, for the checkpoint.

    Args:
        generator: optimizer of the generator.
        critic: optimizer of the critic.
    """

    def __init__(self, generator: AdamW, critic: AdamW) -> None:
        networks = {"generator": generator, "critic": critic}
        self.variables, self.first, self.second = (
            {f"{network}/{name}": v for network, one in networks.items() for name, v in getattr(one, group).items()}
            for group in ("variables", "first", "second")
        )


class AdversarialStep:
    """The updates of the generator and the critic.

    Args:
        generator: writes the lines.
        critic: judges them.
        training: settings of the teacher forcing.
        config: settings of the adversarial training.
        streams: number of streams in a window.
        steps_per_epoch: of the real lines; the annealing is counted in epochs.
    """

    def __init__(
        self,
        generator: Generator,
        critic: Critic,
        training: ScriptTrainingConfig,
        config: AdversarialConfig,
        streams: int,
        steps_per_epoch: int,
    ) -> None:
        self.generator, self.critic, self.config, self.model = generator, critic, config, generator.network
        self._teacher = LanguageModelStep(generator.network, training, streams)
        self._own = self._teacher.optimizer
        self.optimizer = Both(self._own, critic.optimizer)
        self._seed, self.steps_per_epoch = training.seed, steps_per_epoch
        self._critic_rate = config.critic_rate
        self._label = config.real_label or 1.0
        self.figures = dict.fromkeys(FIGURES, math.nan)
        self._compiled_critic = as_graph(self._learn_critic)
        self._compiled_generator = as_graph(self._learn_generator)
        self._compiled_reading = as_graph(self._read)

    def initial_state(self) -> State:
        """What is carried from step to step: the language model's state, REINFORCE's statistics, and the figures."""
        figures = tf.fill((len(FIGURES),), math.nan)
        return [*self._teacher.initial_state(), no_memory(self.generator.length), figures]

    def __call__(self, batch: AdversarialBatch, state: State, step: int, rate: float) -> tuple[float, State]:
        """Learns from one batch.

        Args:
            batch: real lines, and a window for teacher forcing.
            state: carried in.
            step: counted from 0; in the first `warm_up` steps the critic learns alone.
            rate: learning rate of the generator; the critic's rate is constant, so that it keeps up until the end.

        Returns:
            Cross-entropy of the window in nats a token (not a number where a loss is not finite), and the state after.
        """
        *carried, memory, figures = state
        *practice, last = batch.lines
        temperature, deviation = self._annealed(step)
        critic_rate = tf.constant(self._critic_rate, tf.float32)
        for number, lines in enumerate(practice):
            update = tf.constant(step * len(practice) + number, tf.int64)
            critic_loss = self._compiled_critic(lines, update, critic_rate, temperature, deviation)
        seen = [math.nan, float(critic_loss), math.nan, math.nan]
        if step < self.config.warm_up:
            nats, carried = self._compiled_reading(tuple(batch.window), carried, tf.constant(step, tf.int64))
        else:
            update = tf.constant(step - self.config.warm_up, tf.int64)
            nats, carried, memory, learned = self._compiled_generator(
                tuple(batch.window),
                carried,
                memory,
                last,
                update,
                tf.constant(rate, tf.float32),
                temperature,
                deviation,
            )
            seen = [float(learned[0]), seen[1], float(learned[1]), float(learned[2])]
            if not math.isfinite(seen[0]):
                nats = math.nan
        figures = _smoothed(figures, tf.constant(seen))
        self.remember(figures)
        return float(nats) if math.isfinite(seen[1]) else math.nan, [*carried, memory, figures]

    def remember(self, figures: Tensor) -> None:
        """Stores figures, given in the order of `FIGURES`."""
        self.figures = dict(zip(FIGURES, map(float, figures), strict=True))

    def _annealed(self, step: int) -> tuple[Tensor, Tensor]:
        """Temperature and noise deviation of a step: the temperature falls geometrically (Nie et al. 2019), the noise
        linearly."""
        config = self.config
        annealing = config.annealing * self.steps_per_epoch
        way = min(step / annealing, 1.0) if annealing else 1.0
        first, last = config.temperature or 1.0, config.last_temperature or 1.0
        return tf.constant(first * (last / first) ** way), tf.constant(config.noise * (1.0 - way))

    def _draw(self, place: str, update: Tensor) -> Tensor:
        # The tokens of a line take consecutive seeds from here on.
        return tf.stack(
            [tf.constant(self._seed ^ zlib.crc32(place.encode()), tf.int64), update * self.generator.length]
        )

    def _learn_critic(
        self, lines: Lines, update: Tensor, rate: Tensor, temperature: Tensor, deviation: Tensor
    ) -> Tensor:
        seed = self._draw("critic", update)
        if self.config.tokens == "soft":
            written = self.generator.relaxed(lines.context, seed, temperature, hard=False)
            tokens, lengths = tf.stop_gradient(written.tokens), written.lengths
        else:
            tokens, lengths = self.generator.sample(lines.context, seed)
        real = lines.lengths
        if self.config.gradient == "reinforce":  # the critic will judge prefixes, so it learns from prefixes
            real, lengths = (self._cut(part, place, update) for part, place in ((real, "real"), (lengths, "generated")))
        ours, theirs = (lines.ids, real), (tokens, lengths)
        return self.critic.learn(ours, theirs, lines.speakers, update, rate, deviation)

    def _cut(self, lengths: Tensor, place: str, update: Tensor) -> Tensor:
        """Lengths of prefixes: half of the texts stay whole, the others are cut at random."""
        seed = tf.stack([tf.constant(self._seed ^ zlib.crc32(f"cut {place}".encode()), tf.int64), update])
        whole, share = tf.unstack(tf.random.stateless_uniform((2, lengths.shape[0]), seed))
        cut = 1 + tf.cast(share * tf.cast(lengths, tf.float32), tf.int32)
        return tf.where(whole < 0.5, lengths, tf.minimum(cut, lengths))

    def _read(self, window: Any, state: State, step: Tensor) -> tuple[Tensor, State]:
        nats, _, state = self._teacher.losses(window, state, step)
        return nats, state

    def _learn_generator(
        self,
        window: Any,
        state: State,
        memory: Tensor,
        lines: Lines,
        update: Tensor,
        rate: Tensor,
        temperature: Tensor,
        deviation: Tensor,
    ) -> tuple[Tensor, State, Tensor, tuple[Tensor, Tensor, Tensor]]:
        with tf.GradientTape() as tape:
            nats, taught, state = self._teacher.losses(window, state, update)
            if self.config.gradient == "gumbel":
                loss, entropy = self._through_tokens(lines, update, temperature, deviation)
                objective = loss
            else:
                loss, entropy, objective, memory = self._by_rewards(lines, update, memory)
            total = objective + self.config.teacher_forcing * taught
        variables = self._own.variables
        gradients = tape.gradient(total, list(variables.values()), unconnected_gradients=tf.UnconnectedGradients.ZERO)
        norm = self._own.apply(dict(zip(variables, gradients, strict=True)), rate, update)
        return nats, state, memory, (loss, entropy, norm)

    def _through_tokens(
        self, lines: Lines, update: Tensor, temperature: Tensor, deviation: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The generator's loss and entropy; the gradient passes through the tokens drawn."""
        hard = self.config.tokens == "hard"
        written = self.generator.relaxed(lines.context, self._draw("generator", update), temperature, hard)
        real = self.critic.disturbed(lines.ids, lines.lengths, lines.speakers, "reference", update, deviation)
        logits = self.critic.disturbed(written.tokens, written.lengths, lines.speakers, "generator", update, deviation)
        losses = LOSSES[self.config.loss].generator(logits, tf.stop_gradient(real), self._label)
        return tf.reduce_mean(losses), written.entropy

    def _by_rewards(self, lines: Lines, update: Tensor, memory: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The generator's loss and entropy, the policy loss that is minimised in its place, and the new memory."""
        ids, lengths = self.generator.sample(lines.context, self._draw("generator", update))
        missing = self.generator.length - tf.shape(ids)[1]
        ids = tf.ensure_shape(tf.pad(ids, [[0, 0], [0, missing]]), lines.ids.shape)
        mask = tf.sequence_mask(lengths, self.generator.length, tf.float32)
        speakers = tf.repeat(lines.speakers, self.generator.length)
        judged = tf.reshape(self.critic.judge(*prefixes(ids, lengths), speakers), ids.shape)
        losses = LOSSES[self.config.loss].generator(judged, tf.zeros_like(judged), self._label)
        returned = returns(-losses * mask, self.config.discount or 0.0)
        advantage, memory = advantages(returned, mask, memory)
        log_probabilities, entropies = self.generator.score(lines.context, ids)
        entropy = tf.reduce_sum(entropies * mask) / tf.reduce_sum(mask)
        return (
            tf.reduce_sum(losses * mask) / tf.reduce_sum(mask),
            entropy,
            policy_loss(log_probabilities, advantage, mask),
            memory,
        )


def _smoothed(before: Tensor, now: Tensor) -> Tensor:
    """Exponential moving average; a value that is not a number is skipped."""
    mixed = tf.where(tf.math.is_nan(before), now, _MEMORY * before + (1.0 - _MEMORY) * now)
    return tf.where(tf.math.is_nan(now), before, mixed)
