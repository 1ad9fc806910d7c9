"""The training loop: learning rate, steps, validations, checkpoints, Ctrl-C, and exact resuming."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from keras import ops
from numpy.typing import NDArray

from textgen.config import Budget, TrainingConfig
from textgen.training import history
from textgen.training.callback import Callback, Reason
from textgen.training.checkpoint import Checkpoint, Position, checkpoint_exists
from textgen.training.step import State, exported
from textgen.training.team import Team

_FLOOR = 0.01


def learning_rate(config: TrainingConfig, step: int, progress: float) -> float:
    """The rate of a step: a short linear warm-up, then a cosine from the peak down to a hundredth of it.

    Args:
        config: has the peak and the steps of the warm-up.
        step: counted from 0.
        progress: share of the budget spent before this step, 0 to 1.
    """
    warm_up = min(1.0, (step + 1) / config.warm_up)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return config.learning_rate * warm_up * (_FLOOR + (1.0 - _FLOOR) * cosine)


class Clock:
    """How much of a budget is spent, counted in steps for epochs and steps, in seconds of work for minutes.

    Args:
        budget: of the run.
        steps_per_epoch: windows in one pass over the corpus.
    """

    def __init__(self, budget: Budget, steps_per_epoch: int) -> None:
        self.total_steps: int | None = None
        self._seconds = 0.0
        if budget.minutes is not None:
            self._seconds = budget.minutes * 60
        elif budget.epochs is not None:
            self.total_steps = max(1, round(budget.epochs * steps_per_epoch))
        else:
            self.total_steps = budget.steps

    def progress(self, steps: int, seconds: float) -> float:
        """Share of the budget, 0 to 1, spent after `steps` steps and `seconds` of steps and validations."""
        spent = steps / self.total_steps if self.total_steps else seconds / self._seconds
        return min(spent, 1.0)


@contextmanager
def interrupts(tell: Callable[[], None]) -> Iterator[threading.Event]:
    """Ctrl-C: the first sets a flag, so that the current step is finished; the second raises as usual.

    Python runs a signal handler between two of its own instructions, and a step is a single instruction that may
    compile for half a minute. So a thread calls `tell`; the system wakes it as soon as the signal arrives.

    Args:
        tell: says that the first Ctrl-C was received.
    """
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def on_interrupt(number: int, frame: Any) -> None:
        flag.set()
        signal.signal(number, signal.default_int_handler)

    with _woken_by_signals(tell):
        previous = signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield flag
        finally:
            signal.signal(signal.SIGINT, previous)


@contextmanager
def _woken_by_signals(tell: Callable[[], None]) -> Iterator[None]:
    """Starts a thread that calls `tell` at the first Ctrl-C."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # required for a signal's wake-up file

    def listen() -> None:
        while heard := os.read(reading, 1):  # the number of a signal
            if heard[0] == signal.SIGINT:
                tell()
                return

    listener = threading.Thread(target=listen, daemon=True)
    previous = signal.set_wakeup_fd(writing)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(previous)
        os.close(writing)
        listener.join()
        os.close(reading)


Arrays = dict[str, NDArray[np.float32]]

_CHECKPOINT_SECONDS = 120.0
_TRAINING_PER_VALIDATION = 12.0
"""With a budget in minutes, a short run on a long text must not spend them on validations: the next validation comes
after this many times the seconds of the last. Runs in epochs and steps validate by steps alone. The first validation
of a process does not count, because it compiles."""

_STEPS_PER_VALIDATION = 5
"""Fewest steps between validations: fewer change too little, even if the first of them compiled for long."""

_STOPPING = "Stopping: the step in hand is finished, and the run is saved. Ctrl-C again ends it without saving."


class StepBatch(Protocol):
    """The arrays of one step, in the order the step takes them."""

    @property
    def tokens(self) -> int:
        """Tokens that the step learns from."""


class Learner(Protocol):
    """Learns from a batch: a `TrainingStep`, or a step that trains several networks at once."""

    model: Any
    """The network whose weights are the run's result."""

    optimizer: Any
    """Has `variables`, `first` and `second`: what a checkpoint holds, by name."""

    def initial_state(self) -> State:
        """The state carried into the first step."""

    def __call__(self, batch: Any, state: State, step: int, rate: float, /) -> tuple[float, State]:
        """Cross-entropy in nats a token, and the state after the batch."""


