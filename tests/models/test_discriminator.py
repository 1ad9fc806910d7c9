"""The Keras discriminator against the NumPy pass, soft tokens against hard ones, and its gradients."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.config import DiscriminatorConfig
from textgen.inference.discriminator import Discriminator as NumpyDiscriminator
from textgen.inference.weights import weight_shapes
from textgen.models.discriminator import DiscriminatorNoise, KerasDiscriminator

VOCABULARY = 40
LENGTHS = np.array([9, 1, 4, 12, 0])


def config(speakers: int = 0, matching: int = 0, voices: int = 0) -> DiscriminatorConfig:
    return DiscriminatorConfig(
        VOCABULARY, embedding=6, widths=(2, 3, 5), filters=7, speakers=speakers, matching=matching, voices=voices
    )


def random_weights(chosen: DiscriminatorConfig) -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in weight_shapes(chosen).items()}


def network(chosen: DiscriminatorConfig, compute: str = "float32") -> KerasDiscriminator:
    model = KerasDiscriminator(chosen, compute)
    for name, variable in model.named_weights().items():
        variable.assign(random_weights(chosen)[name])
    return model


def some_ids() -> np.ndarray:
    """Ids (batch, time) whose padding is no padding id, so that a mask that is forgotten shows."""
    return np.random.default_rng(1).integers(7, VOCABULARY, (len(LENGTHS), LENGTHS.max()))


def soft(ids: np.ndarray) -> np.ndarray:
    return np.eye(VOCABULARY, dtype=np.float32)[ids]


@pytest.mark.parametrize("speakers", [0, 3])
def test_logits_are_those_of_the_numpy_pass_on_ragged_texts(speakers: int) -> None:
    chosen, who = config(speakers), np.array([0, 1, 2, 1, 0])
    ours = np.asarray(network(chosen)(some_ids(), LENGTHS, who if speakers else None))
    texts = [row[:length].tolist() for row, length in zip(some_ids(), LENGTHS, strict=True)]
    theirs = NumpyDiscriminator(chosen, random_weights(chosen)).logits(texts, who.tolist() if speakers else None)
    assert ours.shape == (5,)
    assert np.abs(ours - theirs).max() < 1e-4
    assert ours.std() > 0.5


def test_logits_of_classes_are_those_of_the_numpy_pass_and_real_is_any_of_them() -> None:
    chosen = config(voices=4)
    model, numpy = network(chosen), NumpyDiscriminator(chosen, random_weights(chosen))
    texts = [row[:length].tolist() for row, length in zip(some_ids(), LENGTHS, strict=True)]
    classes = np.asarray(model.class_logits(some_ids(), LENGTHS))
    assert classes.shape == (5, 4)
    assert np.abs(classes - numpy.class_logits(texts)).max() < 1e-4
    real = np.asarray(model(some_ids(), LENGTHS))
    assert real == pytest.approx(np.log(np.exp(classes).sum(axis=1)), abs=1e-4)
    assert np.abs(real - numpy.logits(texts)).max() < 1e-4


def test_what_a_message_adds_is_that_of_the_numpy_pass_for_each_message_and_reply() -> None:
    chosen, lengths = config(matching=4), LENGTHS[::-1].copy()
    model, ids = network(chosen), some_ids()
    vectors = model.message_vectors(ids[::-1], lengths), model.reply_vectors(ids, LENGTHS)
    ours = np.asarray(vectors[0]) @ np.asarray(vectors[1]).T
    asked = [row[:length].tolist() for row, length in zip(ids[::-1], lengths, strict=True)]
    told = [row[:length].tolist() for row, length in zip(ids, LENGTHS, strict=True)]
    numpy = NumpyDiscriminator(chosen, random_weights(chosen))
    for message, row in zip(asked, ours, strict=True):
        theirs = numpy.logits(told, messages=[message] * 5) - numpy.logits(told)
        assert np.abs(row - theirs).max() < 1e-4
    assert not ours[0].any()  # an empty message adds nothing
    assert ours[1:].std() > 0.3


def test_the_speaker_matters_where_there_are_speakers() -> None:
    model = network(config(speakers=3))
    one, other = (np.asarray(model(some_ids(), LENGTHS, np.full(5, who))) for who in (0, 1))
    assert (np.abs(one - other)[:4] > 1e-3).all()


def test_one_hot_soft_tokens_are_hard_ones() -> None:
    model = network(config())
    assert np.abs(np.asarray(model(soft(some_ids()), LENGTHS)) - np.asarray(model(some_ids(), LENGTHS))).max() < 1e-5


def test_what_follows_a_text_changes_nothing() -> None:
    model, ids = network(config()), some_ids()
    other = np.where(np.arange(ids.shape[1]) < LENGTHS[:, None], ids, 7)
    longer = np.concatenate([other, other], axis=1)
    expected = np.asarray(model(ids, LENGTHS))
    assert np.abs(np.asarray(model(longer, LENGTHS)) - expected).max() < 1e-5
    assert np.abs(np.asarray(model(longer, LENGTHS + 1)) - expected).max() > 1e-2


def test_compiled_without_a_fixed_shape_is_eager() -> None:
    model = network(config())
    compiled = tf.function(
        model, input_signature=[tf.TensorSpec([None, None], tf.int64), tf.TensorSpec([None], tf.int64)]
    )
    assert np.abs(np.asarray(compiled(some_ids(), LENGTHS)) - np.asarray(model(some_ids(), LENGTHS))).max() < 1e-5


def test_bfloat16_gives_float32_logits_close_by() -> None:
    exact, low = (np.asarray(network(config(), compute)(some_ids(), LENGTHS)) for compute in ("float32", "bfloat16"))
    assert low.dtype == np.float32
    assert 0.0 < np.abs(low - exact).max() < 0.15


def test_the_gradient_reaches_soft_tokens_but_no_padding() -> None:
    model, tokens = network(config()), tf.constant(soft(some_ids()))
    with tf.GradientTape() as tape:
        tape.watch(tokens)
        total = tf.reduce_sum(model(tokens, LENGTHS))
    reached = np.abs(np.asarray(tape.gradient(total, tokens))).max(axis=-1) > 0
    assert reached[3].any()
    assert not reached[np.arange(reached.shape[1]) >= LENGTHS[:, None]].any()


def test_the_gradient_of_a_gradient_is_the_numeric_one() -> None:
    model, tokens = network(config()), tf.constant(soft(some_ids()))
    kernel = model.named_weights()["convolution_3/kernel"]

    def penalty() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(tokens)
            total = tf.reduce_sum(model(tokens, LENGTHS))
        return tf.reduce_sum(tape.gradient(total, tokens) ** 2)

    with tf.GradientTape() as outer:
        value = penalty()
    gradient = np.asarray(tf.convert_to_tensor(outer.gradient(value, kernel.value)))
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    change = np.zeros(gradient.shape, np.float32)
    change[place] = 1e-3
    kernel.assign_add(change)
    above = float(penalty())
    kernel.assign_sub(2 * change)
    assert (above - float(penalty())) / 2e-3 == pytest.approx(gradient[place], rel=2e-2)


def test_named_weights_are_all_weights_in_their_shapes() -> None:
    chosen = config(speakers=3, matching=4, voices=5)
    model = KerasDiscriminator(chosen)
    named = model.named_weights()
    assert {name: tuple(v.shape) for name, v in named.items()} == weight_shapes(chosen)
    assert {id(v) for v in named.values()} == {id(v) for v in model.weights}


def test_each_noise_acts_where_it_says() -> None:
    chosen = config()
    model, ids = network(chosen), some_ids()
    plain = np.asarray(model(ids, LENGTHS))
    dropped = model(ids, LENGTHS, noise=DiscriminatorNoise(features=np.zeros((5, chosen.features), np.float32)))
    assert np.allclose(dropped, random_weights(chosen)["output/bias"])
    inputs = np.random.default_rng(2).normal(0, 1, (*ids.shape, 6)).astype(np.float32)
    noisy = np.asarray(model(ids, LENGTHS, noise=DiscriminatorNoise(inputs=inputs)))
    assert (np.abs(noisy - plain)[:4] > 1e-3).all()
    assert noisy[4] == pytest.approx(plain[4])  # an empty text has padding only
