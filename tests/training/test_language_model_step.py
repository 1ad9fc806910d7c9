import numpy as np
import pytest

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.inference.language_model import LanguageModel as NumpyModel
from textgen.inference.language_model import lay_out, score_ids
from textgen.models.language_model import KerasLanguageModel
from textgen.tokenizers.base import END, START
from textgen.training.batches import WindowBatch, Windows
from textgen.training.network_steps import CandidateSampler, LanguageModelStep, LanguageModelValidation
from textgen.training.prepare import initial_weights
from textgen.training.step import exported

CONFIG = ModelConfig(270, embedding=10, hidden=12, layers=2, tied=True)


def network() -> KerasLanguageModel:
    model = KerasLanguageModel(CONFIG)
    for name, variable in model.named_weights().items():
        variable.assign(initial_weights(CONFIG, 0)[name])
    return model


def documents(count: int = 12, length: int = 20) -> np.ndarray:
    random = np.random.default_rng(0)
    return np.concatenate([[START, *random.integers(7, 270, length), END] for _ in range(count)]).astype(np.uint16)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("sampler", [None, CandidateSampler(270, range(8, 270), 50, seed=0)])
def test_a_step_is_a_function_of_weights_batch_state_and_number(sampler: CandidateSampler | None) -> None:
    results = []
    for _ in range(2):
        model, windows = network(), Windows(documents(), 4, 8, 0.1, seed=0)
        config = ScriptTrainingConfig(Budget(steps=60), dropout=0.4, embedding_dropout=0.1, weight_drop=0.3)
        step = LanguageModelStep(model, config, 4, sampler)
        state = step.initial_state()
        for number in range(3):
            _, state = step(windows.batch(number), state, number, 1e-2)
        results.append(exported(model))
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


@pytest.mark.slow
def test_shards_change_nothing_but_the_order_of_sums() -> None:
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


@pytest.mark.slow
def test_each_step_draws_its_own_noise() -> None:
    batch = Windows(documents(), 4, 8, 0.0, seed=0).batch(0)
    step = LanguageModelStep(network(), ScriptTrainingConfig(Budget(steps=2), dropout=0.4), 4)
    losses = [step(batch, step.initial_state(), number, 0.0)[0] for number in (0, 1, 0)]
    assert losses[0] == losses[2] != losses[1]


@pytest.mark.slow
def test_targets_that_are_all_start_teach_nothing() -> None:
    model = network()
    step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=1), weight_decay=0.0), 1)
    before = exported(model)
    ids = np.full((2, 1), START, np.int32)
    loss, _ = step(WindowBatch(ids, ids, np.zeros((2, 1), np.float32)), step.initial_state(), 0, 1e-2)
    assert loss == 0.0
    assert all(np.array_equal(before[name], array) for name, array in exported(model).items())


@pytest.mark.slow
def test_the_validation_pass_is_the_score_of_the_numpy_pass() -> None:
    ids, model = documents(), network()
    nats, tokens = score_ids(NumpyModel(CONFIG, exported(model)), ids, lanes=1)
    exact = LanguageModelValidation(model, lay_out(ids, 1))
    assert exact.tokens == tokens
    assert exact() == pytest.approx(nats / tokens, abs=1e-5)
    assert LanguageModelValidation(model, lay_out(ids, 6))() == pytest.approx(nats / tokens, abs=1e-4)
    in_two_shards = LanguageModelValidation(model, lay_out(ids, 32), most=2)
    assert in_two_shards() == pytest.approx(nats / tokens, abs=1e-4)


def test_exported_weights_are_copies() -> None:
    model = network()
    before = exported(model)["embedding"].copy()
    kept = exported(model)
    model.embedding.embeddings.assign(np.zeros_like(before))
    assert np.array_equal(kept["embedding"], before)


MANY = ModelConfig(600, embedding=10, hidden=16, layers=1, tied=True)


def zipfian(length: int, random: np.random.Generator) -> np.ndarray:
    """Words as often as their rank says; three in ten are the one that always follows the word before."""
    follower = np.random.default_rng(1).permutation(592)
    ids = [0]
    for _ in range(length):
        ids.append(int(follower[ids[-1]]) if random.random() < 0.3 else int(592 ** random.random()) - 1)
    return np.array([START, *(np.array(ids) + 8), END], np.uint16)


def learned(sampler: CandidateSampler | None) -> tuple[float, float]:
    """What the last of 120 training steps say on average, and the score on other text."""
    random = np.random.default_rng(2)
    windows, other = Windows(zipfian(20_000, random), 16, 16, 0.0, seed=0), zipfian(2_000, random)
    model = KerasLanguageModel(MANY)
    for name, variable in model.named_weights().items():
        variable.assign(initial_weights(MANY, 0)[name])
    step = LanguageModelStep(model, ScriptTrainingConfig(Budget(steps=120), dropout=0.0), 16, sampler)
    state, told = step.initial_state(), []
    for number in range(120):
        nats, state = step(windows.batch(number), state, number, 1e-2)
        told.append(nats)
    return float(np.mean(told[-20:])), LanguageModelValidation(model, lay_out(other, 8))()


@pytest.mark.slow
def test_a_quarter_of_the_words_teaches_about_as_much_as_all_and_tells_about_the_same() -> None:
    """Without the correction for each word's chance the score is 0.4 nats worse."""
    told, score = learned(None)
    estimate, sampled = learned(CandidateSampler(600, range(8, 600), 150, seed=0))
    assert score < np.log(592) - 1  # something is learned
    assert sampled == pytest.approx(score, abs=0.1)
    assert estimate == pytest.approx(told, abs=0.1)
