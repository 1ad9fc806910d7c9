"""What the monitor measures, and that it sees a generator that was made to say one thing."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from tests.training.adversarial.toy import FIRST_LABEL, LENGTH, Automaton, players
from textgen.evaluation.sample_metric import find_sample_metric
from textgen.training.adversarial.monitor import Monitor
from textgen.training.adversarial.observation import observations
from textgen.training.adversarial.passages import Passages
from textgen.training.display import SilentDisplay

IDS = Automaton().corpus(300)


class Told(SilentDisplay):
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
    bias = step.model.output_bias
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
    """A judge that likes everything, and remembers what it was given."""

    measure = "liking"
    of_real: ClassVar = {"distance": 0.0, "distinct_2": 0.5, "self_bleu_4": 0.25}

    def __init__(self, real: Sequence[str], lines: int) -> None:
        self.real, self.lines, self.given = real, lines, list[Sequence[str]]()

    def __call__(self, generated: Sequence[str]) -> Mapping[str, float]:
        self.given.append(generated)
        return {"distance": 0.25, "distinct_2": 0.5, "self_bleu_4": 0.75, "bleu_2": 0.125}


def test_another_judge_decides_and_is_heard(tmp_path: Path) -> None:
    told = Told()
    _, watch = monitor(tmp_path, told, Liking)
    assert watch(0, 2.0) == 0.25
    assert (told.values[0]["bleu_2"], told.values[0]["self_bleu_4"]) == (0.125, 0.75)
    judge = watch.judge
    assert isinstance(judge, Liking)
    (generated,) = judge.given
    assert len(generated) == len(judge.real) == judge.lines == 200
    assert set(" ".join([*generated, *judge.real])) <= set("abcdef ")


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
