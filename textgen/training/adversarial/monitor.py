"""Watches both players: a fixed sample after each validation, its measures, warnings, and how good it is."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.models.graph import as_graph
from textgen.tokenizers.base import Tokenizer
from textgen.training.adversarial.judging import JudgeMaker
from textgen.training.adversarial.observation import Observation, warnings
from textgen.training.adversarial.passages import Passages
from textgen.training.adversarial.step import AdversarialStep
from textgen.training.listener import Listener
from textgen.training.table import Table

_LINES = 512
_REAL_LINES = 2048
"""Lines of the sample, and of the real text that it is compared with."""


class Monitor:
    """Measures the generator as it stands; called with the steps done and the held-out score, gives the distance.

    The sample is fixed: the same contexts, held-out ones, and the same seed each time.

    Args:
        step: of both players.
        passages: held-out lines.
        tokenizer: of the model.
        judging: makes what says how far a sample is from real text.
        table: of what was seen so far.
        listeners: are told the figures and the warnings.

    Attributes:
        judge: made from the held-out lines.
    """

    def __init__(
        self,
        step: AdversarialStep,
        passages: Passages,
        tokenizer: Tokenizer,
        judging: JudgeMaker,
        table: Table[Observation],
        listeners: Iterable[Listener],
    ) -> None:
        self._step, self._tokenizer = step, tokenizer
        self._table, self._listeners = table, list(listeners)
        chosen = np.unique(np.linspace(0, len(passages) - 1, _LINES).astype(int))
        self._lines = passages.lines(chosen)
        some = np.random.default_rng(0).permutation(len(passages))[:_REAL_LINES]
        self.judge = judging(self._texts(passages.lines(some).ids), len(chosen))
        self._judged = as_graph(step.critic.judge, reduce_retracing=True)

    def __call__(self, step: int, held_out: float) -> float:
        """The distance between the sample and real text, lower is better."""
        ids, lengths = self._step.generator.sample(self._lines.context, tf.constant([0, 0], tf.int64))
        found, real = self.judge(self._texts(ids.numpy())), self.judge.of_real
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
        self._table.forget_after(step - 1)  # a resumed run comes by here again
        self._table.append(now)
        self._tell(self._table.read(), found)
        return now.distance if math.isfinite(now.distance) else math.inf

    def _accuracy(self, ids: NDArray[np.int32], lengths: NDArray[np.int32]) -> float:
        """Share of all pairs in which the real line has the higher logit; equal ones count half."""
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
