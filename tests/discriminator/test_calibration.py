import numpy as np
import pytest

from textgen.discriminator.calibration import BINS, Reliability, cross_entropy, fit_temperature, sigmoid


def judged(scale: float, texts: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `scale` times too sure of themselves, and what the texts are."""
    random = np.random.default_rng(0)
    honest = random.normal(0, 2, texts)
    return scale * honest, random.random(texts) < sigmoid(honest)


@pytest.mark.parametrize("scale", [0.25, 1.0, 4.0])
def test_the_temperature_takes_back_what_the_logits_overstate(scale: float) -> None:
    assert fit_temperature(*judged(scale)) == pytest.approx(scale, rel=0.05)


def test_the_temperature_has_the_least_cross_entropy() -> None:
    logits, real = judged(2.5, 500)
    best = fit_temperature(logits, real)
    least = cross_entropy(logits / best, real)
    assert all(cross_entropy(logits / (best * factor), real) > least for factor in (0.8, 0.95, 1.05, 1.25))


def test_logits_that_say_the_wrong_thing_are_cooled_to_nothing() -> None:
    logits, real = judged(1.0, 500)
    assert fit_temperature(-logits, real) == pytest.approx(20.0)


def test_cross_entropy_by_hand() -> None:
    logits = np.log([3.0, 3.0])  # three quarters real
    assert cross_entropy(logits, np.array([True, False])) == pytest.approx(-0.5 * (np.log(0.75) + np.log(0.25)))
    assert cross_entropy(np.array([1000.0]), np.array([True])) == 0.0


def test_reliability_by_hand() -> None:
    said = np.array([0.61, 0.69, 0.65, 0.65, 1.0])
    reliability = Reliability.measure(said, np.array([True, False, False, False, True]))
    six, ten = reliability.bins
    assert (six.said, six.found, six.texts) == (pytest.approx(0.65), 0.25, 4)
    assert (ten.said, ten.found, ten.texts) == (1.0, 1.0, 1)
    assert reliability.error == pytest.approx(4 / 5 * 0.4)
    assert reliability.to_json()[1] == {"said": 1.0, "found": 1.0, "texts": 1}


def test_honest_probabilities_have_hardly_an_error() -> None:
    logits, real = judged(1.0)
    honest, boasting = (Reliability.measure(sigmoid(scale * logits), real) for scale in (1, 3))
    assert len(honest.bins) == BINS
    assert honest.error < 0.01 < 0.1 < boasting.error
