"""How a chat model's discriminator learns which reply fits which message."""

import numpy as np
import pytest

from tests.generation.small import chat_model
from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.decoding.constraints.base import Pieces
from textgen.discriminator.matching import MessageReply, WordChanger, hits_at_1, scores_among_others
from textgen.discriminator.metrics import Examples
from textgen.errors import TrainingError
from textgen.inference.discriminator import Discriminator
from textgen.models.discriminator import KerasDiscriminator
from textgen.tokenizers.base import LINE_END, START, TURN
from textgen.tokenizers.word import WordTokenizer
from textgen.training import discriminator_task
from textgen.training import matching_task as module
from textgen.training.matching_task import MatchingBatches, MatchingStep, MatchingTask, joined_sources, token_vectors
from textgen.training.prepare import initial_weights
from textgen.training.real_texts import RealTexts
from textgen.training.step import exported

WORDS = [f"word{k}" for k in range(40)]
TOKENIZER = WordTokenizer.learn([" ".join(WORDS)] * 3, [])
CONFIG = DiscriminatorConfig(TOKENIZER.vocabulary_size, embedding=8, widths=(1, 2), filters=8, matching=8)


def reply(*words: int) -> list[int]:
    return [*TOKENIZER.encode(" ".join(WORDS[k] for k in words)), LINE_END]


EXCHANGES = [MessageReply(reply(k)[:-1], reply(30 + k % 3, 20 + k % 10, k + 10)) for k in range(10) for _ in range(6)]
"""The last word of a reply is told by the message, and shared by none."""

OWN = [MessageReply(one.message, reply(39, 39)) for one in EXCHANGES]
TEXTS = Examples([reply(1, 2), reply(39, 39)] * 20, np.arange(40) % 2 == 0)


def batches(seed: int = 1) -> MatchingBatches:
    return MatchingBatches([EXCHANGES], OWN, TEXTS, WordChanger(Pieces(TOKENIZER)), seed)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAIRS", 20)
    monkeypatch.setattr(module, "_JUDGED", (8, 8))
    monkeypatch.setattr(module, "_FEWEST_STEPS", 3)


def rows(ids: np.ndarray, lengths: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(row[:length].tolist()) for row, length in zip(ids, lengths, strict=True)]


def test_an_epoch_sees_each_exchange_once_in_an_order_of_its_own() -> None:
    made, orders = batches(), []
    assert made.steps_per_epoch == 3
    for epoch in range(2):
        seen = []
        for step in range(3 * epoch, 3 * epoch + 3):
            found = made.batch(step)
            pairs = zip(
                rows(found.messages, found.message_lengths), rows(found.replies, found.reply_lengths), strict=True
            )
            seen += list(pairs)
        assert sorted(seen) == sorted((tuple(one.message), tuple(one.reply)) for one in EXCHANGES)
        orders.append(seen)
    assert orders[0] != orders[1]
    again, other = batches().batch(4), batches(seed=2).batch(4)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(made.batch(4), again, strict=True))
    assert not np.array_equal(again.replies, other.replies)


def test_a_batch_is_of_one_source_and_an_epoch_has_all_of_them() -> None:
    sources = [[MessageReply(reply(k), reply(k, j)) for j in range(40)] for k in range(4)]
    made = MatchingBatches(sources, OWN, TEXTS, WordChanger(Pieces(TOKENIZER)), 1)
    assert made.steps_per_epoch == 8
    orders = []
    for epoch in range(2):
        found = [made.batch(8 * epoch + step) for step in range(8)]
        told = [{row[0] for row in rows(batch.replies, batch.reply_lengths)} for batch in found]
        assert all(len(first) == 1 for first in told)
        seen = [row for batch in found for row in rows(batch.replies, batch.reply_lengths)]
        assert sorted(seen) == sorted(tuple(one.reply) for source in sources for one in source)
        orders.append(seen)
    assert orders[0] != orders[1]


def test_small_sources_are_joined() -> None:
    def sizes(*counts: int) -> list[int]:
        sources = [[MessageReply(reply(1), reply(2))] * count for count in counts]
        return [len(source) for source in joined_sources(sources, 10)]

    assert sizes(30, 20) == [20, 30]
    assert sizes(30, 4, 3, 20) == [27, 30]
    assert sizes(6, 6, 6) == [18]
    assert sizes(3, 4) == [7]
    assert sizes(2) == [2]


def test_a_batch_numbers_equal_replies_alike_and_changes_the_first_of_them() -> None:
    found = batches().batch(0)
    replies = rows(found.replies, found.reply_lengths)
    for one, told in zip(found.numbers, replies, strict=True):
        assert [number == one for number in found.numbers] == [other == told for other in replies]
    changed = rows(found.changed, found.changed_lengths)
    assert len(changed) == len(found.asked) == len(found.own) == 8
    assert all(new[0] == old[0] and new != old for new, old in zip(changed, replies, strict=False))
    assert found.altered.tolist() == [1.0] * 8
    assert set(rows(found.own, found.own_lengths)) == {tuple(reply(39, 39))}
    assert len(found.texts) == len(found.real) == 16