class Batches(Protocol):
    """Batches as a function of step and progress, so that a resumed run reads the same batches."""

    steps_per_epoch: int

    def batch(self, step: int, progress: float, /) -> Any:
        """The `StepBatch` of a step, counted from 0, when this share of the budget is spent."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: why, after how many steps, and the best rank (the held-out cross-entropy in nats a token, unless
    the task ranks in another way)."""

    reason: Reason
    steps: int
    best: float | None
    best_step: int

    @property
    def behind(self) -> str:
        """The end of a sentence: says whose weights a model has, if not the last step's."""
        if self.best_step == self.steps:
            return ""
        kept = f"that of step {self.best_step:,}" if self.best_step else "as it began"
        return f"; until the next validation the model is {kept}"


class Trainer:
    """Runs the steps of one budget.

    Args:
        step: the compiled step.
        batches: to learn from.
        validation: gives the held-out cross-entropy in nats a token; None where nothing is held out.
        decides: whether that score chooses the best weights; if not, the last ones are kept, and nothing stops early.
        config: how to train.
        folder: of checkpoint and history.
        bits_per_nat: factor from nats a token to bits a character, for training and held-out text.
        after_validation: receives the weights, the row and whether its rank is lower than all before.
        listeners: are told of every step and validation, and may stop the run.
        rank: maps the steps done and the held-out cross-entropy (not a number if nothing is held out) to a rank; the
            lowest is best. It is called before the first step too, so that only weights better than the first are
            kept. None ranks by the held-out cross-entropy, if that decides.
        team: who shares the run; None for this process alone. All follow the chief's clock and its scores, and the
            chief alone saves checkpoints.
    """

    def __init__(
        self,
        step: Learner,
        batches: Batches,
        validation: Callable[[], float] | None,
        decides: bool,
        config: TrainingConfig,
        folder: Path,
        bits_per_nat: tuple[float, float],
        after_validation: Callable[[Arrays, history.HistoryRow, bool], None],
        listeners: Iterable[Callback],
        rank: Callable[[int, float], float] | None = None,
        team: Team | None = None,
    ) -> None:
        self._step, self._batches, self._validation, self._rank = step, batches, validation, rank
        self._ranked = decides or rank is not None
        self._config, self._folder, self._bits_per_nat = config, folder, bits_per_nat
        self._after_validation, self._listeners = after_validation, list(listeners)
        self._team = team or Team()
        self._clock = Clock(config.budget, batches.steps_per_epoch)
        self._state = step.initial_state()
        self._position = Position()
        self._speed = _Speed()
        self._rate = 0.0
        self._next_validation = 0.0
        self._has_compiled = False

    def run(self) -> Outcome:
        """Trains until the budget is spent, nothing improves, a listener stops it, a loss is not finite, or Ctrl-C."""
        if checkpoint_exists(self._folder):
            self._restore(Checkpoint.load(self._folder))
        else:
            if self._rank is not None:
                started = time.perf_counter()
                self._position.best = self._rank(0, self._validation() if self._validation else math.nan)
                self._position.seconds = time.perf_counter() - started
            self._save()  # if killed before the next checkpoint, it must not restart with better weights
        position = self._position
        reason: Reason = "interrupted"
        for listener in self._listeners:
            listener.stopped = False  # it may have watched an earlier run
        try:
            with interrupts(lambda: self._tell("note", _STOPPING)) as interrupted:
                self._tell("begin", position.step)
                reason = self._loop(interrupted)
        finally:
            self._tell("end", reason)
        return Outcome(reason, position.step, position.best, position.best_step)

    def _loop(self, interrupted: threading.Event) -> Reason:
        position, saved = self._position, time.monotonic()
        reason: Reason = "budget"
        while (progress := self._clock.progress(position.step, position.seconds)) < 1.0:
            if not self._train_one(progress):
                return "not finite"
            if self._validation_is_due():
                if not self._validate():
                    return "not finite"
                if position.stale >= self._config.patience:
                    return "no improvement"
            stops = any(listener.stopped for listener in self._listeners)
            to_interrupt, to_stop = self._team.added_up(interrupted.is_set(), stops)
            if to_interrupt:
                self._save()
                return "interrupted"
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                self._save()
                saved = time.monotonic()
            if to_stop:
                reason = "stopped"
                break
        if position.train_steps and not self._validate():
            return "not finite"
        return reason

    def _train_one(self, progress: float) -> bool:
        position, started = self._position, time.perf_counter()
        self._rate = learning_rate(self._config, position.step, progress)
        batch: StepBatch = self._batches.batch(position.step, progress)
        loss, self._state = self._step(batch, self._state, position.step, self._rate)
        seconds = self._team.of_chief(lambda: time.perf_counter() - started)
        if not math.isfinite(loss):
            return False
        position.step += 1
        position.seconds += seconds
        position.train_nats += loss
        position.train_steps += 1
        self._speed.add(batch.tokens / seconds, loss * self._bits_per_nat[0])
        after = self._clock.progress(position.step, position.seconds)
        self._tell("step", after, self._speed.tokens_per_second, self._speed.bits)
        return True

    def _validation_is_due(self) -> bool:
        position = self._position
        if position.train_steps < _STEPS_PER_VALIDATION:
            return False
        if self._config.budget.minutes is not None and position.seconds < self._next_validation:
            return False
        before = self._clock.progress(position.step - position.train_steps, position.validated_seconds)
        now, parts = self._clock.progress(position.step, position.seconds), self._config.validations
        # The budget is divided into this many parts; a missed validation is not made up for.
        return now < 1.0 and math.floor(now * parts) > math.floor(before * parts)

    def _validate(self) -> bool:
        """Scores the weights and saves the results; returns False if the score is not finite."""
        position, started = self._position, time.perf_counter()
        self._tell("validating")
        train = position.train_nats / position.train_steps
        score = self._team.of_chief(self._validation) if self._validation else train
        if not math.isfinite(score):  # no loss shows yet what the last update did
            return False
        rank = score
        if self._rank is not None:
            rank = self._rank(position.step, score if self._validation else math.nan)
        seconds = self._team.of_chief(lambda: time.perf_counter() - started)
        position.seconds += seconds
        position.validated_seconds = position.seconds
        if self._has_compiled:
            self._next_validation = position.seconds + _TRAINING_PER_VALIDATION * seconds
        self._has_compiled = True
        best = not self._ranked or position.best is None or rank < position.best
        position.stale = 0 if best else position.stale + 1
        if best:
            position.best, position.best_step = rank, position.step
        position.train_nats, position.train_steps = 0.0, 0
        row = self._row(train, score)
        history.append(self._folder, row, lambda text: self._tell("note", text))
        self._tell("validated", row, best and self._ranked)
        self._after_validation(exported(self._step.model), row, best)
        self._save()
        return True

    def _row(self, train: float, score: float) -> history.HistoryRow:
        position, (train_factor, validation_factor) = self._position, self._bits_per_nat
        return history.HistoryRow(
            step=position.step,
            epoch=position.step / self._batches.steps_per_epoch,
            seconds=position.seconds,
            learning_rate=self._rate,
            train_bits_per_character=train * train_factor,
            validation_bits_per_character=score * (validation_factor if self._validation else train_factor),
            tokens_per_second=self._speed.tokens_per_second,
        )

    def _tell(self, event: str, *values: Any) -> None:
        for listener in self._listeners:
            getattr(listener, event)(*values)

    def _tensors(self) -> dict[str, Any]:
        """All variables of the run by their names in a checkpoint."""
        optimizer = self._step.optimizer
        groups = {"weights": optimizer.variables, "first": optimizer.first, "second": optimizer.second}
        return {f"{group}/{name}": v for group, named in groups.items() for name, v in named.items()}

    def _save(self) -> None:
        if not self._team.is_chief:
            return
        arrays = {name: np.asarray(variable.numpy()) for name, variable in self._tensors().items()}
        arrays |= {f"state/{k}": np.asarray(tensor) for k, tensor in enumerate(self._state)}
        Checkpoint(self._position, arrays).save(self._folder)

    def _restore(self, checkpoint: Checkpoint) -> None:
        for name, variable in self._tensors().items():
            variable.assign(checkpoint.array(name, variable.shape))
        self._state = [
            ops.convert_to_tensor(checkpoint.array(f"state/{k}", state.shape)) for k, state in enumerate(self._state)
        ]
        self._position = checkpoint.position
        history.forget_after(self._folder, self._position.step, lambda text: self._tell("note", text))


class _Speed:
    """Recent averages of tokens a second and bits a character."""

    def __init__(self) -> None:
        self.tokens_per_second, self.bits = 0.0, 0.0
        self._steps = 0

    def add(self, tokens_per_second: float, bits: float) -> None:
        self._steps += 1
        # The first step of a process is slow, because it compiles: the second replaces it.
        self.tokens_per_second += (tokens_per_second - self.tokens_per_second) * (1.0 if self._steps <= 2 else 0.1)
        self.bits += (bits - self.bits) * (1.0 if self._steps == 1 else 0.05)
