"""The Keras encoder-decoder against the NumPy pass on ragged exchanges, gradients of padding, and its noise."""

import warnings
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

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
from textgen.inference.encoder_decoder import padded
from textgen.models.encoder_decoder import EncoderDecoderMasks, KerasEncoderDecoder

LONGEST, ROWS, TIME = max(CONTEXT_LENGTHS), len(CONTEXT_LENGTHS), max(REPLY_LENGTHS) - 1


def network(chosen: EncoderDecoderConfig, compute: str = "float32") -> KerasEncoderDecoder:
    model = KerasEncoderDecoder(chosen, compute)
    weights = random_weights(chosen)
    for name, variable in model.named_weights().items():
        variable.assign(weights[name])
    return model


def batch() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Contexts, which of them is no padding, inputs, targets, which of them are scored."""
    contexts, mask = padded(exchanges()[0])
    replies, real = padded(exchanges()[1])
    return contexts, mask.astype(np.float32), replies[:-1], replies[1:], real[1:].astype(np.float32)


def logits_of(model: KerasEncoderDecoder, noise: EncoderDecoderMasks | None = None) -> np.ndarray:
    contexts, real, inputs, _, _ = batch()
    return np.asarray(model(contexts, real, inputs, noise))


@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_the_numpy_steps(kind: str) -> None:
    ours, reference = logits_of(network(config(**KINDS[kind]))), encoder_decoder(**KINDS[kind])
    _, _, inputs, _, _ = batch()
    state, theirs = reference.read(exchanges()[0]), []
    for ids in inputs:
        logits, state = reference.step(ids, state)
        theirs.append(logits)
    assert ours.shape == (TIME, ROWS, VOCABULARY)
    assert ours.dtype == np.float32
    assert np.abs(ours - np.stack(theirs)).max() < 1e-4
    assert ours.std() > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_log_probabilities_are_those_of_the_numpy_pass(kind: str) -> None:
    _, _, _, targets, scored = batch()
    every = np.asarray(tf.nn.log_softmax(logits_of(network(config(**KINDS[kind])))))
    ours = np.take_along_axis(every, targets[..., None], axis=-1)[..., 0]
    theirs = encoder_decoder(**KINDS[kind]).score(*exchanges())
    for row, score in enumerate(theirs):
        assert np.abs(ours[scored[:, row] > 0, row] - score).max() < 1e-4


@pytest.mark.parametrize("kind", ["one layer", "no attention", "everything"])
def test_an_exchange_alone_is_the_exchange_in_a_batch(kind: str) -> None:
    model = network(config(**KINDS[kind]))
    contexts, real, inputs, _, _ = batch()
    together = logits_of(model)
    for row, (context, reply) in enumerate(zip(CONTEXT_LENGTHS, REPLY_LENGTHS, strict=True)):
        columns = (slice(context), [row]), (slice(reply - 1), [row])
        alone = np.asarray(model(contexts[columns[0]], real[columns[0]], inputs[columns[1]]))
        assert np.abs(alone - together[columns[1]]).max() < 1e-5


@pytest.mark.parametrize("kind", ["one layer", "no attention", "everything"])
def test_ids_under_the_padding_change_nothing_and_the_mask_is_needed(kind: str) -> None:
    model, expected = network(config(**KINDS[kind])), logits_of(network(config(**KINDS[kind])))
    contexts, real, inputs, _, _ = batch()
    other = np.where(real > 0, contexts, 77)
    assert np.array_equal(np.asarray(model(other, real, inputs)), expected)
    changed = np.abs(np.asarray(model(contexts, np.ones_like(real), inputs)) - expected).max(axis=(0, 2))
    padding = np.array(CONTEXT_LENGTHS) < LONGEST
    assert (changed[padding] > 1e-2).all()
    assert (changed[~padding] < 1e-6).all()


def gradients(model: KerasEncoderDecoder, given: Any) -> dict[str, np.ndarray]:
    """Of the sum of the scored targets' log-probabilities, for each weight."""
    contexts, real, inputs, targets, scored = given
    variables = {name: variable.value for name, variable in model.named_weights().items()}
    with tf.GradientTape() as tape:
        every = tf.nn.log_softmax(model(contexts, real, inputs))
        chosen = tf.gather(every, targets, batch_dims=2)
        total = tf.reduce_sum(chosen * scored)
    found = tape.gradient(total, variables)
    return {name: np.asarray(tf.convert_to_tensor(gradient)) for name, gradient in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["two layers", "no attention", "everything"])
