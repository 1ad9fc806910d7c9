"""The Keras model against the NumPy pass, and what its noise does."""

import numpy as np
import pytest
import tensorflow as tf

from tests.models.small import VOCABULARY, config, network, ragged_ids, random_state, random_weights
from textgen.config import ModelConfig
from textgen.inference.language_model import LanguageModel as NumpyModel
from textgen.models.language_model import KerasLanguageModel, LanguageModelMasks


def keras_logits(
    model: KerasLanguageModel, noise: LanguageModelMasks | None = None
) -> tuple[np.ndarray, list[np.ndarray]]:
    ids, keep = ragged_ids()
    logits, state = model.logits(ids, [tf.constant(part) for part in random_state(model.config, 3)], keep, noise)
    return np.asarray(logits), [np.asarray(part) for part in state]


def numpy_logits(chosen: ModelConfig) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    model, (ids, keep) = NumpyModel(chosen, random_weights(chosen)), ragged_ids()
    state, logits = tuple(random_state(chosen, 3)), []
    for t in range(len(ids)):
        state = tuple(part * keep[t][:, None] for part in state)
        row, state = model.step(ids[t], state)
        logits.append(row)
    return np.stack(logits), state


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_logits_and_state_are_those_of_the_numpy_pass_on_ragged_documents(tied: bool, layers: int) -> None:
    chosen = config(tied, layers)
    ours, after = keras_logits(network(chosen))
    theirs, last = numpy_logits(chosen)
    assert ours.shape == (17, 3, VOCABULARY)
    assert np.abs(ours - theirs).max() < 1e-4
    assert ours.std() > 0.3
    for one, other in zip(after, last, strict=True):
        assert np.abs(one - other).max() < 1e-4


@pytest.mark.parametrize("jit", [False, True])
def test_compiled_is_eager(jit: bool) -> None:
    model, (ids, keep) = network(config()), ragged_ids()
    compiled = tf.function(lambda *given: model.logits(*given), jit_compile=jit)
    logits, _ = compiled(tf.constant(ids), [tf.constant(part) for part in random_state(config(), 3)], keep)
    assert np.abs(np.asarray(logits) - keras_logits(model)[0]).max() < 1e-4


@pytest.mark.parametrize("tied", [False, True])
def test_bfloat16_gives_float32_logits_close_by(tied: bool) -> None:
    exact, _ = keras_logits(network(config(tied)))
    low, state = keras_logits(network(config(tied), "bfloat16"))
    assert low.dtype == state[0].dtype == np.float32
    assert 0.0 < np.abs(low - exact).max() < 0.15


@pytest.mark.parametrize("tied", [False, True])
def test_vectors_times_the_output_of_ids_are_their_logits(tied: bool) -> None:
    model, (ids, keep) = network(config(tied)), ragged_ids()
    state, some = [tf.constant(part) for part in random_state(model.config, 3)], tf.constant([7, 0, 7, VOCABULARY - 1])
    vectors, after = model.vectors(ids, state, keep)
    rows, bias = model.output(some)
    logits, same = model.logits(ids, state, keep)
    assert np.allclose(vectors @ tf.transpose(rows) + bias, tf.gather(logits, some, axis=-1), atol=1e-5)
    assert all(np.array_equal(one, other) for one, other in zip(after, same, strict=True))


def test_named_weights_are_all_weights_in_the_shapes_of_the_model_folder() -> None:
    model = KerasLanguageModel(config(tied=True))
    named = model.named_weights()
    expected = random_weights(config(tied=True))
    assert {name: tuple(v.shape) for name, v in named.items()} == {n: a.shape for n, a in expected.items()}
    assert {id(v) for v in named.values()} == {id(v) for v in model.weights}


@pytest.mark.slow
def test_the_gradient_reaches_every_weight() -> None:
    model = network(config(tied=True, layers=2))
    ids, keep = ragged_ids()
    variables = {name: variable.value for name, variable in model.named_weights().items()}
    with tf.GradientTape() as tape:
        logits, _ = model.logits(ids, [tf.constant(part) for part in random_state(model.config, 3)], keep)
        loss = tf.reduce_mean(logits**2)
    gradients = tape.gradient(loss, variables)
    assert all(np.any(np.asarray(tf.convert_to_tensor(gradient))) for gradient in gradients.values())


@pytest.mark.slow
def test_each_mask_acts_where_it_says() -> None:
    chosen = config(layers=2)
    model, plain = network(chosen), keras_logits(network(chosen))[0]
    random = np.random.default_rng(3)

    def mask(*shape: int) -> np.ndarray:
        return (random.random(shape) < 0.6).astype(np.float32)

    embedding, first, second = mask(VOCABULARY, 1), mask(1, 3, 10), mask(1, 3, 12)
    recurrent, output = mask(12, 48), mask(1, 3, 12)
    weights = random_weights(chosen)
    for noise, change in [
        (LanguageModelMasks(embedding=embedding), {"embedding": weights["embedding"] * embedding}),
        (
            LanguageModelMasks(recurrent=(recurrent, None)),
            {"lstm_0/recurrent_kernel": weights["lstm_0/recurrent_kernel"] * recurrent},
        ),
    ]:
        masked = keras_logits(model, noise)[0]
        by_hand = network(chosen)
        for name, value in change.items():
            by_hand.named_weights()[name].assign(value)
        assert np.abs(masked - keras_logits(by_hand)[0]).max() < 1e-5
        assert np.abs(masked - plain).max() > 1e-2
    for noise in (
        LanguageModelMasks(inputs=(first, None)),
        LanguageModelMasks(inputs=(None, second)),
        LanguageModelMasks(output=output),
    ):
        masked = keras_logits(model, noise)[0]
        changed = np.abs(masked - plain).max(axis=(0, 2)) > 1e-3
        assert changed.all()
    nothing = LanguageModelMasks(output=np.zeros((1, 3, 12), np.float32))
    assert np.allclose(keras_logits(model, nothing)[0], weights["output/bias"], atol=1e-6)


def test_a_token_that_is_not_seen_changes_its_own_sequence_from_there_on() -> None:
    model = network(config())
    tokens = np.ones((17, 3, 1), np.float32)
    tokens[6, 1] = 0.0
    changed = np.abs(keras_logits(model, LanguageModelMasks(tokens=tokens))[0] - keras_logits(model)[0]).max(axis=-1)
    assert not changed[:6].any() and not changed[:, [0, 2]].any()
    assert changed[6, 1] > 1e-2


def test_masks_of_one_change_nothing() -> None:
    chosen = config(layers=1)
    one = np.ones
    noise = LanguageModelMasks(
        embedding=one((VOCABULARY, 1), np.float32),
        tokens=one((17, 3, 1)),
        inputs=(one((1, 3, 10)),),
        recurrent=(one((12, 48), np.float32),),
        output=one((1, 3, 12)),
    )
    assert np.array_equal(keras_logits(network(chosen), noise)[0], keras_logits(network(chosen))[0])
