import numpy as np
import pytest

from textgen.config import ModelConfig
from textgen.inference.language_model import LanguageModel
from textgen.inference.scoring import score_ids
from textgen.inference.weights import check_weights
from textgen.training.initialisation import initial_weights


@pytest.mark.parametrize("tied", [False, True])
def test_first_weights_fit_the_architecture_and_depend_on_the_seed_alone(tied: bool) -> None:
    config = ModelConfig(300, embedding=20, hidden=25, layers=2, tied=tied)
    weights, again, other = (initial_weights(config, seed) for seed in (3, 3, 4))
    check_weights(config, weights)
    assert all(array.dtype == np.float32 for array in weights.values())
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(weights["embedding"], other["embedding"])
    assert not np.array_equal(weights["lstm_0/recurrent_kernel"], weights["lstm_1/recurrent_kernel"])


def test_only_the_forget_gates_are_biased() -> None:
    weights = initial_weights(ModelConfig(300, embedding=20, hidden=25, layers=1, tied=False), 0)
    assert weights["lstm_0/bias"].tolist() == [0.0] * 25 + [1.0] * 25 + [0.0] * 50
    assert not weights["output/bias"].any()


@pytest.mark.parametrize("tied", [False, True])
def test_a_fresh_model_is_nearly_indifferent(tied: bool) -> None:
    config = ModelConfig(300, embedding=48, hidden=64, layers=2, tied=tied)
    ids = np.random.default_rng(0).integers(8, 300, 500)
    nats, tokens = score_ids(LanguageModel(config, initial_weights(config, 0)), ids)
    assert nats / tokens == pytest.approx(np.log(300), abs=0.5)
