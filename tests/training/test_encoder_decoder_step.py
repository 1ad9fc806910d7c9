from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.training.test_batches import Exchange, stored
from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig
from textgen.inference.encoder_decoder import EncoderDecoder as NumpyModel
from textgen.models.encoder_decoder import KerasEncoderDecoder
from textgen.tokenizers.base import END, START, TURN
from textgen.training.batches import PairBatch, Pairs, PairStore, gather
from textgen.training.network_steps import EncoderDecoderStep, EncoderDecoderValidation
from textgen.training.prepare import initial_weights
from textgen.training.step import exported

CONFIG = EncoderDecoderConfig(270, embedding=10, hidden=12, layers=1)


def network() -> KerasEncoderDecoder:
    model = KerasEncoderDecoder(CONFIG)
    for name, variable in model.named_weights().items():
        variable.assign(initial_weights(CONFIG, 0)[name])
    return model


def exchanges(count: int = 20) -> list[Exchange]:
    """Contexts of several lengths whose first word is the first of the reply."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(count):
        word, context, reply = int(random.integers(10, 14)), *(int(n) for n in random.integers(0, 5, 2))
        made.append(([START, word, *[9] * context, TURN], [START, word, *[8] * reply, END]))
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PairStore:
    return stored(tmp_path_factory.mktemp("pairs"), exchanges())


def step_of(model: KerasEncoderDecoder, batch: int, **settings: Any) -> EncoderDecoderStep:
    plain = {"dropout": 0.0, "label_smoothing": 0.0}
    return EncoderDecoderStep(model, ChatTrainingConfig(Budget(steps=60), **{**plain, **settings}), batch)


def expected_nats(model: KerasEncoderDecoder, chosen: list[Exchange], alone: bool = False) -> tuple[float, int]:
    """What the NumPy pass finds: nats and tokens."""
    contexts = [[START] if alone else context for context, _ in chosen]
    scores = NumpyModel(CONFIG, exported(model)).score(contexts, [reply for _, reply in chosen])
    return -float(np.concatenate(scores).sum()), sum(map(len, scores))


def losses(step: EncoderDecoderStep, batch: PairBatch, number: int = 0) -> tuple[float, float]:
    """What is told of a batch and what is minimised, in nats a token."""
    told, minimised, state = step.losses(tuple(batch), [], tf.constant(number, tf.int64))
    assert state == []
    return float(told), float(minimised)


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True])
def test_the_loss_is_the_cross_entropy_of_the_replies(store: PairStore, alone: bool) -> None:
    batch, model = gather(store, range(6), np.full(6, alone)), network()
    assert 0 < batch.scored.mean() < 1
    nats, tokens = expected_nats(model, exchanges()[:6], alone)
    assert losses(step_of(model, 6), batch) == pytest.approx([nats / tokens] * 2, abs=1e-5)


def test_smoothed_labels_change_what_is_learned_but_not_what_is_told(store: PairStore) -> None:
    batch, model = gather(store, range(6), np.zeros(6, bool)), network()
    plain, _ = losses(step_of(model, 6), batch)
    told, minimised = losses(step_of(model, 6, label_smoothing=0.5), batch)
    assert told == plain
    logits = np.asarray(model(*batch[:3]), np.float64)
    surprise = np.log(np.exp(logits).sum(-1)) - logits.mean(-1)  # of all ids, on average
    even = float((surprise * batch.scored).sum()) / batch.tokens
    assert minimised == pytest.approx(0.5 * plain + 0.5 * even, abs=1e-5)


@pytest.mark.slow
def test_shards_change_nothing_but_the_order_of_sums(tmp_path: Path) -> None:
    batch, results = gather(stored(tmp_path, exchanges(32)), range(32), np.zeros(32, bool)), []
    for count in (1, 2):
        settings = {"dropout": 0.4, "weight_drop": 0.3, "embedding_dropout": 0.2, "label_smoothing": 0.1}
        step = step_of(network(), 32, towers=count, **settings)
        loss, _ = step(batch, [], 0, 1e-2)
        results.append([loss, *step.optimizer.first.values()])
    for one, other in zip(*results, strict=True):
        assert np.allclose(one, other, atol=1e-6)


@pytest.mark.slow
def test_each_step_draws_its_own_noise(store: PairStore) -> None:
    batch, step = gather(store, range(6), np.zeros(6, bool)), step_of(network(), 6, dropout=0.4)
    told = [losses(step, batch, number)[0] for number in (0, 1, 0)]
    assert told[0] == told[2] != told[1]


def test_padding_is_not_scored(store: PairStore) -> None:
    batch, step = gather(store, range(6), np.zeros(6, bool)), step_of(network(), 6, label_smoothing=0.1)
    longer = PairBatch(*(np.pad(part, ((0, more), (0, 0))) for part, more in zip(batch, (3, 3, 2, 2, 2), strict=True)))
    assert losses(step, longer) == pytest.approx(losses(step, batch), abs=1e-6)


@pytest.mark.slow
def test_learning_lowers_the_loss_and_changes_every_weight(store: PairStore) -> None:
    model = network()
    before = exported(model)
    step, pairs, told = step_of(model, 10), Pairs(store, 10, 0.0, 0), []
    for number in range(40):
        loss, _ = step(pairs.batch(number), [], number, 2e-2)
        told.append(loss)
    assert np.mean(told[-5:]) < 0.4 * told[0]
    assert all(not np.array_equal(before[name], array) for name, array in exported(model).items())
    # The reply's first word is in the context, so the context is worth something now.
    with_context, without = (expected_nats(model, exchanges(), alone)[0] for alone in (False, True))
    assert with_context < without


@pytest.mark.slow
def test_a_step_is_a_function_of_weights_batch_and_number(store: PairStore) -> None:
    results = []
    for _ in range(2):
        model, pairs = network(), Pairs(store, 10, 0.2, 0)
        step = step_of(model, 10, dropout=0.4, weight_drop=0.3, embedding_dropout=0.1, label_smoothing=0.1)
        told = [step(pairs.batch(number), [], number, 1e-2)[0] for number in range(3)]
        results.append((told, exported(model)))
    (ours, weights), (theirs, others) = results
    assert ours == theirs
    assert all(np.array_equal(weights[name], others[name]) for name in weights)


@pytest.mark.slow
def test_the_validation_pass_is_the_score_of_the_numpy_pass(store: PairStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EncoderDecoderValidation, "_BATCH", 7)
    model = network()
    nats, tokens = expected_nats(model, exchanges())
    assert EncoderDecoderValidation(model, store, limit=1000)() == pytest.approx(nats / tokens, abs=1e-5)
    few = EncoderDecoderValidation(model, store, limit=3)
    assert sorted(few.exchanges) == [0, 9, 19]
    nats, tokens = expected_nats(model, [exchanges()[k] for k in (0, 9, 19)])
    assert few() == pytest.approx(nats / tokens, abs=1e-5)


@pytest.mark.slow
def test_one_held_out_exchange_can_be_scored(tmp_path: Path) -> None:
    model, one = network(), exchanges()[:1]
    nats, tokens = expected_nats(model, one)
    assert EncoderDecoderValidation(model, stored(tmp_path, one), 4000)() == pytest.approx(nats / tokens, abs=1e-5)
