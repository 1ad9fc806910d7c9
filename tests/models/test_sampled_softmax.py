"""The sampled softmax against TensorFlow's, against the whole softmax, and by hand."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.models.sampled_softmax import Candidates, SampledOutput, sampled_cross_entropy
from textgen.models.softmax import cross_entropy

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


def test_what_is_minimised_and_its_gradients_are_those_of_tensorflow() -> None:
    given, drawn = tensors(), candidates()
    assert float(ours(given, drawn)[1]) == pytest.approx(float(tensorflows(given, drawn)), rel=1e-5)
    expected = gradients(lambda given: tensorflows(given, drawn), given)
    found = gradients(lambda given: ours(given, drawn)[1], given)
    for one, other in zip(found, expected, strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_bfloat16_comes_near() -> None:
    low, exact = tensors("bfloat16"), tensors()
    assert float(ours(low, candidates())[1]) == pytest.approx(float(ours(exact, candidates())[1]), rel=0.02)
    found, expected = (gradients(lambda given: ours(given, candidates())[1], given) for given in (low, exact))
    assert all(np.allclose(one, other, atol=0.1) for one, other in zip(found, expected, strict=True))


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


def test_the_normaliser_is_right_on_average() -> None:
    chances, share = [1.0, 0.5, 0.25, 0.5], 2 / (6 + 1 + 2 + 3)
    average = 0.0
    for drawn in itertools.product([False, True], repeat=3):
        ids = [0] + [word for word, taken in enumerate(drawn, 1) if taken]
        chance = math.prod(chances[word] if word in ids else 1 - chances[word] for word in (1, 2, 3))
        estimate, _ = by_hand([math.log(6), 0.0, math.log(2), math.log(3)], 2, ids, chances)
        average += chance * math.exp(estimate)
    assert average == pytest.approx(1 / share)


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
