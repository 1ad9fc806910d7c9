"""Steps and tasks whose losses are known, so that trainer and runs can be tested without a model that learns."""

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from textgen.config import Budget, TrainingConfig
from textgen.training.batches import Windows
from textgen.training.script_task import ScriptTask
from textgen.training.task import Workspace
from textgen.training.trainer import Trainer


class CountingStep:
    """Adds one to its only weight and to the carried state; the loss of a step is what `losses` says."""

    def __init__(self, losses: Callable[[int], float] = lambda step: 1.0) -> None:
        self.weight, self.losses, self.done = keras.Variable([0.0]), losses, list[int]()
        self.model = SimpleNamespace(named_weights=lambda: {"weight": self.weight})
        moments = [{"weight": tf.Variable([0.0])} for _ in range(2)]
        self.optimizer = SimpleNamespace(variables={"weight": self.weight.value}, first=moments[0], second=moments[1])

    def initial_state(self) -> list[Any]:
        return [tf.zeros((2, 3))]

    def __call__(self, batch: Any, state: list[Any], step: int, rate: float) -> tuple[float, list[Any]]:
        loss = self.losses(step)
        self.done.append(step)
        self.weight.assign_add([1.0])
        return loss, [state[0] + 1.0]


class Recorder:
    """A listener that remembers the names of what it was told, and the rows.

    Args:
        stops_at: the progress at which it stops the run.
    """

    stopped = False

    def __init__(self, stops_at: float = math.inf) -> None:
        self._stops_at = stops_at
        self.events: list[str] = []
        self.progress: list[float] = []
        self.bests: list[bool] = []
        self.ends: list[int | str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def tell(*values: Any) -> None:
            self.events.append(name)
            if name == "step":
                self.progress.append(values[0])
                self.stopped = values[0] >= self._stops_at
            if name == "validated":
                self.bests.append(values[1])
            if name in ("begin", "end"):
                self.ends.append(values[0])

        return tell


class Keeper:
    """Remembers the weights it was given after each validation."""

    def __init__(self) -> None:
        self.kept: list[tuple[float, int, bool]] = []

    def __call__(self, weights: dict[str, np.ndarray], row: Any, best: bool) -> None:
        self.kept.append((float(weights["weight"][0]), row.step, best))


def trainer(
    folder: Path,
    step: CountingStep,
    scores: Callable[[], float] | None = None,
    keeper: Any = None,
    listener: Any = None,
    budget: Budget | None = None,
    rank: Any = None,
    decides: bool | None = None,
    **settings: Any,
) -> Trainer:
    config = TrainingConfig(budget or Budget(steps=20), **{"validations": 4, **settings})
    windows = Windows(np.arange(10, 110, dtype=np.uint16), 2, 5, 0.0, 0)
    listeners = [] if listener is None else [listener]
    decides = scores is not None if decides is None else decides
    factors = (2.0, 3.0)
    return Trainer(step, windows, scores, decides, config, folder, factors, keeper or Keeper(), listeners, rank)  # type: ignore[arg-type]


class CountingNetworkStep(CountingStep):
    """The same for a whole network: each step moves the output's bias by the step's number, and compiles nothing."""

    def __init__(self, network: Any, losses: Callable[[int], float] = lambda step: 1.0) -> None:
        super().__init__(losses)
        self.model, self.weight = network, network.softmax.bias
        variables = {name: variable.value for name, variable in network.named_weights().items()}
        self.optimizer = SimpleNamespace(variables=variables, first={}, second={})

    def __call__(self, batch: Any, state: list[Any], step: int, rate: float) -> tuple[float, list[Any]]:
        loss = self.losses(step)
        self.weight.assign_add(np.full(self.weight.shape, 0.01 * (step + 1), np.float32))
        return loss, [state[0] + 1.0]


class CountingTask(ScriptTask):
    """A script's task whose steps only count, so that a whole run, and one that is stopped, take a moment."""

    losses = staticmethod(lambda step: 1.0)

    def step(self, at: Workspace, network: Any, batches: Any) -> Any:
        return CountingNetworkStep(network, self.losses)

    def validate(self, at: Workspace, network: Any) -> Callable[[], float]:
        return lambda: 5.0 - float(network.softmax.bias[0])
