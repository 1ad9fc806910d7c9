"""Monitors adversarial training: a fixed sample after each validation, its figures, warnings and curves."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.config import AdversarialConfig, Budget
from textgen.errors import ConfigurationError
from textgen.files import replacing
from textgen.models.kernels import as_graph
from textgen.tokenizers.base import Tokenizer
from textgen.training.adversarial.step import AdversarialStep, Passages
from textgen.training.callback import Callback
from textgen.training.display import FIGURES
from textgen.training.history import CsvTable
from textgen.training.trainer import Clock
from textgen.wording import count

_FILE = "judge.txt"


class GeneratorMetric(Protocol):
    """Compares samples of a generator with real text; the caller of a run supplies one from `evaluation`.

    The figures have names. Among them are `distance` (to real text; the generator with the lowest is kept),
    `distinct_2` and `self_bleu_4`.
    """

    @property
    def measure(self) -> str:
        """What the distance is, in words."""

    @property
    def of_real(self) -> Mapping[str, float]:
        """The figures of as many real lines as a sample has."""

    def __call__(self, generated: Sequence[str]) -> Mapping[str, float]:
        """The figures of a sample of generated lines."""


GeneratorMetricMaker = Callable[[Sequence[str], int], GeneratorMetric]
"""Makes the metric from real lines in random order and the number of lines in a sample."""


def require_same_metric(folder: Path, metric: GeneratorMetric) -> None:
    """Refuses to resume a run with a different metric: its generators could no longer be compared.

    Args:
        folder: of the run; a description of its metric is stored there.
        metric: the metric of the run now.

    Raises:
        ConfigurationError: the run had a different metric before.
    """
    path = folder / _FILE
    if not path.is_file():
        with replacing(path) as file:
            file.write(metric.measure.encode())
        return
    before = path.read_text(encoding="utf-8")
    if before != metric.measure:
        raise ConfigurationError(
            f"The run in {folder} was to go on, but so far its generators were judged by: {before}; now they would be "
            f"judged by: {metric.measure}. The two cannot be compared: bring back what was installed then, or begin "
            "anew with another --out."
        )


_COLLAPSED, _WON, _DIVERGED = 0.6, 0.98, 0.7


@dataclass(frozen=True)
class Observation:
    """One row of `monitor.csv`.

    Args:
        step: steps done.
        epoch: passes over the real lines.
        generator_loss: recent average.
        critic_loss: recent average.
        critic_accuracy: share of pairs (held-out line, generated line) that the critic ranks correctly; 0.5 is chance.
        entropy: of the generator's draws, recent average, nats a token.
        gradient_norm: of the generator's gradient, recent average; not a number before it learns.
        distance: of the fixed sample from real text, by the metric; the generator with the lowest is kept.
        distinct_2: share of distinct word pairs in the sample.
        self_bleu_4: how much the lines of the sample share with each other.
        real_distance, real_distinct_2, real_self_bleu_4: the same figures of as many real lines.
        held_out: cross-entropy of held-out text, nats a token; not a number where nothing is held out.
    """

    step: int
    epoch: float
    generator_loss: float
    critic_loss: float
    critic_accuracy: float
    entropy: float
    gradient_norm: float
    distance: float
    distinct_2: float
    self_bleu_4: float
    real_distance: float
    real_distinct_2: float
    real_self_bleu_4: float
    held_out: float


def observations(folder: Path, note: Callable[[str], None] = lambda text: None) -> CsvTable[Observation]:
    """The table of observations of the run in a folder.

    Args:
        folder: of the run.
        note: is told where the table was damaged and begins anew.
    """
    return CsvTable(folder / "monitor.csv", Observation, note)


def warnings(start: Observation, now: Observation, loss: str) -> dict[str, str]:
    """Problems by name, each with a sentence that says what to change.

    Args:
        start: the observation before the first step.
        now: the latest observation.
        loss: name of the run's loss.
    """
    found: dict[str, str] = {}
    usual = min(start.distinct_2, start.real_distinct_2)
    if now.distinct_2 < _COLLAPSED * usual:
        found["mode collapse"] = (
            f"the share of different pairs of words fell to {now.distinct_2:.2f} from {usual:.2f}, the generator says "
            "the same again and again: raise --teacher-forcing or lower --generator-rate"
        )
    learns = math.isfinite(now.gradient_norm)
    if learns and now.critic_accuracy > _WON and loss != "wasserstein":
        found["the critic has won"] = (
            f"it ranks {now.critic_accuracy:.1%} of the pairs rightly, and the gradient it gives the generator "
            f"({now.gradient_norm:.2g}) vanishes: lower --critic-rate, raise --noise, or take the loss wasserstein"
        )
    if now.held_out > start.held_out + _DIVERGED:
        found["divergence"] = (
            f"held-out text costs {now.held_out:.2f} nats a token after {start.held_out:.2f} at the beginning, the "
            "generator forgets the language: raise --teacher-forcing or lower --generator-rate"
        )
    return found


def kept_writer(seen: Sequence[Observation], warm_up: int) -> str:
    """Which generator a finished run has kept, and why.

    Args:
        seen: all observations of the run, from its beginning.
        warm_up: steps in which the generator did not learn.
    """
    first, last = seen[0], seen[-1]
    learned = [one for one in seen if one.step > warm_up]
    if not learned:
        return (
            f"the writer as it was: the critic learns alone for {count(warm_up, 'step')}, and the run had "
            f"{last.step:,}; give a larger budget or a smaller --warm-up"
        )
    best = min(learned, key=lambda one: one.distance)
    if best.distance < first.distance:
        return f"the writer of step {best.step}, at distance {best.distance:.3f}, down from {first.distance:.3f}"
    return f"the writer as it was, at distance {first.distance:.3f}; the best since then was at {best.distance:.3f}"


_LINES = 512
_REAL_LINES = 2048
"""Number of lines in the sample, and in the real text it is compared with."""


class Monitor:
    """Measures the current generator: maps the steps done and the held-out score to the distance from real text.

    The sample is fixed: it has the same held-out contexts and the same seed each time.

    Args:
        step: of the generator and the critic.
        passages: held-out lines.
        tokenizer: of the model.
        make_metric: makes the metric that compares a sample with real text.
        table: the observations so far.
        listeners: receive the figures and the warnings.

    Attributes:
        metric: made from the held-out lines.
    """

    def __init__(
        self,
        step: AdversarialStep,
        passages: Passages,
        tokenizer: Tokenizer,
        make_metric: GeneratorMetricMaker,
        table: CsvTable[Observation],
        listeners: Iterable[Callback],
    ) -> None:
        self._step, self._tokenizer = step, tokenizer
        self._table, self._listeners = table, list(listeners)
        chosen = np.unique(np.linspace(0, len(passages) - 1, _LINES).astype(int))
        self._lines = passages.lines(chosen)
        some = np.random.default_rng(0).permutation(len(passages))[:_REAL_LINES]
        self.metric = make_metric(self._texts(passages.lines(some).ids), len(chosen))
        self._judged = as_graph(step.critic.judge, reduce_retracing=True)

    def __call__(self, step: int, held_out: float) -> float:
        """The distance between the sample and real text, lower is better."""
        ids, lengths = self._step.generator.sample(self._lines.context, tf.constant([0, 0], tf.int64))
        found, real = self.metric(self._texts(ids.numpy())), self.metric.of_real
        now = Observation(
            step=step,
            epoch=step / self._step.steps_per_epoch,
            **self._step.figures,
            critic_accuracy=self._accuracy(ids, lengths),
            distance=found["distance"],
            distinct_2=found["distinct_2"],
            self_bleu_4=found["self_bleu_4"],
            real_distance=real["distance"],
            real_distinct_2=real["distinct_2"],
            real_self_bleu_4=real["self_bleu_4"],
            held_out=held_out,
        )
        self._table.forget_after(step - 1)  # a resumed run may have added this row before
        self._table.append(now)
        self._tell(self._table.read(), found)
        return now.distance if math.isfinite(now.distance) else math.inf

    def _accuracy(self, ids: NDArray[np.int32], lengths: NDArray[np.int32]) -> float:
        """Share of all pairs in which the real line has the higher logit; ties count half."""
        ours = self._judged(self._lines.ids, self._lines.lengths, self._lines.speakers).numpy()[:, None]
        theirs = self._judged(ids, lengths, self._lines.speakers).numpy()
        return float(np.mean((ours > theirs) + 0.5 * (ours == theirs)))

    def _tell(self, seen: list[Observation], found: Mapping[str, float]) -> None:
        now, loss = seen[-1], self._step.config.loss
        before = warnings(seen[0], seen[-2], loss) if len(seen) > 1 else {}
        for listener in self._listeners:
            listener.figures(now.step, {**found, **asdict(now)})
            for name, sentence in warnings(seen[0], now, loss).items():
                if name not in before:
                    listener.note(f"warning   {name}: {sentence}")

    def _texts(self, lines: NDArray[np.int32]) -> list[str]:
        spoken = [line[line >= self._tokenizer.first_piece].tolist() for line in lines]
        return [self._tokenizer.decode(ids) for ids in spoken]


_COMPILING, _MEASURED = 3, 10
"""The first steps, which are slowed by compiling, and the steps after them that measure the pace."""


def require_generator_updates(config: AdversarialConfig, budget: Budget, steps_per_epoch: int) -> None:
    """Refuses a budget that ends before the generator learns; not one in minutes, whose steps are not known yet.

    Raises:
        ConfigurationError: the budget is too small; names both numbers of steps.
    """
    steps = Clock(budget, steps_per_epoch).total_steps
    if steps is not None and steps <= config.warm_up:
        raise ConfigurationError(
            f"The critic was to learn alone for {count(config.warm_up, 'step')}, but its part of the budget is "
            f"{count(steps, 'step')}, so that the writer would never learn from it: give a larger budget, or a "
            f"--warm-up below {steps}."
        )


class WarmUpWatch(Callback):
    """Warns early if a run with a budget in minutes is so slow that it will end within the critic's warm-up.

    Args:
        warm_up: steps in which the critic learns alone.
        note: receives the warning.
    """

    def __init__(self, warm_up: int, note: Callable[[str], None]) -> None:
        self._warm_up, self._note = warm_up, note
        self._steps, self._compiled = 0, 0.0

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """Counts the steps, and checks the pace once it is known."""
        self._steps += 1
        if self._steps == _COMPILING:
            self._compiled = progress
        elif self._steps == _COMPILING + _MEASURED:
            reached = self._steps + round((1.0 - progress) * _MEASURED / (progress - self._compiled))
            if reached <= self._warm_up:
                self._note(
                    "warning   the writer would learn nothing: the critic learns alone for "
                    f"{count(self._warm_up, 'step')}, and at this pace there will be "
                    f"{reached:,}: give a larger budget, or a smaller --warm-up"
                )


_PANELS = (
    ("loss", ("generator_loss", "critic_loss")),
    ("share of pairs ranked rightly", ("critic_accuracy",)),
    ("distance to real text", ("distance",)),
    ("share", ("distinct_2", "self_bleu_4")),
)
"""The panels: each has an axis label and the names of its measures."""


def draw_curves(folder: Path, title: str, warm_up: int) -> None:
    """Draws both losses, the critic's accuracy, and how the sample compares with real text.

    Args:
        folder: holds the run's observations, the first made before the first step; `curves.png` is replaced there,
            unless there are none.
        title: above the picture.
        warm_up: steps in which the critic learned alone; their end is marked.
    """
    seen = observations(folder).read()
    if not seen:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4))
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.08, top=0.92, wspace=0.24, hspace=0.08)
    figure.suptitle(title)
    for axes, (name, keys) in zip(figure.subplots(2, 2, sharex=True).flat, _PANELS, strict=True):
        for number, key in enumerate(keys):
            _draw(axes, seen, key, f"C{number}")
        if "critic_accuracy" in keys:
            axes.axhline(0.5, color="0.6", linestyle=":", linewidth=1, label="chance")
        if "distance" in keys:
            best = min(seen, key=lambda one: one.distance)
            axes.plot(best.epoch, best.distance, "*", color="C3", markersize=11, label="kept")
        if 0 < warm_up <= seen[-1].step:
            end = warm_up * seen[-1].epoch / seen[-1].step
            axes.axvline(end, color="0.3", linestyle="--", linewidth=1, label="from here on the writer learns")
        axes.set(ylabel=name)
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize="small")
    for axes in figure.axes[2:]:
        axes.set(xlabel="epochs of adversarial training")
    with replacing(folder / "curves.png") as file:
        figure.savefig(file, format="png", dpi=120)


def _draw(axes: Any, seen: list[Observation], key: str, colour: str) -> None:
    """Draws a measure over the epochs, and its value for real text if there is one; skips unknown values."""
    known = [(one.epoch, value) for one in seen if math.isfinite(value := getattr(one, key))]
    if known:
        axes.plot(*zip(*known, strict=True), label=FIGURES[key], color=colour, marker="o", markersize=3)
    real = getattr(seen[0], f"real_{key}", math.nan)
    if math.isfinite(real):
        axes.axhline(real, color=colour, linestyle=":", linewidth=1, label=f"{FIGURES[key]} of real text")
