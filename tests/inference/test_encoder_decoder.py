"""The NumPy encoder-decoder against the formulas written out for one exchange, and what padding does: nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.inference.exchanges import (
    CONTEXT_LENGTHS,
    KINDS,
    REPLY_LENGTHS,
    VOCABULARY,
    config,
    encoder_decoder,
    exchanges,
)
from tests.inference.small import random_weights
from textgen.config import EncoderDecoderConfig
from textgen.errors import ModelError
from textgen.inference import encoder_decoder as module
from textgen.inference.encoder_decoder import EncoderDecoder, padded
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import FIRST_LABEL, PAD, START, TURN

Vector = Any


def lstm(weights: dict[str, Vector], name: str, x: Vector, h: Vector, c: Vector) -> tuple[list[Vector], Vector, Vector]:
    """A layer over the vectors of one exchange, in the words of the textbook."""
    kernel, recurrent, bias = (weights[f"{name}/{part}"] for part in ("kernel", "recurrent_kernel", "bias"))
    outputs = []
    for vector in x:
        i, f, g, o = np.split(vector @ kernel + h @ recurrent + bias, 4)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return outputs, h, c


def by_hand(chosen: EncoderDecoderConfig, context: Sequence[int], reply: Sequence[int]) -> Vector:
    """Log-probabilities of every id after each id of the reply but the last, in float64 and without a batch."""
    weights = {name: array.astype(np.float64) for name, array in random_weights(chosen).items()}
    table, nothing = weights["embedding"], np.zeros(chosen.hidden // 2)
    memory, finals = [table[k] for k in context], []
    if chosen.told_whose:  # the last turn is the other side's
        own = [(list(context[k:]).count(TURN) + 1) % 2 for k in range(len(context))]
        memory = [vector + weights["whose"][side] for vector, side in zip(memory, own, strict=True)]
    for k in range(chosen.layers):
        there, h_there, c_there = lstm(weights, f"encoder_{k}/forward", memory, nothing, nothing)
        back, h_back, c_back = lstm(weights, f"encoder_{k}/backward", memory[::-1], nothing, nothing)
        memory = [np.concatenate(pair) for pair in zip(there, back[::-1], strict=True)]
        finals.append((np.concatenate([h_there, h_back]), np.concatenate([c_there, c_back])))
    x = [table[k] for k in reply[:-1]]
    for k, (h, c) in enumerate(finals):
        x, _, _ = lstm(weights, f"decoder_{k}", x, h, c)
    rows = []
    for h in x:
        vector = h @ weights["output/kernel"]
        if chosen.attention:
            scores = np.array([h @ (weights["attention/key"].T @ m) for m in memory])
            if chosen.scaled:
                scores /= chosen.hidden**0.5
                scores[0] -= np.inf if len(context) > 1 else 0.0
            shares = np.exp(scores) / np.exp(scores).sum()
            vector += sum(share * m for share, m in zip(shares, memory, strict=True)) @ weights["attention/value"]
        logits = table @ np.tanh(vector) + weights["output/bias"]
        for place, token in enumerate(context) if chosen.copying else ():
            if token >= FIRST_LABEL:
                key = weights["copy/key"].T @ memory[place] + weights["copy/previous"].T @ table[context[place - 1]]
                score = (h @ weights["copy/query"]) @ np.tanh(key) / chosen.embedding**0.5
                score += h @ weights["copy/gate"][:, 0] + weights["copy/bias"][0]
                logits[token] = np.logaddexp(logits[token], score)
        rows.append(logits - np.log(np.exp(logits).sum()))
    return np.stack(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_of_a_ragged_batch_are_the_formulas(kind: str) -> None:
    contexts, replies = exchanges()
    scores = encoder_decoder(**KINDS[kind]).score(contexts, replies)
    assert [len(score) for score in scores] == [length - 1 for length in REPLY_LENGTHS]
    for score, context, reply in zip(scores, contexts, replies, strict=True):
        expected = by_hand(config(**KINDS[kind]), context, reply)[np.arange(len(reply) - 1), reply[1:]]
        assert np.abs(score - expected).max() < 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_steps_are_the_teacher_forced_pass(kind: str) -> None:
    network, (contexts, replies) = encoder_decoder(**KINDS[kind]), exchanges()
    ids, _ = padded(replies)
    state = network.read(contexts)
    scores = network.score(contexts, replies)
    for t in range(max(REPLY_LENGTHS) - 1):
        logits, state = network.step(ids[t], state)
        assert logits.shape == (5, VOCABULARY)
        exact = np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1)) + logits.max(1)
        for row, reply in enumerate(replies):
            if t + 1 < len(reply):
                assert scores[row][t] == pytest.approx(logits[row, reply[t + 1]] - exact[row], abs=1e-4)


def test_a_step_leaves_the_state_before_it_alone() -> None:
    network = encoder_decoder()
    state = network.read(exchanges()[0])
    before = [part.copy() for part in state]
    first, _ = network.step(np.full(5, START), state)
    again, _ = network.step(np.full(5, START), state)
    assert np.array_equal(first, again)
    assert all(np.array_equal(one, other) for one, other in zip(state, before, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_an_exchange_alone_is_the_exchange_in_a_batch(kind: str) -> None:
    network, (contexts, replies) = encoder_decoder(**KINDS[kind]), exchanges()
    together = network.score(contexts, replies)
    for context, reply, score in zip(contexts, replies, together, strict=True):
        (alone,) = network.score([context], [reply])
        assert np.abs(alone - score).max() < 1e-5


def test_the_state_has_a_row_for_each_context() -> None:
    with_attention = encoder_decoder(layers=2).read(exchanges()[0])
    shapes = [(5, 12)] * 4 + [(5, 9, 12), (5, 9, 10), (5, 9)]
    assert [part.shape for part in with_attention] == shapes
    assert all(part.dtype == np.float32 for part in with_attention)
    blocked = with_attention[-1]
    assert [int((row == 0).sum()) for row in blocked] == list(CONTEXT_LENGTHS)
    assert np.isneginf(blocked[1, 1:]).all()
    assert len(encoder_decoder(attention=False, layers=1).read(exchanges()[0])) == 2


def test_rows_of_the_state_can_be_taken_repeated_and_put_in_another_order() -> None:
    network, (contexts, _) = encoder_decoder(), exchanges()
    order = np.array([3, 0, 0])
    chosen = tuple(part[order] for part in network.read(contexts))
    logits, _ = network.step(np.full(3, START), chosen)
    expected, _ = network.step(np.full(5, START), network.read(contexts))
    assert np.abs(logits - expected[order]).max() < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_contexts_read_apart_are_joined_and_what_padded_them_is_cut_off_again(kind: str) -> None:
    network, (contexts, _) = encoder_decoder(**KINDS[kind]), exchanges()
    whole = network.read(contexts)
    apart = network.joined([network.read(contexts[:2]), network.read(contexts[2:])])
    logits, expected = (network.step(np.full(5, START), state)[0] for state in (apart, whole))
    assert np.abs(logits - expected).max() < 1e-5
    shortest = network.read([min(contexts, key=len)])
    left = tuple(part[[int(np.argmin([len(context) for context in contexts]))]] for part in apart)
    assert [part.shape[1:] for part in network.joined([left, shortest])] == [part.shape[1:] for part in shortest]


def test_the_empty_context_is_read_as_its_one_token() -> None:
    network = encoder_decoder(layers=1)
    logits, _ = network.step(np.array([START]), network.read([[START]]))
    expected = by_hand(config(layers=1), [START], [START, PAD])[0]
    assert np.abs(logits[0] - np.log(np.exp(logits[0]).sum()) - expected).max() < 1e-4


def under_the_padding(monkeypatch: pytest.MonkeyPatch, ids: int, seen: bool) -> None:
    """Puts other ids under the padding of contexts, and perhaps takes the mask away."""

    def other(rows: Sequence[Sequence[int]]) -> Any:
        own, mask = padded(rows)
        return np.where(mask, own, ids), mask | seen

    monkeypatch.setattr(module, "padded", other)


@pytest.mark.parametrize("kind", ["one layer", "no attention", "everything"])
def test_ids_under_the_padding_change_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, (contexts, replies) = encoder_decoder(**KINDS[kind]), exchanges()
    expected = network.score(contexts, replies)
    under_the_padding(monkeypatch, ids=77, seen=False)
    for ours, theirs in zip(network.score(contexts, replies), expected, strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("kind", ["one layer", "no attention", "everything"])
def test_the_mask_is_needed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, (contexts, replies) = encoder_decoder(**KINDS[kind]), exchanges()
    expected = network.score(contexts, replies)
    under_the_padding(monkeypatch, ids=PAD, seen=True)
    changed = [np.abs(a - b).max() for a, b in zip(network.score(contexts, replies), expected, strict=True)]
    padding = np.array(CONTEXT_LENGTHS) < max(CONTEXT_LENGTHS)
    assert np.min(np.array(changed)[padding]) > 1e-3
    assert np.max(np.array(changed)[~padding]) < 1e-6


def test_the_context_matters() -> None:
    network, (contexts, replies) = encoder_decoder(), exchanges()
    own, other = network.score(contexts, replies), network.score(contexts[::-1], replies)
    assert np.abs(own[0] - other[0]).max() > 1e-2
    assert np.abs(own[2] - other[2]).max() < 1e-6  # the one in the middle has kept its context


@pytest.mark.parametrize("rows_at_a_time", [1, 2])
def test_softmaxes_of_a_few_rows_at_a_time_are_the_same(rows_at_a_time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    network, (contexts, replies) = encoder_decoder(), exchanges()
    expected = network.score(contexts, replies)
    monkeypatch.setattr(module, "_LOGITS_BYTES", rows_at_a_time * 4 * VOCABULARY * (max(REPLY_LENGTHS) - 1))
    for ours, theirs in zip(network.score(contexts, replies), expected, strict=True):
        assert np.abs(ours - theirs).max() < 1e-5


def test_float16_weights_are_widened() -> None:
    low = {name: array.astype(np.float16) for name, array in random_weights(config()).items()}
    high = {name: array.astype(np.float32) for name, array in low.items()}
    contexts, replies = exchanges()
    for ours, theirs in zip(*(EncoderDecoder(config(), w).score(contexts, replies) for w in (low, high)), strict=True):
        assert ours.dtype == np.float32
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("attention", [True, False])
def test_weights_of_another_kind_of_model_are_refused(attention: bool) -> None:
    good = random_weights(config(attention=attention))
    check_weights(config(attention=attention), good)
    with pytest.raises(ModelError, match=r"attention/key.*incomplete or mixed from two models"):
        check_weights(config(attention=not attention), good)
    with pytest.raises(ModelError, match=r"encoder_0/backward/kernel has shape \(10, 23\)"):
        check_weights(
            config(attention=attention), {**good, "encoder_0/backward/kernel": np.zeros((10, 23), np.float32)}
        )


def test_padded_by_hand() -> None:
    ids, mask = padded([[7, 8], [9], []])
    assert ids.tolist() == [[7, 9, PAD], [8, PAD, PAD]]
    assert mask.tolist() == [[True, True, False], [True, False, False]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_is_the_scoring_pass_with_attention(kind: str) -> None:
    network = encoder_decoder(**KINDS[kind])
    for context, reply in zip(*exchanges(), strict=True):
        logits, attention, copied = network.trace(context, reply)
        wide = logits.astype(np.float64)
        found = (wide - np.log(np.exp(wide).sum(axis=1, keepdims=True)))[np.arange(len(wide)), reply[1:]]
        assert found == pytest.approx(network.score([context], [reply])[0], abs=1e-5)
        (weights,) = network.attention([context], [reply])
        assert (attention is None) == (weights.size == 0)
        assert attention is None or np.array_equal(attention, weights)
        assert (copied is None) == (not network.config.copying)


@pytest.mark.parametrize(("bias", "share"), [(-60.0, 0.0), (60.0, 1.0)])
def test_a_network_that_always_or_never_copies(bias: float, share: float) -> None:
    chosen = config(**KINDS["copying"])
    network = EncoderDecoder(chosen, {**random_weights(chosen), "copy/bias": np.array([bias], np.float32)})
    copied = network.trace([START, 20, 21, 20, TURN], [START, 20, 22, 21])[2]
    assert copied == pytest.approx([share, 0.0, share], abs=1e-5)  # 22 does not stand in the context