def test_a_reply_with_nothing_to_change_is_no_wrong_one() -> None:
    pairs = [MessageReply(reply(k % 10)[:-1], reply(k % 2)) for k in range(60)]
    found = MatchingBatches([pairs], OWN, TEXTS, WordChanger(Pieces(TOKENIZER)), 1).batch(0)
    assert found.altered.tolist() == [0.0] * 8


def network() -> KerasDiscriminator:
    model = KerasDiscriminator(CONFIG)
    for name, array in initial_weights(CONFIG, 0).items():
        model.named_weights()[name].assign(array)
    return model


@pytest.mark.slow
def test_the_loss_is_that_of_the_numpy_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DROPOUT", 0.0)
    model = network()
    for name in ("output/kernel", "match/shared", "match/bias"):
        weight = model.named_weights()[name]  # zero at the beginning
        weight.assign(np.random.default_rng(0).normal(0, 1, weight.shape))
    given = batches().batch(0)
    numpy = Discriminator(CONFIG, exported(model))
    messages, replies = rows(given.messages, given.message_lengths), rows(given.replies, given.reply_lengths)
    scores = np.array([numpy.matches([message] * 20, replies) for message in messages])
    same = (given.numbers[:, None] == given.numbers) & ~np.eye(20, dtype=bool)
    ranking = np.mean(np.logaddexp.reduce(np.where(same, -np.inf, scores), axis=1) - scores.diagonal())
    asked, own = rows(given.asked, given.asked_lengths), rows(given.own, given.own_lengths)
    changed = rows(given.changed, given.changed_lengths)
    right = numpy.logits(replies[:8], messages=messages[:8])
    wrong = numpy.logits([*own, *changed, *replies[1:8], replies[0]], messages=[*asked, *messages[:8], *messages[:8]])
    alone = np.where(given.real > 0, -1, 1) * numpy.logits(rows(given.texts, given.text_lengths))
    following = [one != told for one, told in zip([*replies[1:8], replies[0]], replies, strict=False)]
    counts = np.concatenate([np.ones(8), given.altered, following])
    as_reply = 0.5 * (np.logaddexp(0, -right).mean() + np.average(np.logaddexp(0, wrong), weights=counts))
    step = MatchingStep(model, TrainingConfig(Budget(steps=1), dropout=0.0))
    loss, state = step(given, [], 0, 0.0)
    assert loss == pytest.approx(ranking + as_reply + np.logaddexp(0, alone).mean(), abs=1e-3)
    assert state == []


def test_first_token_vectors_are_the_models() -> None:
    random = np.random.default_rng(0)
    known = (random.normal(size=(50, 6)) * [9, 8, 7, 0.01, 0.01, 0.01] + 5).astype(np.float32)
    drawn = random.normal(size=(50, 3)).astype(np.float32)
    found = token_vectors(known, drawn)
    apart, were = (np.linalg.norm(one[:, None] - one, axis=-1) for one in (found, known))
    upper = np.triu_indices(50, 1)
    assert np.corrcoef(apart[upper], were[upper])[0, 1] > 0.999  # what little is left out aside, all are as far apart
    assert found.std() == pytest.approx(drawn.std(), rel=1e-3)
    wide = random.normal(size=(50, 8)).astype(np.float32)
    filled = token_vectors(known, wide)
    assert np.array_equal(filled[:, 6:], wide[:, 6:]) and not np.array_equal(filled[:, 5], wide[:, 5])
    assert np.array_equal(token_vectors(np.ones((50, 2), np.float32), drawn)[:, 2], drawn[:, 2])


@pytest.mark.slow
def test_it_learns_which_reply_a_message_has_and_how_its_own_replies_read() -> None:
    model = network()
    step, made = MatchingStep(model, TrainingConfig(Budget(steps=200), dropout=0.1)), batches()
    for number in range(200):
        step(made.batch(number), [], number, 0.02)
    numpy = Discriminator(CONFIG, exported(model))
    once = EXCHANGES[::6]
    right, wrong = (
        numpy.logits([one.reply for one in told], messages=[one.message for one in once])
        for told in (once, [*once[1:], once[0]])
    )
    assert (right > 0).all() and (wrong < 0).all()
    assert (numpy.logits([reply(39, 39), reply(1, 2)]) > 0).tolist() == [False, True]
    scores = scores_among_others(EXCHANGES, numpy.matches)
    assert hits_at_1(scores) is not None


def test_replies_to_no_message_are_refused_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def real(contexts: list[list[int]]) -> RealTexts:
        contexts = contexts * 100
        replies = [reply(1, 2)] * len(contexts)
        return RealTexts(replies, replies, "0f", *[[np.array(context) for context in contexts]] * 2, [0] * len(replies))

    task = MatchingTask(chat_model(), 600, lambda real, note: [], {})
    monkeypatch.setattr(discriminator_task, "stored_texts", lambda *about: real([[START], [START, 9, TURN]]))
    task.read(print)
    monkeypatch.setattr(discriminator_task, "stored_texts", lambda *about: real([[START]] * 2))
    with pytest.raises(TrainingError, match="which replies fit which messages, but none of the real replies to learn"):
        task.read(print)
