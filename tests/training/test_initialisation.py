import numpy as np
import pytest

from textgen.config import DiscriminatorConfig, EncoderDecoderConfig, ModelConfig
from textgen.inference.discriminator import Discriminator
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LanguageModel, score_ids
from textgen.inference.weights import check_weights
from textgen.tokenizers.base import END, START
from textgen.training.prepare import initial_weights


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


@pytest.mark.parametrize("attention", [True, False])
def test_first_weights_of_an_encoder_decoder(attention: bool) -> None:
    config = EncoderDecoderConfig(300, embedding=20, hidden=24, layers=2, attention=attention)
    weights, again, other = (initial_weights(config, seed) for seed in (3, 3, 4))
    check_weights(config, weights)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(weights["encoder_0/forward/kernel"], other["encoder_0/forward/kernel"])
    assert not np.array_equal(weights["encoder_0/forward/kernel"], weights["encoder_0/backward/kernel"])
    assert weights["encoder_1/backward/bias"].tolist() == [0.0] * 12 + [1.0] * 12 + [0.0] * 24
    assert not weights["output/bias"].any()
    for name in ("encoder_0/backward", "decoder_1"):
        for gate in np.split(weights[f"{name}/recurrent_kernel"], 4, axis=1):
            assert np.allclose(gate @ gate.T, np.eye(len(gate)), atol=1e-5), name


@pytest.mark.parametrize("attention", [True, False])
def test_a_fresh_encoder_decoder_is_nearly_indifferent(attention: bool) -> None:
    config = EncoderDecoderConfig(300, embedding=48, hidden=64, layers=2, attention=attention)
    random, network = np.random.default_rng(0), EncoderDecoder(config, initial_weights(config, 0))
    contexts = [[START, *random.integers(8, 300, 20)] for _ in range(16)]
    replies = [[START, *random.integers(8, 300, 20), END] for _ in range(16)]
    assert -np.concatenate(network.score(contexts, replies)).mean() == pytest.approx(np.log(300), abs=0.6)


def test_first_weights_of_a_discriminator() -> None:
    config = DiscriminatorConfig(300, embedding=16, widths=(2, 4), filters=50, speakers=3)
    weights, other = (initial_weights(config, seed) for seed in (3, 4))
    check_weights(config, weights)
    assert not np.array_equal(weights["embedding"], other["embedding"])
    assert not any(weights[name].any() for name in ("convolution_2/bias", "output/kernel", "output/bias", "speakers"))
    assert weights["convolution_4/kernel"].std() == pytest.approx(64**-0.5, rel=0.1)
    texts = [np.random.default_rng(0).integers(8, 300, 20).tolist() for _ in range(50)]
    assert not Discriminator(config, weights).logits(texts, [0] * 50).any()
