"""The training loop: its schedule, its validations, how it is stopped and goes on."""

import hashlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.fakes import CountingStep, Keeper, Recorder, trainer
from textgen.config import Budget, TrainingConfig
from textgen.training import history
from textgen.training.checkpoint import Checkpoint
from textgen.training.trainer import Clock, Outcome, interrupts, learning_rate

WARM_UP = TrainingConfig(Budget(steps=1)).warm_up


def peaking(rate: float) -> TrainingConfig:
    """A run's settings with this learning rate."""
    return TrainingConfig(Budget(steps=1), learning_rate=rate)


@pytest.mark.parametrize(
    ("step", "progress", "rate"),
    [
        (0, 0.0, 1 / WARM_UP),
        (WARM_UP // 2 - 1, 0.0, 0.5),
        (WARM_UP - 1, 0.0, 1.0),
        (1000, 0.5, 0.01 + 0.99 * 0.5),
        (1000, 1.0, 0.01),
        (1000, 1.7, 0.01),
        (WARM_UP // 2 - 1, 1.0, 0.005),
    ],
)
def test_the_rate_of_a_step(step: int, progress: float, rate: float) -> None:
    assert learning_rate(peaking(1.0), step, progress) == pytest.approx(rate)
    assert learning_rate(peaking(3e-3), step, progress) == pytest.approx(3e-3 * rate)


def test_a_shorter_warm_up() -> None:
    rates = [learning_rate(replace(peaking(1.0), warm_up=4), step, 0.0) for step in range(6)]
    assert rates == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_the_rate_only_falls_after_the_warm_up() -> None:
    rates = [learning_rate(peaking(1.0), WARM_UP, progress / 100) for progress in range(101)]
    assert rates == sorted(rates, reverse=True)


def test_a_clock_of_steps() -> None:
    clock = Clock(Budget(steps=200), steps_per_epoch=7)
    assert clock.total_steps == 200
    assert [clock.progress(steps, 1e9) for steps in (0, 50, 200, 300)] == [0.0, 0.25, 1.0, 1.0]


def test_a_clock_of_epochs() -> None:
    assert Clock(Budget(epochs=2.5), steps_per_epoch=10).progress(5, 0.0) == 0.2
    assert Clock(Budget(epochs=0.001), steps_per_epoch=10).total_steps == 1


def test_a_clock_of_minutes_counts_seconds_of_work() -> None:
    clock = Clock(Budget(minutes=2.0), steps_per_epoch=10)
    assert clock.total_steps is None
    assert [clock.progress(10**6, seconds) for seconds in (0.0, 30.0, 120.0, 500.0)] == [0.0, 0.25, 1.0, 1.0]


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_is_told_while_the_step_in_hand_goes_on() -> None:
    told_at: list[float] = []
    with interrupts(lambda: told_at.append(time.perf_counter())) as flag:
        started = time.perf_counter()
        threading.Timer(0.05, interrupt).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000)  # a second in which Python hears of no signal
        ended = time.perf_counter()
        assert flag.is_set()
    (told,) = told_at
    assert told - started < 0.5 * (ended - started)


def test_it_is_told_once_and_the_second_raises() -> None:
    told: list[str] = []
    heard = threading.Event()

    def tell() -> None:
        told.append("stopping")
        heard.set()

    with pytest.raises(KeyboardInterrupt), interrupts(tell):
        interrupt()
        assert heard.wait(5)
        interrupt()
    assert told == ["stopping"]


def test_another_signal_is_none_of_its_business() -> None:
    told: list[str] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: None)
    try:
        with interrupts(lambda: told.append("stopping")) as flag:
            os.kill(os.getpid(), signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert told == [] and not flag.is_set()


def test_everything_is_as_it_was_afterwards() -> None:
    before, threads = signal.getsignal(signal.SIGINT), threading.active_count()
    with interrupts(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
    assert threading.active_count() == threads


def scripted(*scores: float) -> Callable[[], float]:
    """Held-out scores, one a validation."""
    coming = iter(scores)
    return lambda: next(coming)


def test_a_budget_is_spent_with_validations_spread_over_it(tmp_path: Path) -> None:
    step, keeper, recorder = CountingStep(lambda step: step + 1.0), Keeper(), Recorder()
    outcome = trainer(tmp_path, step, scripted(4.0, 3.0, 3.5, 2.0), keeper, recorder).run()
    assert outcome == Outcome("budget", 20, 2.0, 20)
    assert step.done == list(range(20))
    assert keeper.kept == [(5.0, 5, True), (10.0, 10, True), (15.0, 15, False), (20.0, 20, True)]
    assert recorder.bests == [True, True, False, True]
    assert recorder.progress == pytest.approx([(k + 1) / 20 for k in range(20)])
    assert recorder.events.count("end") == 1
    assert recorder.events[-1] == "end"
    rows = history.read(tmp_path)
    assert [row.step for row in rows] == [5, 10, 15, 20]
    assert [row.epoch for row in rows] == [0.5, 1.0, 1.5, 2.0]
    assert [row.train_bits_per_character for row in rows] == pytest.approx([6.0, 16.0, 26.0, 36.0])
    assert [row.validation_bits_per_character for row in rows] == pytest.approx([12.0, 9.0, 10.5, 6.0])
    assert rows[0].learning_rate > rows[-1].learning_rate / 100 > 0


def test_a_listener_stops_a_run_after_the_step_in_hand_and_it_can_go_on(tmp_path: Path) -> None:
    step, keeper, recorder = CountingStep(), Keeper(), Recorder(stops_at=0.35)
    outcome = trainer(tmp_path, step, scripted(4.0, 5.0), keeper, recorder).run()
    assert outcome == Outcome("stopped", 7, 4.0, 5)
    assert [step for _, step, _ in keeper.kept] == [5, 7]
    assert recorder.ends == [0, "stopped"]
    recorder = Recorder()
    assert trainer(tmp_path, step, lambda: 3.0, keeper, recorder).run() == Outcome("budget", 20, 3.0, 12)
    assert step.done == list(range(20))
    assert recorder.ends == [7, "budget"]


def test_a_listener_that_fails_ends_the_run_which_can_go_on(tmp_path: Path) -> None:
    class Failing(Recorder):
        def validated(self, row: history.HistoryRow, best: bool) -> None:
            raise RuntimeError("mine")

    recorder = Failing()
    with pytest.raises(RuntimeError, match="mine"):
        trainer(tmp_path, CountingStep(), lambda: 1.0, listener=recorder).run()
    assert recorder.ends == [0, "interrupted"]
    assert trainer(tmp_path, CountingStep(), lambda: 1.0).run().reason == "budget"


def test_a_run_that_no_longer_improves_stops(tmp_path: Path) -> None:
    step, keeper = CountingStep(), Keeper()
    scores = scripted(4.0, 4.5, 3.0, 3.5, 3.0)
    budget = Budget(steps=50)
    outcome = trainer(tmp_path, step, scores, keeper, budget=budget, validations=10, patience=2).run()
    assert outcome == Outcome("no improvement", 25, 3.0, 15)
    assert [best for _, _, best in keeper.kept] == [True, False, True, False, False]


@pytest.mark.parametrize(("steps", "validated"), [(2, [2]), (14, [5, 10, 14]), (30, [5, 10, 15, 20, 25, 30])])
def test_a_short_run_is_not_spent_on_validations(tmp_path: Path, steps: int, validated: list[int]) -> None:
    keeper = Keeper()
    trainer(tmp_path, CountingStep(), lambda: 1.0, keeper, budget=Budget(steps=steps), validations=20).run()
    assert [step for _, step, _ in keeper.kept] == validated


@pytest.mark.parametrize(
    ("begun", "total", "validated"), [(1000, 120, [91, 120]), (100, 200, [25, 50, 75, 100, 150, 200])]
)
def test_with_another_budget_validations_are_neither_made_up_for_nor_left_out(
    tmp_path: Path, begun: int, total: int, validated: list[int]
) -> None:
    keeper = Keeper()
    for steps in (begun, total):
        trainer(tmp_path, interrupting(1, at=89), lambda: 1.0, keeper, budget=Budget(steps=steps)).run()
    assert [step for _, step, _ in keeper.kept] == validated


def test_a_first_step_that_compiles_for_long_is_not_validated_alone(tmp_path: Path) -> None:
    def losses(step: int) -> float:
        time.sleep(0.005 if step else 0.1)
        return 1.0

    keeper = Keeper()
    trainer(tmp_path, CountingStep(losses), lambda: 1.0, keeper, budget=Budget(minutes=0.3 / 60)).run()
    assert keeper.kept[0][1] == 5


def test_a_first_validation_that_compiles_for_long_does_not_hold_back_the_next(tmp_path: Path) -> None:
    def losses(step: int) -> float:
        time.sleep(0.005)
        return 1.0

    keeper, seconds = Keeper(), iter([0.2])

    def validation() -> float:
        time.sleep(next(seconds, 0.0))
        return 1.0

    trainer(tmp_path, CountingStep(losses), validation, keeper, budget=Budget(minutes=1 / 60), patience=99).run()
    assert len(keeper.kept) > 2  # the first and the last


@pytest.mark.parametrize(
    ("best_step", "told"),
    [
        (40, ""),
        (36, "; until the next validation the model is that of step 36"),
        (0, "; until the next validation the model is as it began"),
    ],
)
def test_a_model_that_is_behind_the_run_is_told(best_step: int, told: str) -> None:
    assert Outcome("interrupted", 40, 1.0, best_step).behind == told


def test_a_first_step_that_compiles_for_long_does_not_slow_the_speed_that_is_told(tmp_path: Path) -> None:
    def losses(step: int) -> float:
        time.sleep(0.01 if step else 0.5)
        return 1.0

    trainer(tmp_path, CountingStep(losses), lambda: 1.0, Keeper(), budget=Budget(steps=10)).run()
    first, *_, last = history.read(tmp_path)
    assert first.tokens_per_second > last.tokens_per_second / 2


def test_what_ranks_decides_on_the_best_and_must_surpass_the_beginning(tmp_path: Path) -> None:
    ranks, asked, keeper = iter([0.5, 0.6, 0.4, 0.45, 0.3]), list[tuple[int, float]](), Keeper()

    def rank(step: int, score: float) -> float:
        asked.append((step, score))
        return next(ranks)

    scores = scripted(5.0, 4.0, 3.0, 2.0, 1.0)
    outcome = trainer(tmp_path, CountingStep(), scores, keeper, rank=rank).run()
    assert asked == [(0, 5.0), (5, 4.0), (10, 3.0), (15, 2.0), (20, 1.0)]
    assert [best for _, _, best in keeper.kept] == [False, True, False, True]
    assert outcome == Outcome("budget", 20, 0.3, 20)
    assert [row.validation_bits_per_character for row in history.read(tmp_path)] == pytest.approx([12.0, 9.0, 6.0, 3.0])


def test_where_nothing_is_held_out_the_rank_still_decides(tmp_path: Path) -> None:
    ranks, keeper = iter([0.5, 0.4, 0.6, 0.7, 0.5]), Keeper()
    outcome = trainer(tmp_path, CountingStep(), None, keeper, rank=lambda step, score: next(ranks)).run()
    assert [best for _, _, best in keeper.kept] == [True, False, False, False]
    assert (outcome.best, outcome.best_step) == (0.4, 5)


def test_an_interrupted_run_remembers_the_best_rank(tmp_path: Path) -> None:
    first, again = iter([0.5, 0.3]), iter([0.4, 0.2, 0.6])
    trainer(tmp_path, interrupting(1, at=7), scripted(4.0, 4.0), rank=lambda step, score: next(first)).run()
    keeper = Keeper()
    scores = scripted(4.0, 4.0, 4.0)
    trainer(tmp_path, CountingStep(), scores, keeper, rank=lambda step, score: next(again)).run()
    assert [best for _, _, best in keeper.kept] == [False, True, False]


def test_without_held_out_text_the_last_weights_are_the_best(tmp_path: Path) -> None:
    keeper = Keeper()
    outcome = trainer(tmp_path, CountingStep(lambda step: float(step)), None, keeper, patience=1).run()
    assert [best for _, _, best in keeper.kept] == [True] * 4
    assert (outcome.reason, outcome.best_step) == ("budget", 20)
    assert history.read(tmp_path)[0].validation_bits_per_character == pytest.approx(2.0 * 2.0)


def test_what_is_held_out_may_be_too_little_to_choose_by(tmp_path: Path) -> None:
    keeper, recorder, scores = Keeper(), Recorder(), scripted(4.0, 5.0, 6.0, 7.0)
    outcome = trainer(tmp_path, CountingStep(), scores, keeper, recorder, decides=False, patience=1).run()
    assert outcome == Outcome("budget", 20, 7.0, 20)
    assert [best for _, _, best in keeper.kept] == [True] * 4
    assert recorder.bests == [False] * 4


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_weights(tmp_path: Path, loss: float) -> None:
    step, keeper, recorder = CountingStep(lambda step: loss if step == 12 else 1.0), Keeper(), Recorder()
    outcome = trainer(tmp_path, step, scripted(4.0, 3.0), keeper, recorder).run()
    assert outcome == Outcome("not finite", 12, 3.0, 10)
    assert keeper.kept[-1] == (10.0, 10, True)
    kept = Checkpoint.load(tmp_path)
    assert (kept.position.step, kept.arrays["weights/weight"].tolist()) == (10, [10.0])
    assert recorder.events[-1] == "end"


@pytest.mark.parametrize("scores", [(4.0, math.nan), (4.0, 3.0, 3.5, math.inf)])
def test_a_score_that_is_not_finite_stops_too(tmp_path: Path, scores: tuple[float, ...]) -> None:
    step, keeper = CountingStep(), Keeper()  # what the last update broke shows in no loss before the next step
    outcome = trainer(tmp_path, step, scripted(*scores), keeper, decides=False).run()
    good = len(scores) - 1
    assert (outcome.reason, outcome.steps, outcome.best_step) == ("not finite", 5 * len(scores), 5 * good)
    assert len(keeper.kept) == good == len(history.read(tmp_path))
    assert Checkpoint.load(tmp_path).position.step == 5 * good


def interrupting(times: int, at: int) -> CountingStep:
    def losses(step: int) -> float:
        if step == at:
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
        return 1.0

    return CountingStep(losses)


def test_ctrl_c_finishes_the_step_and_saves(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    step, recorder = interrupting(1, at=7), Recorder()
    outcome = trainer(tmp_path, step, scripted(4.0), listener=recorder).run()
    assert outcome == Outcome("interrupted", 8, 4.0, 5)
    assert recorder.events.count("note") == 1  # that it was heard
    assert Checkpoint.load(tmp_path).position.step == 8
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    recorder = Recorder()
    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path, interrupting(2, at=7), scripted(4.0), listener=recorder).run()
    assert Checkpoint.load(tmp_path).position.step == 5
    assert recorder.events[-1] == "end"


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = interrupting(1, at=7)
    trainer(tmp_path, first, scripted(4.0)).run()
    step, keeper = CountingStep(lambda step: step + 1.0), Keeper()
    outcome = trainer(tmp_path, step, scripted(5.0, 3.0, 3.5), keeper).run()
    assert step.done == list(range(8, 20))
    assert outcome == Outcome("budget", 20, 3.0, 15)
    assert keeper.kept == [(10.0, 10, False), (15.0, 15, True), (20.0, 20, False)]
    rows = history.read(tmp_path)
    assert [row.step for row in rows] == [5, 10, 15, 20]
    # The losses before the interruption count: three of 1.0, then 9.0 and 10.0.
    assert rows[1].train_bits_per_character == pytest.approx(2.0 * (3 * 1.0 + 9.0 + 10.0) / 5)


def test_a_run_that_is_interrupted_in_its_last_step_is_validated_when_it_goes_on(tmp_path: Path) -> None:
    first = trainer(tmp_path, interrupting(1, at=19), scripted(4.0, 3.0, 3.5)).run()
    assert (first.reason, first.steps) == ("interrupted", 20)
    step, keeper = CountingStep(), Keeper()
    assert trainer(tmp_path, step, scripted(2.0), keeper).run() == Outcome("budget", 20, 2.0, 20)
    assert (step.done, keeper.kept) == ([], [(20.0, 20, True)])


def test_the_carried_state_and_the_moments_come_back(tmp_path: Path) -> None:
    trainer(tmp_path, interrupting(1, at=7), scripted(4.0)).run()
    saved = Checkpoint.load(tmp_path)
    assert np.array_equal(saved.arrays["state/0"], np.full((2, 3), 8.0))
    saved.arrays["second/weight"] = np.array([0.5], np.float32)
    saved.save(tmp_path)
    step = CountingStep()
    trainer(tmp_path, step, scripted(5.0, 3.0, 3.5)).run()
    assert np.array_equal(Checkpoint.load(tmp_path).arrays["state/0"], np.full((2, 3), 20.0))
    assert step.optimizer.second["weight"].numpy().tolist() == [0.5]


def test_a_run_killed_in_its_first_validation_begins_with_the_first_weights(tmp_path: Path) -> None:
    def killed(*arguments: object) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        trainer(tmp_path, CountingStep(), scripted(4.0), killed).run()
    again = CountingStep()
    again.weight.assign([5.0])  # the best weights so far, as the model folder holds them
    outcome = trainer(tmp_path, again, scripted(4.0, 3.0, 2.0, 1.0)).run()
    assert again.done == list(range(20))
    assert (float(again.weight[0]), outcome.steps) == (20.0, 20)
    assert [row.step for row in history.read(tmp_path)] == [5, 10, 15, 20]


def test_a_damaged_table_keeps_no_run_from_going_on(tmp_path: Path) -> None:
    trainer(tmp_path, CountingStep(), scripted(4.0, 3.0), budget=Budget(steps=10)).run()
    table = tmp_path / "history.csv"
    table.write_bytes(table.read_bytes().replace(b",", b";"))
    recorder = Recorder()
    outcome = trainer(tmp_path, CountingStep(), scripted(2.0, 1.0), listener=recorder).run()
    assert outcome.steps == 20
    assert [row.step for row in history.read(tmp_path)] == [15, 20]
    assert recorder.events.count("note") == 1
    assert b";" in (tmp_path / "history.damaged.csv").read_bytes()


def test_checkpoints_are_made_between_validations_of_a_long_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textgen.training.trainer._CHECKPOINT_SECONDS", 0.0)

    def losses(step: int) -> float:
        assert Checkpoint.load(tmp_path).position.step == step
        return 1.0

    assert trainer(tmp_path, CountingStep(losses), scripted(4.0, 3.0, 2.0, 1.0)).run().steps == 20


def test_a_finished_run_does_nothing_more(tmp_path: Path) -> None:
    trainer(tmp_path, CountingStep(), scripted(4.0, 3.0, 2.0, 1.0)).run()
    again = CountingStep()
    assert trainer(tmp_path, again, scripted()).run() == Outcome("budget", 20, 1.0, 20)
    assert again.done == []


def test_minutes_end_a_run(tmp_path: Path) -> None:
    outcome = trainer(tmp_path, CountingStep(), lambda: 1.0, budget=Budget(minutes=1e-4), patience=99).run()
    assert outcome.reason == "budget"
    assert Checkpoint.load(tmp_path).position.seconds >= 60e-4


def test_a_run_in_another_thread_leaves_signals_alone(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    run = trainer(tmp_path, CountingStep(), scripted(4.0, 3.0, 2.0, 1.0)).run
    thread = threading.Thread(target=lambda: outcomes.append(run()))
    thread.start()
    thread.join()
    assert outcomes == [Outcome("budget", 20, 1.0, 20)]
