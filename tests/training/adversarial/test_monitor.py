"""What is seen of an adversarial run, and what is worth a warning."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.training.adversarial.toy import FIRST_LABEL, LENGTH, Automaton, players
from textgen.config import AdversarialConfig, Budget
from textgen.errors import ConfigurationError
from textgen.evaluation.sample_metric import find_sample_metric
from textgen.training.adversarial.monitor import (
    Monitor,
    Observation,
    WarmUpWatch,
    draw_curves,
    kept_writer,
    observations,
    require_generator_updates,
    require_same_metric,
    warnings,
)
from textgen.training.adversarial.step import Passages
from textgen.training.callback import Callback


def judge(measure: str) -> Any:
    return SimpleNamespace(measure=measure)


def test_a_run_is_judged_by_one_judge(tmp_path: Path) -> None:
    for _ in range(2):
        require_same_metric(tmp_path, judge("length"))
    with pytest.raises(ConfigurationError, match="were judged by: length; now they would be judged by: width"):
        require_same_metric(tmp_path, judge("width"))
    require_same_metric(tmp_path, judge("length"))


START = Observation(0, 0.0, 0.5, 0.5, 0.7, 3.0, 1.0, 0.4, 0.50, 0.3, 0.1, 0.60, 0.3, 2.0)


def test_a_healthy_run_is_not_worth_one() -> None:
    now = replace(START, step=10, distinct_2=0.45, critic_accuracy=0.9, held_out=2.3)
    assert warnings(START, now, "least-squares") == {}


def test_each_has_its_name_and_what_to_change() -> None:
    collapsed = warnings(START, replace(START, distinct_2=0.29), "minimax")
    assert list(collapsed) == ["mode collapse"]
    assert "fell to 0.29 from 0.50" in collapsed["mode collapse"]
    assert "raise --teacher-forcing or lower --generator-rate" in collapsed["mode collapse"]
    won = warnings(START, replace(START, critic_accuracy=0.99, gradient_norm=0.001), "minimax")
    assert list(won) == ["the critic has won"]
    assert "99.0% of the pairs" in won["the critic has won"]
    assert "lower --critic-rate" in won["the critic has won"]
    lost = warnings(START, replace(START, held_out=2.8), "minimax")
    assert list(lost) == ["divergence"]
    assert "2.80 nats a token after 2.00" in lost["divergence"]


def test_a_critic_that_learns_alone_has_beaten_nobody() -> None:
    assert warnings(START, replace(START, critic_accuracy=0.99, gradient_norm=math.nan), "minimax") == {}


def test_which_writer_is_kept_is_told() -> None:
    alone, worse, better = (replace(START, step=step, distance=far) for step, far in ((5, 0.4), (10, 0.7), (15, 0.3)))
    assert kept_writer([START, alone], warm_up=5).startswith(
        "the writer as it was: the critic learns alone for 5 steps, and the run had 5;"
    )
    assert kept_writer([START, alone, worse], 5) == (
        "the writer as it was, at distance 0.400; the best since then was at 0.700"
    )
    assert kept_writer([START, worse, better], 5) == "the writer of step 15, at distance 0.300, down from 0.400"


def test_the_gradient_of_wasserstein_does_not_vanish() -> None:
    assert warnings(START, replace(START, critic_accuracy=1.0), "wasserstein") == {}


def test_without_held_out_text_nothing_is_said_of_it() -> None:
    start, now = replace(START, held_out=float("nan")), replace(START, held_out=float("nan"))
    assert warnings(start, now, "minimax") == {}


def test_a_diverse_start_is_no_reason_to_warn_where_real_text_is_not() -> None:
    start = replace(START, distinct_2=0.9, real_distinct_2=0.4)
    assert warnings(start, replace(start, distinct_2=0.5), "minimax") == {}


def test_the_table_comes_back(tmp_path: Path) -> None:
    observations(tmp_path).append(START)
    assert observations(tmp_path).read() == [START]
    assert (tmp_path / "monitor.csv").read_text().startswith("step,epoch,generator_loss,")


IDS = Automaton().corpus(300)


class Told(Callback):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.notes, self.values = list[str](), list[Mapping[str, float]]()

    def note(self, text: str) -> None:
        self.notes.append(text)

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        self.values.append(values)


class Spelling:
    """Six letters, each said as a word of its own."""

    first_piece = FIRST_LABEL

    def decode(self, ids: Sequence[int]) -> str:
        return " ".join("abcdef"[token - FIRST_LABEL] for token in ids)


def monitor(folder: Path, told: Told, judging: Any = find_sample_metric) -> tuple[Any, Monitor]:
    step, _ = players(IDS)
    held_out = Passages(Automaton().corpus(200, seed=2), 0, LENGTH)
    return step, Monitor(step, held_out, Spelling(), judging, observations(folder), [told])  # type: ignore[arg-type]


def collapse(step: Any) -> None:
    """Makes the generator say one letter only."""
    bias = step.model.softmax.bias
    bias.assign(np.where(np.arange(bias.shape[0]) == FIRST_LABEL + 1, 50.0, 0.0))


def test_a_planted_collapse_is_seen_and_told_once(tmp_path: Path) -> None:
    told = Told()
    step, watch = monitor(tmp_path, told)
    fresh = watch(0, 2.0)
    assert told.notes == []
    collapse(step)
    assert watch(10, 2.0) > 2 * fresh
    watch(20, 2.0)
    (note,) = told.notes
    assert note.startswith("warning   mode collapse: the share of different pairs of words fell to 0.0")
    seen = observations(tmp_path).read()
    assert [one.step for one in seen] == [0, 10, 20]
    assert seen[1].self_bleu_4 > 0.9 > seen[0].self_bleu_4
    assert seen[1].distinct_2 < 0.01 < seen[0].distinct_2
    assert seen[1].real_distance < seen[0].distance < seen[1].distance


def test_a_generator_that_says_nothing_is_the_worst_and_no_error(tmp_path: Path) -> None:
    told = Told()
    _, watch = monitor(tmp_path, told)
    watch(0, 2.0)
    watch._texts = lambda lines: [""] * len(lines)  # type: ignore[method-assign]
    assert watch(10, 2.0) == math.inf
    (note,) = told.notes
    assert "mode collapse" in note
    assert observations(tmp_path).read()[1].distance == math.inf


def test_the_measures_are_of_the_same_sample_each_time(tmp_path: Path) -> None:
    told = Told()
    _, watch = monitor(tmp_path, told)
    assert watch(0, 2.0) == watch(5, 2.0)
    one, other = told.values
    assert {name for name in one if one[name] == other[name]} >= {
        "distance",
        "distinct_2",
        "self_bleu_4",
        "critic_accuracy",
    }
    assert one["epoch"] == 0 < other["epoch"]


class Liking:
    """A metric that likes everything, and remembers what it was given."""

    measure = "liking"
    of_real: ClassVar = {"distance": 0.0, "distinct_2": 0.5, "self_bleu_4": 0.25}

    def __init__(self, real: Sequence[str], lines: int) -> None:
        self.real, self.lines, self.given = real, lines, list[Sequence[str]]()

    def __call__(self, generated: Sequence[str]) -> Mapping[str, float]:
        self.given.append(generated)
        return {"distance": 0.25, "distinct_2": 0.5, "self_bleu_4": 0.75, "bleu_2": 0.125}


def test_another_metric_decides_and_is_heard(tmp_path: Path) -> None:
    told = Told()
    _, watch = monitor(tmp_path, told, Liking)
    assert watch(0, 2.0) == 0.25
    assert (told.values[0]["bleu_2"], told.values[0]["self_bleu_4"]) == (0.125, 0.75)
    metric = watch.metric
    assert isinstance(metric, Liking)
    (generated,) = metric.given
    assert len(generated) == len(metric.real) == metric.lines == 200
    assert set(" ".join([*generated, *metric.real])) <= set("abcdef ")


def test_the_accuracy_is_over_all_pairs(tmp_path: Path) -> None:
    _, watch = monitor(tmp_path, Told())
    scores = iter([np.array([1.0, 3.0]), np.array([2.0, 1.0])])
    watch._judged = lambda *arguments: _Tensor(next(scores))
    # Of (1, 2) (1, 1) (3, 2) (3, 1) two are right and one is even.
    assert watch._accuracy(np.zeros((2, 2)), np.zeros(2)) == pytest.approx(2.5 / 4)


def test_a_resumed_run_writes_a_row_again(tmp_path: Path) -> None:
    _, watch = monitor(tmp_path, Told())
    for step in (0, 5, 10, 5):
        watch(step, 2.0)
    assert [one.step for one in observations(tmp_path).read()] == [0, 5]


class _Tensor:
    def __init__(self, values: np.ndarray) -> None:
        self.numpy = lambda: values


CONFIG = AdversarialConfig(warm_up=30)


@pytest.mark.parametrize("budget", [Budget(steps=30), Budget(epochs=3.0)])
def test_a_budget_that_the_critic_uses_up_is_refused(budget: Budget) -> None:
    with pytest.raises(
        ConfigurationError, match=r"alone for 30 steps, but its part of the budget is 30 steps.* below 30"
    ):
        require_generator_updates(CONFIG, budget, steps_per_epoch=10)


@pytest.mark.parametrize("budget", [Budget(steps=31), Budget(epochs=3.1), Budget(minutes=0.01)])
def test_one_that_leaves_a_step_is_not(budget: Budget) -> None:
    require_generator_updates(CONFIG, budget, steps_per_epoch=10)


def notes(warm_up: int, first: float, each: float) -> list[str]:
    """What is told of 20 steps: the first spends a share of the budget on compiling, then all spend alike."""
    told: list[str] = []
    watch = WarmUpWatch(warm_up, told.append)
    for step in range(20):
        watch.step(first + each * step, 1000.0, 2.0)
    return told


def test_a_pace_that_is_too_slow_is_told_once_and_compiling_is_no_pace() -> None:
    # After 13 steps 0.3 + 12 * 0.01 of the budget is spent; the remaining 0.58 is worth 58 steps.
    (note,) = notes(71, first=0.3, each=0.01)
    assert note.startswith("warning   the writer would learn nothing: the critic learns alone for 71 steps, and at")
    assert "there will be 71:" in note
    assert notes(70, first=0.3, each=0.01) == []


def test_a_run_that_is_over_before_its_pace_is_known_is_no_error() -> None:
    told: list[str] = []
    watch = WarmUpWatch(100, told.append)
    for step in range(5):
        watch.step(step / 4, 1000.0, 2.0)
    assert told == []


BEFORE = Observation(0, 0.0, math.nan, math.nan, 0.7, math.nan, math.nan, math.inf, 0.5, 0.3, 0.1, 0.6, 0.3, 2.0)
WRITER = "from here on the writer learns"


@pytest.fixture
def legends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Draws a run of some rows, ten steps apart, in which the generator learns after so many; the panels' legends."""
    drawn: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *arguments: Any, **options: Any) -> None:
        drawn.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)

    def draw(rows: int, warm_up: int) -> list[list[str]]:
        for row in range(rows):
            losses = {"critic_loss": 0.25} if row else {}
            if 10 * row > warm_up:
                losses["generator_loss"] = 0.5
            observation = replace(BEFORE, step=10 * row, epoch=row / 10, distance=0.5 - row / 100, **losses)
            observations(tmp_path).append(observation)
        draw_curves(tmp_path, "captions", warm_up)
        assert (tmp_path / "curves.png").read_bytes()[:4] == b"\x89PNG"
        return [axes.get_legend_handles_labels()[1] for axes in drawn[-1].axes]

    return draw


def test_the_legends_name_what_is_there_and_where_the_writer_begins(legends: Any) -> None:
    assert legends(rows=5, warm_up=20) == [
        ["generator loss", "critic loss", WRITER],
        ["critic accuracy", "chance", WRITER],
        ["distance", "distance of real text", "kept", WRITER],
        ["distinct-2", "distinct-2 of real text", "self-BLEU-4", "self-BLEU-4 of real text", WRITER],
    ]


@pytest.mark.slow
def test_what_has_no_points_yet_is_in_no_legend(legends: Any) -> None:
    assert legends(rows=1, warm_up=20)[0] == []
    losses, *others = legends(rows=2, warm_up=20)
    assert losses == ["critic loss"]
    assert not any(WRITER in labels for labels in others)


def test_a_writer_that_learns_from_the_first_step_on_needs_no_mark(legends: Any) -> None:
    assert not any(WRITER in labels for labels in legends(rows=3, warm_up=0))
