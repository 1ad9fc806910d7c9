from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from textgen.config import Budget, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig, TrainingConfig
from textgen.training.dropout import encoder_decoder_masks, language_model_masks

MODEL = ModelConfig(270, embedding=10, hidden=12, layers=2, tied=False)


def masks(step: int = 0, **settings: Any) -> dict[str, np.ndarray]:
    rates = {"dropout": 0.3, "input_dropout": 0.1, "token_dropout": 0.4, "embedding_dropout": 0.2, "weight_drop": 0.5}
    config = ScriptTrainingConfig(Budget(steps=1), **{**rates, **settings})
    noise = language_model_masks(MODEL, config, 20, 64, tf.constant(step, tf.int64))
    assert noise.embedding is not None
    named = {"embedding": noise.embedding, "tokens": noise.tokens, "output": noise.output}
    named |= {f"inputs {k}": mask for k, mask in enumerate(noise.inputs)}
    named |= {f"recurrent {k}": mask for k, mask in enumerate(noise.recurrent)}
    return {name: np.asarray(mask) for name, mask in named.items()}


def test_the_same_seed_and_step_draw_the_same_masks() -> None:
    first = masks(step=7, seed=3)
    masks(step=6, seed=2)  # whatever else was drawn
    again = masks(step=7, seed=3)
    assert all(np.array_equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("other", [{"step": 8, "seed": 3}, {"step": 7, "seed": 4}])
def test_another_step_or_seed_draws_other_masks(other: dict[str, int]) -> None:
    first, second = masks(step=7, seed=3), masks(**other)
    assert not any(np.array_equal(first[name], second[name]) for name in first)


def test_places_draw_masks_of_their_own() -> None:
    drawn = masks()
    assert not np.array_equal(drawn["recurrent 0"], drawn["recurrent 1"])
    assert not np.array_equal(drawn["inputs 1"], drawn["output"])


def test_shapes_fit_the_model() -> None:
    assert {name: mask.shape for name, mask in masks().items()} == {
        "embedding": (270, 1),
        "tokens": (20, 64, 1),
        "inputs 0": (1, 64, 10),
        "inputs 1": (1, 64, 12),
        "recurrent 0": (12, 48),
        "recurrent 1": (12, 48),
        "output": (1, 64, 12),
    }


def test_scaling_keeps_the_mean() -> None:
    drawn: dict[str, list[np.ndarray]] = {}
    for step in range(20):
        for name, mask in masks(step).items():
            drawn.setdefault(name, []).append(mask)
    rates = {"embedding": 0.2, "tokens": 0.4, "inputs 0": 0.1, "inputs 1": 0.3, "recurrent 1": 0.5, "output": 0.3}
    for name, rate in rates.items():
        values = np.stack(drawn[name])
        assert set(np.unique(values)) == {np.float32(0.0), np.float32(1.0) / np.float32(1.0 - rate)}
        assert values.mean() == pytest.approx(1.0, abs=0.05)


def test_a_rate_of_zero_draws_nothing() -> None:
    config = ScriptTrainingConfig(
        Budget(steps=1), dropout=0.0, input_dropout=0.0, token_dropout=0.0, embedding_dropout=0.0, weight_drop=0.0
    )
    noise = language_model_masks(MODEL, config, 5, 4, tf.constant(0, tf.int64))
    assert noise == (None, None, (None, None), (None, None), None)


def test_compiled_masks_are_the_eager_ones() -> None:
    config = ScriptTrainingConfig(Budget(steps=1), seed=2**62 + 1, dropout=0.3)
    compiled = tf.function(lambda step: language_model_masks(MODEL, config, 5, 4, step).output)
    step = tf.constant(10**12, tf.int64)
    assert np.array_equal(compiled(step), language_model_masks(MODEL, config, 5, 4, step).output)


CHAT = EncoderDecoderConfig(270, embedding=10, hidden=12, layers=2)


def chat_masks(step: int = 0, **settings: Any) -> dict[str, np.ndarray]:
    rates = {"dropout": 0.3, "embedding_dropout": 0.2, "weight_drop": 0.5}
    config = TrainingConfig(Budget(steps=1), **{**rates, **settings})
    noise = encoder_decoder_masks(CHAT, config, 64, tf.constant(step, tf.int64))
    named = {"embedding": noise.embedding, "memory": noise.memory, "output": noise.output, **noise.recurrent}
    named |= {f"encoder {k}": mask for k, mask in enumerate(noise.encoder)}
    named |= {f"decoder {k}": mask for k, mask in enumerate(noise.decoder)}
    return {name: None if mask is None else np.asarray(mask) for name, mask in named.items()}


def test_shapes_fit_the_encoder_decoder() -> None:
    half, whole = (6, 24), (12, 48)
    assert {name: mask.shape for name, mask in chat_masks().items()} == {
        "embedding": (270, 1),
        "encoder 0": (1, 64, 10),
        "encoder 1": (1, 64, 12),
        "decoder 0": (1, 64, 10),
        "decoder 1": (1, 64, 12),
        "encoder_0/forward": half,
        "encoder_0/backward": half,
        "encoder_1/forward": half,
        "encoder_1/backward": half,
        "decoder_0": whole,
        "decoder_1": whole,
        "memory": (1, 64, 12),
        "output": (1, 64, 12),
    }


def test_noise_of_an_encoder_decoder_is_a_function_of_seed_step_and_place() -> None:
    first, again, other = chat_masks(7, seed=3), chat_masks(7, seed=3), chat_masks(8, seed=3)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not any(np.array_equal(first[name], other[name]) for name in first)
    places = [mask for mask in first.values() if mask.shape == (1, 64, 12)]
    assert len(places) == 4
    assert not any(np.array_equal(one, two) for k, one in enumerate(places) for two in places[:k])


def test_an_encoder_decoder_without_rates_has_no_noise() -> None:
    drawn = chat_masks(dropout=0.0, embedding_dropout=0.0, weight_drop=0.0)
    assert set(drawn.values()) == {None}
