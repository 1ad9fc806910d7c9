"""What the monitor of adversarial training sees, and what it has to say about it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textgen.training.table import Table
from textgen.wording import count

_COLLAPSED, _WON, _DIVERGED = 0.6, 0.98, 0.7


@dataclass(frozen=True)
class Observation:
    """One row of `monitor.csv`.

    Args:
        step: steps done.
        epoch: passes over the real lines.
        generator_loss: of late.
        critic_loss: of late.
        critic_accuracy: share of pairs of a held-out line and a fresh one that the critic ranks rightly; 0.5 is chance.
        entropy: of the generator's draws of late, nats a token.
        gradient_norm: of the generator's gradient of late; not a number before it learns.
        distance: of the fixed sample from real text, by the judge; the generator with the lowest is kept.
        distinct_2: of the sample: share of different pairs of words.
        self_bleu_4: of the sample: how much its lines share with each other.
        real_distance, real_distinct_2, real_self_bleu_4: of as many real lines.
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


def observations(folder: Path) -> Table[Observation]:
    """What was seen in the run of a folder."""
    return Table(folder / "monitor.csv", Observation)


def warnings(start: Observation, now: Observation, loss: str) -> dict[str, str]:
    """What goes wrong, by its name, in a sentence that says what to change.

    Args:
        start: what was seen before the first step.
        now: what is seen now.
        loss: of the run.
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
    """Which writer a finished run has kept, and why.

    Args:
        seen: all that was seen of the run, from its beginning.
        warm_up: steps in which the writer did not learn.
    """
    first, last = seen[0], seen[-1]
    learned = [one for one in seen if one.step > warm_up]
    if not learned:
        return (
            f"the writer as it was: the critic learns alone for {count(warm_up, 'step')}, and there were "
            f"{last.step:,}; give a larger budget or a smaller --warm-up"
        )
    best = min(learned, key=lambda one: one.distance)
    if best.distance < first.distance:
        return (
            f"the writer of step {best.step}, at distance {best.distance:.3f}; before the critic {first.distance:.3f}"
        )
    return f"the writer as it was, at distance {first.distance:.3f}; the best since then was at {best.distance:.3f}"