def test_gradients_of_a_ragged_batch_are_those_of_its_exchanges_added_up(kind: str) -> None:
    model, given = network(config(**KINDS[kind])), batch()
    together = gradients(model, given)
    added = {name: np.zeros_like(array) for name, array in together.items()}
    for row, (context, reply) in enumerate(zip(CONTEXT_LENGTHS, REPLY_LENGTHS, strict=True)):
        cuts = [context, context, reply - 1, reply - 1, reply - 1]
        alone = gradients(model, [part[:cut, [row]] for part, cut in zip(given, cuts, strict=True)])
        added = {name: added[name] + alone[name] for name in added}
    for name, array in together.items():
        assert np.abs(array - added[name]).max() < 1e-4, name
        assert np.any(array), name  # it reaches every weight


@pytest.mark.slow
def test_compiled_is_eager() -> None:
    model = network(config())
    contexts, real, inputs, _, _ = (tf.constant(part) for part in batch())
    compiled = tf.function(lambda *given: model(*given))
    assert np.abs(np.asarray(compiled(contexts, real, inputs)) - logits_of(model)).max() < 1e-4


@pytest.mark.slow
def test_bfloat16_gives_float32_logits_close_by() -> None:
    exact, low = (logits_of(network(config(), compute)) for compute in ("float32", "bfloat16"))
    assert low.dtype == np.float32
    assert 0.0 < np.abs(low - exact).max() < 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_named_weights_are_all_weights_in_the_shapes_of_the_model_folder(kind: str) -> None:
    chosen = config(**KINDS[kind])
    model = KerasEncoderDecoder(chosen)
    named = model.named_weights()
    assert {name: tuple(v.shape) for name, v in named.items()} == {
        name: array.shape for name, array in random_weights(chosen).items()
    }
    assert {id(v) for v in named.values()} == {id(v) for v in model.weights}


def mask(*shape: int, seed: int = 3) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < 0.6).astype(np.float32) * 2


@pytest.mark.slow
def test_masks_on_weights_are_other_weights() -> None:
    chosen, weights = config(), random_weights(config())
    plain = logits_of(network(chosen))
    for name in ("encoder_0/forward", "encoder_1/backward", "decoder_1"):
        kernel = f"{name}/recurrent_kernel"
        dropped = mask(*weights[kernel].shape)
        masked = logits_of(network(chosen), EncoderDecoderMasks(recurrent={name: dropped}))
        by_hand = network(chosen)
        by_hand.named_weights()[kernel].assign(weights[kernel] * dropped)
        assert np.abs(masked - logits_of(by_hand)).max() < 1e-5, name
        assert np.abs(masked - plain).max() > 1e-2, name


def test_dropped_token_vectors_are_not_read_but_still_predicted() -> None:
    model, dropped = network(config()), np.ones((VOCABULARY, 1), np.float32)
    contexts, _, inputs, _, _ = batch()
    dropped[contexts[1, 0]] = 0.0
    masked = logits_of(model, EncoderDecoderMasks(embedding=dropped))
    plain = logits_of(model)
    rows = np.abs(masked - plain).max(axis=(0, 2))
    reads = (contexts == contexts[1, 0]).any(axis=0) | (inputs == contexts[1, 0]).any(axis=0)
    assert (rows[reads] > 1e-3).all()
    assert (rows[~reads] == 0.0).all()
    assert masked.std(axis=(0, 1)).min() > 0.01  # no id has become one that nothing can be said of


@pytest.mark.slow
def test_a_mask_on_the_activations_of_one_exchange_changes_that_one() -> None:
    model = network(config())
    plain = logits_of(model)
    for place in ("encoder 0", "encoder 1", "decoder 0", "decoder 1", "memory", "output"):
        kind, _, k = place.partition(" ")
        width = 10 if k == "0" else 12
        one_row = np.ones((1, ROWS, width), np.float32)
        one_row[0, 3] = mask(width)
        layers = {"": one_row, "0": (one_row, None), "1": (None, one_row)}
        rows = np.abs(logits_of(model, EncoderDecoderMasks(**{kind: layers[k]})) - plain).max(axis=(0, 2))
        assert rows[3] > 1e-3, place
        assert (np.delete(rows, 3) == 0.0).all(), place


def test_without_output_and_memory_only_the_bias_speaks() -> None:
    nothing = np.zeros((1, ROWS, 12), np.float32)
    bias = random_weights(config())["output/bias"]
    assert np.allclose(
        logits_of(network(config()), EncoderDecoderMasks(output=nothing, memory=nothing)), bias, atol=1e-6
    )
    assert not np.allclose(logits_of(network(config()), EncoderDecoderMasks(output=nothing)), bias, atol=1e-2)


def test_contexts_of_one_token_are_no_reason_for_a_warning() -> None:
    model = network(config(layers=1))
    contexts, real, inputs, _, _ = batch()
    assert real[:1].all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(contexts[:1], real[:1], inputs)  # as in every batch of a model that ignores the context
