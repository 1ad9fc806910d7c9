import numpy as np
import pytest

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.data.windows import Batch, Windows
from textgen.inference.lanes import lay_out
from textgen.inference.language_model import LanguageModel as NumpyModel
from textgen.inference.scoring import score_ids
from textgen.models.language_model import LanguageModel
from textgen.text.special import END, START
from textgen.training.initialisation import initial_weights
from textgen.training.language_model_step import LanguageModelStep, LanguageModelValidation
from textgen.training.step import exported

CONFIG = ModelConfig(270, embedding=10, hidden=12, layers=2, tied=True)


def network() -> LanguageModel:
    model = LanguageModel(CONFIG)
    for name, variable in model.named_weights().items():
        variable.assign(initial_weights(CONFIG, 0)[name])
    return model


def documents(count: int = 12, length: int = 20) -> np.ndarray:
    random = np.random.default_rng(0)
    return np.concatenate([[START, *random.integers(7, 270, length), END] for _ in range(count)]).astype(np.uint16)


def test_the_first_loss_is_the_cross_entropy_of_all_targets_but_start() -> None:
    ids = documents()
    batch = Windows(ids, 4, 30, 0.0, seed=0).batch(0)
    assert (batch.targets == START).any()
    model = network()
    step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=1), dropout=0.0), 4)
    reference = NumpyModel(CONFIG, exported(model))
    scores, _ = reference.score(batch.inputs, batch.targets, batch.keep, reference.initial_state(4))
    loss, state = step(batch, step.initial_state(), 0, 1e-3)
    assert loss == pytest.approx(-scores[batch.targets != START].mean(), abs=1e-5)
    assert [tuple(part.shape) for part in state] == [(4, 12)] * 4


def test_learning_lowers_the_loss_and_changes_every_weight() -> None:
    model, windows = network(), Windows(documents(2), 2, 20, 0.0, seed=0)
    before = exported(model)
    step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=60), dropout=0.0), 2)
    state, losses = step.initial_state(), []
    for number in range(60):
        loss, state = step(windows.batch(number), state, number, 2e-2)
        losses.append(loss)
    assert np.mean(losses[-5:]) < 0.5 * losses[0]
    assert all(not np.array_equal(before[name], array) for name, array in exported(model).items())


def test_a_step_is_a_function_of_weights_batch_state_and_number() -> None:
    results = []
    for _ in range(2):
        model, windows = network(), Windows(documents(), 4, 8, 0.1, seed=0)
        step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=60), dropout=0.4, weight_drop=0.3), 4)
        state = step.initial_state()
        for number in range(3):
            _, state = step(windows.batch(number), state, number, 1e-2)
        results.append(exported(model))
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_towers_change_nothing_but_the_order_of_sums() -> None:
    batch, results = Windows(documents(40), 32, 8, 0.1, seed=0).batch(0), []
    for count in (1, 2):
        model = network()
        config = ScriptTrainingConfig(
            Budget(steps=1), towers=count, dropout=0.4, weight_drop=0.3, embedding_dropout=0.2
        )
        step = LanguageModelStep(model, config, 32)
        loss, state = step(batch, step.initial_state(), 0, 1e-2)
        results.append([loss, *state, *step.optimizer.first.values()])
    for one, other in zip(*results, strict=True):
        assert np.allclose(one, other, atol=1e-6)


def test_each_step_draws_its_own_noise() -> None:
    batch = Windows(documents(), 4, 8, 0.0, seed=0).batch(0)
    step = LanguageModelStep(network(), ScriptTrainingConfig(Budget(steps=2), dropout=0.4), 4)
    losses = [step(batch, step.initial_state(), number, 0.0)[0] for number in (0, 1, 0)]
    assert losses[0] == losses[2] != losses[1]


def test_targets_that_are_all_start_teach_nothing() -> None:
    model = network()
    step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=1), weight_decay=0.0), 1)
    before = exported(model)
    ids = np.full((2, 1), START, np.int32)
    loss, _ = step(Batch(ids, ids, np.zeros((2, 1), np.float32)), step.initial_state(), 0, 1e-2)
    assert loss == 0.0
    assert all(np.array_equal(before[name], array) for name, array in exported(model).items())


def test_the_validation_pass_is_the_score_of_the_numpy_pass() -> None:
    ids, model = documents(), network()
    nats, tokens = score_ids(NumpyModel(CONFIG, exported(model)), ids, lanes=1)
    exact = LanguageModelValidation(model, lay_out(ids, 1))
    assert exact.tokens == tokens
    assert exact() == pytest.approx(nats / tokens, abs=1e-5)
    assert LanguageModelValidation(model, lay_out(ids, 6))() == pytest.approx(nats / tokens, abs=1e-4)


def test_exported_weights_are_copies() -> None:
    model = network()
    before = exported(model)["embedding"].copy()
    kept = exported(model)
    model.embedding.assign(np.zeros_like(before))
    assert np.array_equal(kept["embedding"], before)
