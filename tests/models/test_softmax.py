"""The cross-entropies against plain operations."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.models.softmax import (
    Candidates,
    SampledOutput,
    copying_cross_entropy,
    cross_entropy,
    sampled_cross_entropy,
)


def loss(logits: list[list[float]], targets: list[int], scored: list[float], dtype: str = "float32") -> float:
    bias = tf.zeros(len(logits[0]))
    return float(cross_entropy(tf.constant(logits, dtype), bias, tf.constant(targets), tf.constant(scored))[0])


def test_the_sum_over_scored_targets_by_hand() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [0.0, 0.0, 0.0], [9.0, 9.0, 9.0]]
    assert loss(logits, [1, 2, 0], [1.0, 1.0, 0.0]) == pytest.approx(math.log(4) + math.log(3))
    assert loss(logits, [1, 2, 0], [0.0, 0.0, 0.0]) == 0.0


def test_logits_far_from_zero_do_not_overflow() -> None:
    assert loss([[1000.0, 0.0]], [1], [1.0]) == pytest.approx(1000.0)
    assert loss([[-1000.0, -1000.0]], [0], [1.0]) == pytest.approx(math.log(2), abs=1e-4)


def test_any_rank() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 2, 5)).astype(np.float32)
    targets = np.array([[0, 1], [2, 3], [4, 0], [1, 2]])
    scored = np.ones((4, 2), np.float32)
    bias = tf.constant([0.1, -0.2, 0.3, 0.0, 1.0])
    flat, _ = cross_entropy(tf.constant(logits.reshape(8, 5)), bias, targets.reshape(8), scored.reshape(8))
    assert float(cross_entropy(tf.constant(logits), bias, targets, scored)[0]) == pytest.approx(float(flat))


def test_bfloat16_logits_come_near() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [1.0, 2.0, 3.0]]
    exact = loss(logits, [1, 2], [1.0, 1.0])
    assert loss(logits, [1, 2], [1.0, 1.0], "bfloat16") == pytest.approx(exact, rel=0.02)


def smoothed(logits: list[list[float]], targets: list[int], scored: list[float], share: float) -> tuple[float, float]:
    bias = tf.zeros(len(logits[0]))
    plain, loss = cross_entropy(tf.constant(logits), bias, tf.constant(targets), tf.constant(scored), share)
    return float(plain), float(loss)


def test_smoothed_labels_by_hand() -> None:
    logits = [[math.log(0.5), math.log(0.25), math.log(0.25)], [9.0, 0.0, 0.0]]
    plain, loss = smoothed(logits, [0, 1], [1.0, 0.0], 0.3)
    # The target has 0.7 + 0.1 of the probability, and each of the others 0.1.
    assert plain == pytest.approx(math.log(2))
    assert loss == pytest.approx(0.8 * math.log(2) + 0.2 * math.log(4))


def test_without_smoothing_both_figures_are_the_same() -> None:
    plain, loss = smoothed([[0.3, -2.0, 1.0]], [2], [1.0], 0.0)
    assert plain == loss == pytest.approx(-math.log(math.exp(1.0) / (math.exp(0.3) + math.exp(-2.0) + math.exp(1.0))))


@pytest.mark.parametrize(("smoothing", "expected"), [(0.0, [0.5, -0.7, 0.2]), (0.3, [0.4, -0.5, 0.1])])
def test_the_gradient_is_probability_minus_label(smoothing: float, expected: list[float]) -> None:
    products, bias = (
        tf.constant([[math.log(0.5), 0.0, math.log(0.2)], [1.0, 2.0, 3.0]]),
        tf.constant([0.0, math.log(0.3), 0.0]),
    )
    with tf.GradientTape() as tape:
        tape.watch([products, bias])
        _, loss = cross_entropy(products, bias, tf.constant([1, 0]), tf.constant([1.0, 0.0]), smoothing)
        loss *= 2.0
    first, second = (np.asarray(gradient) for gradient in tape.gradient(loss, [products, bias]))
    assert first == pytest.approx(2 * np.array([expected, [0.0, 0.0, 0.0]]), abs=1e-6)
    assert second == pytest.approx(2 * np.array(expected), abs=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_values_and_gradients_are_those_of_the_plain_ops(dtype: str) -> None:
    random = np.random.default_rng(1)
    products, bias = tf.cast(random.normal(size=(5, 3, 40)), dtype), tf.constant(random.normal(size=40), tf.float32)
    targets, scored = (
        tf.constant(random.integers(0, 40, (5, 3))),
        tf.constant(random.integers(0, 2, (5, 3)), tf.float32),
    )

    def by_ops() -> Any:
        logits = tf.cast(products, tf.float32) + bias
        labels = 0.9 * tf.one_hot(targets, 40) + 0.1 / 40
        return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels, logits) * scored)

    results = []
    for function in (by_ops, lambda: cross_entropy(products, bias, targets, scored, 0.1)[1]):
        with tf.GradientTape() as tape:
            tape.watch([products, bias])
            loss = function()
        results.append([float(loss), *tape.gradient(loss, [products, bias])])
    (loss, *gradients), (same, *ours) = results
    assert same == pytest.approx(loss, rel=1e-5)
    for one, other in zip(gradients, ours, strict=True):
        assert one.dtype == other.dtype
        assert np.allclose(
            tf.cast(one, tf.float32), tf.cast(other, tf.float32), atol=1e-5 if dtype == "float32" else 4e-3
        )


def test_smoothing_pulls_a_certain_model_back() -> None:
    certain, hesitant = (smoothed([[top, 0.0, 0.0]], [0], [1.0], 0.1) for top in (30.0, 4.0))
    assert certain[0] < hesitant[0]
    assert certain[1] > hesitant[1]


VOCABULARY, WIDTH = 30, 6


def tensors(dtype: str = "float32") -> dict[str, Any]:
    """Vectors, weights, biases, targets and scored; the second target is among the candidates, most are not."""
    random = np.random.default_rng(0)
    targets = np.array([[3, 5, 29], [3, 0, 11], [20, 21, 22], [5, 5, 1]])
    return {
        "vectors": tf.cast(random.normal(size=(4, 3, WIDTH)), dtype),
        "weights": tf.constant(random.normal(size=(VOCABULARY, WIDTH)), tf.float32),
        "biases": tf.constant(random.normal(size=VOCABULARY), tf.float32),
        "targets": tf.constant(targets, tf.int32),
        "scored": tf.constant([[1, 1, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], tf.float32),
    }


def candidates() -> Candidates:
    chances = np.linspace(0.05, 0.9, VOCABULARY).astype(np.float32)
    chances[[0, 1, 2]] = 1.0
    return Candidates(tf.constant([2, 0, 17, 5, 1, 28, 9]), tf.constant(np.log(chances)))


def ours(given: dict[str, Any], drawn: Candidates) -> tuple[Any, Any]:
    def output(ids: Any) -> tuple[Any, Any]:
        return tf.gather(given["weights"], ids), tf.gather(given["biases"], ids)

    read = SampledOutput.read(output, drawn, given["targets"])
    return sampled_cross_entropy(given["vectors"], read, given["targets"], given["scored"])


def tensorflows(given: dict[str, Any], drawn: Candidates) -> Any:
    targets = tf.cast(tf.reshape(given["targets"], [-1, 1]), tf.int64)
    chances = tf.exp(drawn.log_chance)
    tf.random.set_seed(0)  # nothing is drawn, but where another test has asked for determinism there must be a seed
    losses = tf.nn.sampled_softmax_loss(
        given["weights"],
        given["biases"],
        targets,
        tf.reshape(given["vectors"], [-1, WIDTH]),
        num_sampled=len(drawn.ids),
        num_classes=VOCABULARY,
        sampled_values=(tf.cast(drawn.ids, tf.int64), tf.gather(chances, targets), tf.gather(chances, drawn.ids)),
    )
    return tf.reduce_sum(losses * tf.reshape(given["scored"], [-1]))


def gradients(function: Any, given: dict[str, Any]) -> list[np.ndarray]:
    watched = [given[name] for name in ("vectors", "weights", "biases")]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        loss = function(given)
    return [np.asarray(tf.cast(tf.convert_to_tensor(g), tf.float32)) for g in tape.gradient(loss, watched)]


@pytest.mark.slow
def test_what_is_minimised_and_its_gradients_are_those_of_tensorflow() -> None:
    given, drawn = tensors(), candidates()
    assert float(ours(given, drawn)[1]) == pytest.approx(float(tensorflows(given, drawn)), rel=1e-5)
    expected = gradients(lambda given: tensorflows(given, drawn), given)
    found = gradients(lambda given: ours(given, drawn)[1], given)
    for one, other in zip(found, expected, strict=True):
        assert np.allclose(one, other, atol=1e-5)


@pytest.mark.slow
def test_bfloat16_comes_near() -> None:
    low, exact = tensors("bfloat16"), tensors()
    assert float(ours(low, candidates())[1]) == pytest.approx(float(ours(exact, candidates())[1]), rel=0.02)
    found, expected = (gradients(lambda given: ours(given, candidates())[1], given) for given in (low, exact))
    assert all(np.allclose(one, other, atol=0.1) for one, other in zip(found, expected, strict=True))


@pytest.mark.slow
def test_a_sample_of_everything_is_the_whole_softmax() -> None:
    given = tensors()
    everything = Candidates(tf.range(VOCABULARY - 1, -1, -1), tf.zeros(VOCABULARY))

    def whole(given: dict[str, Any]) -> Any:
        products = given["vectors"] @ tf.transpose(given["weights"])
        return cross_entropy(products, given["biases"], given["targets"], given["scored"])[1]

    estimate, loss = ours(given, everything)
    assert float(estimate) == pytest.approx(float(whole(given)), rel=1e-5)
    assert float(loss) == pytest.approx(float(whole(given)), rel=1e-5)
    expected = gradients(whole, given)
    for one, other in zip(gradients(lambda given: ours(given, everything)[1], given), expected, strict=True):
        assert np.allclose(one, other, atol=1e-5)


def by_hand(logits: list[float], target: int, ids: list[int], chances: list[float]) -> tuple[float, float]:
    given = {
        "vectors": tf.ones((1, 1, 1)),
        "weights": tf.constant(logits)[:, None],
        "biases": tf.zeros(len(logits)),
        "targets": tf.constant([[target]]),
        "scored": tf.ones((1, 1)),
    }
    estimate, loss = ours(given, Candidates(tf.constant(ids), tf.math.log(tf.constant(chances))))
    return float(estimate), float(loss)


def test_both_figures_by_hand() -> None:
    # exp(logits) are 6, 1, 2 and 3; of the candidates 0 is always one and 1 in half of the steps. The target, id 2, has
    # a chance of a quarter and is not among them.
    logits = [math.log(6), 0.0, math.log(2), math.log(3)]
    estimate, loss = by_hand(logits, 2, [0, 1], [1.0, 0.5, 0.25, 0.5])
    assert estimate == pytest.approx(-math.log(2 / (2 + 6 + 2)))
    assert loss == pytest.approx(-math.log(8 / (8 + 6 + 2)))
    # Where the target is among them it does not count twice.
    assert by_hand(logits, 2, [2, 0, 1], [1.0, 0.5, 0.25, 0.5]) == pytest.approx((estimate, loss))


@pytest.mark.slow
def test_the_normaliser_is_right_on_average() -> None:
    chances, share = [1.0, 0.5, 0.25, 0.5], 2 / (6 + 1 + 2 + 3)
    average = 0.0
    for drawn in itertools.product([False, True], repeat=3):
        ids = [0] + [word for word, taken in enumerate(drawn, 1) if taken]
        chance = math.prod(chances[word] if word in ids else 1 - chances[word] for word in (1, 2, 3))
        estimate, _ = by_hand([math.log(6), 0.0, math.log(2), math.log(3)], 2, ids, chances)
        average += chance * math.exp(estimate)
    assert average == pytest.approx(1 / share)


@pytest.mark.slow
def test_the_true_distribution_is_where_the_expected_loss_is_least() -> None:
    """However small the sample: each subset of the words and each target counts as often as it occurs."""
    true, chances = np.array([0.4, 0.1, 0.1, 0.3, 0.1]), [1.0, 1.0, 0.6, 0.1, 0.3]

    def slope(logits: np.ndarray) -> np.ndarray:
        biases = tf.constant(logits, tf.float32)
        total = np.zeros(5)
        for drawn in itertools.product([False, True], repeat=3):
            ids = [0, 1] + [word for word, taken in enumerate(drawn, 2) if taken]
            chance = math.prod(chances[word] if word in ids else 1 - chances[word] for word in (2, 3, 4))
            given = {"vectors": tf.zeros((5, 1, 1)), "weights": tf.zeros((5, 1)), "biases": biases}
            given |= {"targets": tf.range(5)[:, None], "scored": tf.constant(true, tf.float32)[:, None]}
            sample = Candidates(tf.constant(ids), tf.math.log(tf.constant(chances)))
            total += chance * gradients(lambda given, sample=sample: ours(given, sample)[1], given)[2]
        return total

    assert np.allclose(slope(np.log(true) + 1.7), 0.0, atol=1e-6)
    assert np.abs(slope(np.zeros(5))).max() > 0.05


def dense(logits: tf.Tensor, copies: tf.Tensor, contexts: np.ndarray) -> tf.Tensor:
    """The logits with the copies added in, as exponentials."""
    at = tf.one_hot(contexts.T, logits.shape[-1])  # (batch, context, vocabulary)
    return tf.math.log(tf.exp(logits) + tf.einsum("tbc,bcv->tbv", tf.exp(copies), at))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_copies_compete_with_the_vocabulary_in_one_softmax(smoothing: float) -> None:
    draw, contexts = np.random.default_rng(1), np.array([[3, 1], [4, 4], [3, 0]])  # (context, batch); 3 stands twice
    products, bias, copies = (
        tf.constant(draw.normal(size=shape).astype(np.float32)) for shape in ((4, 2, 6), (6,), (4, 2, 3))
    )
    copies = tf.concat([copies[:, :, :2], tf.where([[[True], [False]]], copies[:, :, 2:], -1e9)], axis=-1)
    targets, scored = np.array([[3, 4], [4, 1], [5, 5], [3, 2]], np.int32), np.float32([[1, 1], [1, 1], [1, 0], [0, 1]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([products, bias, copies])
        plain, loss = copying_cross_entropy(products, bias, copies, contexts, targets, scored, smoothing)
        every = tf.nn.log_softmax(dense(products + bias, copies, contexts))
        chosen = tf.gather(every, targets, batch_dims=2)
        # Labels are smoothed towards the vocabulary's own logits, which copies do not change.
        normaliser = tf.reduce_logsumexp(dense(products + bias, copies, contexts), axis=-1)
        even = tf.reduce_mean(products + bias, axis=-1) - normaliser
        expected = -tf.reduce_sum(scored * ((1 - smoothing) * chosen + smoothing * even))
    assert float(plain) == pytest.approx(-float(tf.reduce_sum(scored * chosen)), rel=1e-5)
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    for variable in (products, bias, copies):
        assert np.allclose(tape.gradient(loss, variable), tape.gradient(expected, variable), atol=1e-5)


def test_without_anything_to_copy_it_is_the_cross_entropy() -> None:
    draw = np.random.default_rng(2)
    products, bias = (tf.constant(draw.normal(size=shape).astype(np.float32)) for shape in ((3, 2, 5), (5,)))
    copies, contexts = tf.fill((3, 2, 1), -1e9), np.array([[1, 1]])
    given = np.array([[0, 1], [2, 3], [4, 0]], np.int32), np.ones((3, 2), np.float32), 0.1
    ours = copying_cross_entropy(products, bias, copies, contexts, *given)
    assert [float(x) for x in ours] == pytest.approx([float(x) for x in cross_entropy(products, bias, *given)])
