"""A model that learns from what it is scored on."""

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from tests.inference.small import config, random_weights
from textgen.inference.language_model import LanguageModel, score_ids
from textgen.tokenizers.base import END, START

dynamic = script("dynamic_evaluation")
LEARNED = np.random.default_rng(0).integers(8, 280, 400)
TEXT = np.array([START, *np.tile([20, 30, 40, 50, 60], 15), END], np.int32)  # no whole number of segments


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return random_weights(config())


@pytest.fixture(scope="module")
def evaluation(weights: dict[str, np.ndarray]) -> object:
    return dynamic.DynamicEvaluation(config(), weights, LEARNED)


@pytest.mark.slow
def test_without_a_rate_it_is_the_ordinary_score(evaluation: object, weights: dict[str, np.ndarray]) -> None:
    nats, _ = score_ids(LanguageModel(config(), weights), TEXT, lanes=1)
    assert evaluation.nats(TEXT, 0.0, 0.0) == pytest.approx(nats, rel=1e-4)


@pytest.mark.slow
def test_it_learns_from_what_it_has_scored(evaluation: object) -> None:
    still = evaluation.nats(TEXT, 0.0, 0.0)
    assert evaluation.nats(TEXT, 0.01, 0.0) < 0.9 * still
    assert evaluation.nats(TEXT, 0.0, 0.0) == pytest.approx(still)  # each text is met with the trained weights


@pytest.mark.slow
def test_nothing_is_learned_from_a_segment_before_it_is_scored(evaluation: object) -> None:
    first = TEXT[: dynamic._SEGMENT + 1]
    assert evaluation.nats(first, 0.1, 0.0) == pytest.approx(evaluation.nats(first, 0.0, 0.0))


@pytest.mark.slow
def test_a_full_pull_brings_the_trained_weights_back(evaluation: object) -> None:
    """With a decay without bounds a weight is where it was trained to, less its latest gradient step."""
    free, pulled = (evaluation.nats(TEXT, 0.01, decay) for decay in (0.0, 1e9))
    assert free < pulled < evaluation.nats(TEXT, 0.0, 0.0)
