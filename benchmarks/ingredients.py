"""Ingredients of training that textgen does not have, for `ablations.py` to weigh.

They hold on to the package from outside: a schedule, a network, a step or a function takes the place of the package's
own while a model is trained. What pays moves into the package and goes from here.
"""

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it

# isort: split

import math
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import numpy as np
import tensorflow as tf

from textgen.config import TrainingConfig
from textgen.models.language_model import KerasLanguageModel, LanguageModelMasks
from textgen.models.network import masked
from textgen.training.network_steps import LanguageModelStep
from textgen.training.script_task import ScriptTask
from textgen.training.step import State
from textgen.training.task import Workspace
from textgen.training.trainer import Learner

Tensor = Any
Patches = Mapping[str, Any]
Ingredient = Callable[[ScriptTask], ScriptTask]


def schedule(shape: Callable[[float], float], warm_up: int = 100) -> Patches:
    """Another schedule of the learning rate.

    Args:
        shape: share of the peak, from the share of the budget that is spent.
        warm_up: steps in which the rate rises from zero.
    """

    def learning_rate(config: TrainingConfig, step: int, progress: float) -> float:
        return config.learning_rate * min(1.0, (step + 1) / warm_up) * shape(min(progress, 1.0))

    return {"textgen.training.trainer.learning_rate": learning_rate}


def cosine(progress: float) -> float:
    """From one to zero."""
    return 0.5 * (1.0 + math.cos(math.pi * progress))


def linear(progress: float) -> float:
    """From one to zero in a straight line."""
    return 1.0 - progress


def late_linear(progress: float) -> float:
    """One for half of the budget, then to zero in a straight line."""
    return min(1.0, 2.0 * (1.0 - progress))


def warm_restarts(progress: float) -> float:
    """Three cosines, each twice as long as the one before (Loshchilov and Hutter 2017)."""
    position = 7.0 * progress
    begin, length = next((b, n) for b, n in ((3.0, 4.0), (1.0, 2.0), (0.0, 1.0)) if position >= b)
    return cosine((position - begin) / length)


def second_moment(beta: float) -> Patches:
    """Another decay of AdamW's second moments."""
    return {"textgen.training.adamw._BETA_2": beta}


def activation_regularisation(size: float, change: float) -> Patches:
    """AR and TAR (Merity et al. 2018): the outputs of the last layer are kept small, and slow to change.

    Args:
        size: weight of the mean square of the outputs, dropout applied.
        change: weight of the mean square of their differences from one time step to the next.
    """

    class RegularisedStep(LanguageModelStep):
        def losses(self, batch: Any, state: State, step: Tensor) -> tuple[Tensor, Tensor, State]:
            self.model.seen.windows.clear()
            nats, loss, state = super().losses(batch, state, step)
            penalties = [
                size * _mean_square(dropped) + change * _mean_square(outputs[1:] - outputs[:-1])
                for outputs, dropped in self.model.seen.windows
            ]
            return nats, loss + tf.add_n(penalties) / len(penalties), state

    module = "textgen.training.script_task"
    return {f"{module}.KerasLanguageModel": _Watched, f"{module}.LanguageModelStep": RegularisedStep}


def averaged(decay: float) -> Ingredient:
    """What is validated and kept is a moving average of the weights (Polyak and Juditsky 1992).

    Args:
        decay: of the average, a step; smaller at the beginning, so that the first weights are soon forgotten.
    """

    def ingredient(task: ScriptTask) -> ScriptTask:
        usual = task.step

        def step(at: Workspace, network: KerasLanguageModel, batches: Any) -> Learner:
            learner = type(network)(network.config, network.compute)
            for name, variable in learner.named_weights().items():
                variable.assign(network.named_weights()[name])
            return _AveragedStep(usual(at, learner, batches), network, learner, decay)

        return _with_step(task, step)

    return ingredient


def frequencies_first(task: ScriptTask) -> ScriptTask:
    """The softmax's bias begins with the logarithms of how often each token occurs, instead of zero."""
    usual = task.step

    def step(at: Workspace, network: KerasLanguageModel, batches: Any) -> Learner:
        counts = np.bincount(batches.ids, minlength=network.config.vocabulary_size) + 0.1
        network.softmax.bias.assign(np.log(counts / counts.sum()).astype(np.float32))
        return usual(at, network, batches)

    return _with_step(task, step)


def _with_step(task: ScriptTask, step: Callable[[Workspace, KerasLanguageModel, Any], Learner]) -> ScriptTask:
    """The same task with another training step."""
    changed = copy(task)
    changed.step = step
    return changed


class _AveragedStep:
    """Learns with one network, and keeps the average of its weights in another."""

    def __init__(self, inner: Learner, average: KerasLanguageModel, learner: KerasLanguageModel, decay: float) -> None:
        self.model, self.optimizer = average, inner.optimizer
        self._inner, self._decay = inner, decay
        self._weights, self._averages = (
            [variable.value for variable in network.named_weights().values()] for network in (learner, average)
        )
        self._moved = tf.function(_moved, jit_compile=True)

    def initial_state(self) -> State:
        return self._inner.initial_state()

    def __call__(self, batch: Any, state: State, step: int, rate: float) -> tuple[float, State]:
        result = self._inner(batch, state, step, rate)
        decay = tf.constant(min(self._decay, (1 + step) / (10 + step)), tf.float32)
        values = [[variable.read_value() for variable in group] for group in (self._averages, self._weights)]
        for variable, value in zip(self._averages, self._moved(*values, decay), strict=True):
            variable.assign(value)
        return result


def _moved(averages: list[Tensor], weights: list[Tensor], decay: Tensor) -> list[Tensor]:
    return [weight + decay * (average - weight) for average, weight in zip(averages, weights, strict=True)]


class _Seen:
    """What went through the dropout of a network, before and after it; an object that Keras takes no hold of."""

    def __init__(self) -> None:
        self.windows: list[tuple[Tensor, Tensor]] = []


class _Watched(KerasLanguageModel):
    """A language model that remembers its last layer's outputs."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.seen = _Seen()

    def _recurrent(
        self, ids: Tensor, state: State, keep: Tensor, masks: LanguageModelMasks | None
    ) -> tuple[Tensor, State]:
        masks = masks or LanguageModelMasks()
        outputs, after = super()._recurrent(ids, state, keep, masks._replace(output=None))
        dropped = masked(outputs, masks.output)
        self.seen.windows.append((outputs, dropped))
        return dropped, after


def _mean_square(x: Tensor) -> Tensor:
    return tf.reduce_mean(tf.square(tf.cast(x, tf.float32)))
