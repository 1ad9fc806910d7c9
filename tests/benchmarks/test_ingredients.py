"""Ingredients of training, by hand."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.benchmarks.scripts import script
from tests.models.small import config, network
from textgen.config import Budget, ScriptTrainingConfig
from textgen.training import script_task, trainer
from textgen.training.batches import Windows
from textgen.training.checkpoint import Run
from textgen.training.network_steps import LanguageModelStep

ingredients, variants = script("ingredients"), script("variants")
TRAINING = ScriptTrainingConfig(Budget(steps=10), streams=2, window=5, dropout=0.5)
BATCHES = Windows(np.random.default_rng(0).integers(8, 270, 200), 2, 5, 0.0, 0)


def test_schedules_by_hand() -> None:
    assert ingredients.cosine(0.0) == 1.0
    assert ingredients.cosine(0.5) == pytest.approx(0.5)
    assert [ingredients.linear(at) for at in (0.0, 0.75, 1.0)] == [1.0, 0.25, 0.0]
    assert [ingredients.late_linear(at) for at in (0.0, 0.5, 0.75, 1.0)] == [1.0, 1.0, 0.5, 0.0]
    restarts = [ingredients.warm_restarts(at / 7) for at in (0, 0.5, 0.999999, 1, 2, 3, 5, 7)]
    assert restarts == pytest.approx([1, 0.5, 0, 1, 0.5, 1, 0.5, 0], abs=1e-5)


def test_a_schedule_takes_the_place_of_the_packages_own() -> None:
    peak_1, peak_8 = (ScriptTrainingConfig(Budget(steps=10), learning_rate=peak) for peak in (1.0, 8.0))
    usual = trainer.learning_rate(peak_1, 49, 0.5)
    with variants.Variant(patches=ingredients.schedule(ingredients.linear, warm_up=50)).patched():
        assert [trainer.learning_rate(peak_8, *at) for at in ((0, 0.0), (24, 0.5), (49, 0.5))] == [8 / 50, 2.0, 4.0]
    assert trainer.learning_rate(peak_1, 49, 0.5) == usual


def test_the_average_follows_the_weights() -> None:
    class Half:
        """Halves all weights."""

        def __init__(self, learner: Any) -> None:
            self.model, self.optimizer = learner, object()

        def initial_state(self) -> list[Any]:
            return []

        def __call__(self, batch: Any, state: Any, step: int, rate: float) -> tuple[float, Any]:
            for variable in self.model.named_weights().values():
                variable.assign(variable * 0.5)
            return 1.0, state

    usual = SimpleNamespace(step=lambda at, learner, batches: Half(learner))
    average = network(config())
    average.softmax.bias.assign(np.full(270, 8.0))
    step = ingredients.averaged(0.5)(usual).step(None, average, None)
    assert step.model is average
    step(None, [], 0, 0.1)  # the decay is a tenth at first: 4 + 0.1 * (8 - 4)
    assert float(average.softmax.bias[0]) == pytest.approx(4.4)
    step(None, [], 20, 0.1)  # 2 + 0.5 * (4.4 - 2)
    assert float(average.softmax.bias[0]) == pytest.approx(3.2)


def test_the_bias_begins_with_frequencies() -> None:
    usual = SimpleNamespace(step=lambda at, network, batches: network)
    model = ingredients.frequencies_first(usual).step(None, network(config()), BATCHES)
    probabilities = np.exp(np.asarray(model.softmax.bias))
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)
    token = int(BATCHES.ids[0])
    expected = (np.count_nonzero(BATCHES.ids == token) + 0.1) / (len(BATCHES.ids) + 27)
    assert probabilities[token] == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
def test_large_and_restless_outputs_are_paid_for() -> None:
    """Without dropout the penalty is that of the outputs themselves, which an ordinary pass gives."""
    training = replace(TRAINING, dropout=0.0)
    patches = ingredients.activation_regularisation(2.0, 3.0)
    at = SimpleNamespace(run=Run(training, (1, 1), (1, 1), 1), model=SimpleNamespace(tokenizer=None))
    with variants.Variant(patches=patches).patched():
        model = script_task.KerasLanguageModel(config())
        for name, variable in network(config()).named_weights().items():
            model.named_weights()[name].assign(variable)
        step = script_task.ScriptTask.step(SimpleNamespace(), at, model, BATCHES)
    usual = LanguageModelStep(network(config()), training, 2)
    batch, zeros, number = tuple(BATCHES.batch(0)), usual.initial_state(), tf.constant(0, tf.int64)
    nats, loss, _ = step.losses(batch, zeros, number)
    plain, _, _ = usual.losses(batch, zeros, number)
    outputs = model.seen.windows[0][0].numpy()
    penalty = 2.0 * np.mean(outputs**2) + 3.0 * np.mean((outputs[1:] - outputs[:-1]) ** 2)
    assert outputs.shape == (5, 2, 12)
    assert float(nats) == pytest.approx(float(plain), rel=1e-5)
    assert float(loss - plain) == pytest.approx(penalty, rel=1e-3)
    assert np.isfinite(step(batch, zeros, 0, 0.01)[0])  # and it compiles
