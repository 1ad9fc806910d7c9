"""What the monitor measures, and that it sees a generator that was made to say one thing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textgen.training.adversarial.judging import Judgement, NgramJudge
from textgen.training.adversarial.monitor import Monitor
from textgen.training.adversarial.observation import observations
from textgen.training.adversarial.passages import Passages
from textgen.training.display import SilentDisplay

from .toy import FIRST_LABEL, LENGTH, Automaton, players

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


def monitor(folder: Path, told: Told, judging: Any = NgramJudge) -> tuple[Any, Monitor]:
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
    assert watch(10, 2.0) > fresh
    watch(20, 2.0)
    (note,) = told.notes
    assert note.startswith("warning   mode collapse: the share of different pairs of words fell to 0.0")
    seen = observations(tmp_path).read()
    assert [one.step for one in seen] == [0, 10, 20]
    assert seen[1].self_overlap_3 == 1.0
    assert seen[1].distinct_2 < 0.01 < seen[0].distinct_2


def test_the_measures_are_of_the_same_sample_each_time(tmp_path: Path) -> None:
    told = Told()
    _, watch = monitor(tmp_path, told)
    assert watch(0, 2.0) == watch(5, 2.0)
    one, other = told.values
    assert {name for name in one if one[name] == other[name]} >= {"distinct_2", "self_overlap_3", "critic_accuracy"}
    assert one["epoch"] == 0 < other["epoch"]


def test_another_judge_decides_and_is_heard(tmp_path: Path) -> None:
    told, given = Told(), list[list[str]]()

    def judging(real: Sequence[str]) -> Any:
        given.append(list(real))

        def judge(generated: Sequence[str]) -> Judgement:
            given.append(list(generated))
            return Judgement(0.25, {"bleu_2": 0.75})

        return judge

    _, watch = monitor(tmp_path, told, judging)
    assert watch(0, 2.0) == 0.25
    assert told.values[0]["bleu_2"] == 0.75
    real, generated = given
    assert len(generated) == len(real) == 200
    assert set(" ".join(generated + real)) <= set("abcdef ")


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
