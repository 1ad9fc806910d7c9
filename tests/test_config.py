import json
import math
from typing import Any

import numpy as np
import pytest

from textgen.config import (
    ADVERSARIAL_LOSSES,
    GENERATOR_GRADIENTS,
    AdversarialConfig,
    Budget,
    ChatTrainingConfig,
    DiscriminatorConfig,
    EncoderDecoderConfig,
    ModelConfig,
    ScriptTrainingConfig,
    TrainingConfig,
)
from textgen.errors import ConfigurationError, ModelError
from textgen.inference.weights import weight_shapes

MODEL = ModelConfig(vocabulary_size=300, embedding=16, hidden=24, layers=2, tied=False)
CHAT_MODEL = EncoderDecoderConfig(vocabulary_size=300, embedding=16, hidden=24, layers=2, attention=False)
CHAT_TRAINING = ChatTrainingConfig(Budget(minutes=2.0), seed=7, batch=12, label_smoothing=0.2, empty_contexts=0.0)
TRAINING = ScriptTrainingConfig(Budget(epochs=2.5), seed=7, precision="bfloat16")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vocabulary_size": 263}, "vocabulary_size is 263; it must be at least 264"),
        ({"embedding": 0}, "embedding is 0; it must be at least 1"),
        ({"hidden": -1}, "hidden is -1; it must be at least 1"),
        ({"layers": 0}, "layers is 0; it must be at least 1"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        ModelConfig(**{**MODEL.to_json(), **change})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"precision": "float16"}, "precision is 'float16'; it must be float32 or bfloat16"),
        ({"streams": 0}, "streams is 0; it must be at least 1"),
        ({"window": 0}, "window is 0"),
        ({"validations": 0}, "validations is 0"),
        ({"patience": 0}, "patience is 0"),
        ({"dropout": 1.0}, "dropout is 1.0; it must be at least 0 and below 1"),
        ({"weight_drop": -0.1}, "weight_drop is -0.1"),
        ({"embedding_dropout": math.nan}, "embedding_dropout is nan"),
        ({"reset": 2}, "reset is 2"),
        ({"sampled_words": -1}, "sampled_words is -1; it must be at least 0"),
        ({"learning_rate": 0}, "learning_rate is 0; it must be a number above 0"),
        ({"learning_rate": math.inf}, "learning_rate is inf"),
        ({"clip": math.nan}, "clip is nan"),
        ({"weight_decay": 1}, "weight_decay is 1"),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0"),
        ({"seed": 2**63}, "seed is 9223372036854775808"),
    ],
)
def test_training_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        ScriptTrainingConfig(**{"budget": Budget(steps=1), **change})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "got none"),
        ({"minutes": 1, "steps": 2}, "but got minutes and steps"),
        ({"minutes": 0}, "minutes is 0"),
        ({"minutes": math.nan}, "minutes is nan"),
        ({"epochs": math.inf}, "epochs is inf"),
        ({"steps": -5}, "steps is -5"),
    ],
)
def test_a_run_has_one_budget_above_zero(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        Budget(**values)


@pytest.mark.parametrize(
    ("budget", "words"),
    [(Budget(minutes=20.0), "20 minutes"), (Budget(epochs=1), "1 epoch"), (Budget(epochs=0.5), "0.5 epochs")],
)
def test_a_budget_in_words(budget: Budget, words: str) -> None:
    assert budget.describe() == words


@pytest.mark.parametrize("config", [MODEL, CHAT_MODEL, TRAINING, CHAT_TRAINING, Budget(minutes=2.5)])
def test_json_and_back(config: ModelConfig | TrainingConfig | Budget) -> None:
    assert type(config).from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {**MODEL.to_json(), "heads": 8},
        {**MODEL.to_json(), "hidden": 0},
        {**MODEL.to_json(), "hidden": "wide"},
    ],
)
def test_a_damaged_model_configuration_is_a_model_error(values: object) -> None:
    with pytest.raises(ModelError, match="The saved ModelConfig"):
        ModelConfig.from_json(values)


def test_a_damaged_budget_inside_a_training_configuration_is_a_model_error() -> None:
    with pytest.raises(ModelError, match=r"The saved ScriptTrainingConfig holds budget\.hours"):
        ScriptTrainingConfig.from_json({**TRAINING.to_json(), "budget": {"hours": 3}})


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("layers", [1, 3])
def test_parameters_are_the_sizes_of_the_arrays(tied: bool, layers: int) -> None:
    config = ModelConfig(vocabulary_size=301, embedding=5, hidden=7, layers=layers, tied=tied)
    assert config.parameters == sum(int(np.prod(shape)) for shape in weight_shapes(config).values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vocabulary_size": 263}, "vocabulary_size is 263; it must be at least 264"),
        ({"embedding": 0}, "embedding is 0; it must be at least 1"),
        ({"layers": 0}, "layers is 0; it must be at least 1"),
        ({"hidden": 0}, "hidden is 0; it must be an even number above 0"),
        ({"hidden": 7}, "hidden is 7; it must be an even number above 0"),
        ({"hidden": -2}, "hidden is -2; it must be an even number above 0"),
    ],
)
def test_a_chat_model_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        EncoderDecoderConfig(**{**CHAT_MODEL.to_json(), **change})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"batch": 0}, "batch is 0; it must be at least 1"),
        ({"label_smoothing": 1.0}, "label_smoothing is 1.0; it must be at least 0 and below 1"),
        ({"empty_contexts": -0.1}, "empty_contexts is -0.1"),
        ({"empty_contexts": math.nan}, "empty_contexts is nan"),
        ({"empty_at_first": 1.0}, "empty_at_first is 1.0"),
        ({"dropout": 1.0}, "dropout is 1.0"),
    ],
)
def test_training_of_a_chatbot_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        ChatTrainingConfig(**{"budget": Budget(steps=1), **change})


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("layers", [1, 3])
def test_parameters_of_a_chat_model_are_the_sizes_of_the_arrays(attention: bool, layers: int) -> None:
    config = EncoderDecoderConfig(vocabulary_size=301, embedding=5, hidden=8, layers=layers, attention=attention)
    shapes = weight_shapes(config)
    assert config.parameters == sum(int(np.prod(shape)) for shape in shapes.values())
    encoder = [int(np.prod(shape)) for name, shape in shapes.items() if name.startswith("encoder")]
    assert config.encoder_parameters == sum(encoder)


def test_parameters_of_a_chat_model_by_hand() -> None:
    # Token vectors, two encoders of one unit and a decoder of two that read three numbers, keys and values, softmax.
    lstms = 2 * 4 * (3 + 1 + 1) + 4 * 2 * (3 + 2 + 1)
    config = EncoderDecoderConfig(vocabulary_size=300, embedding=3, hidden=2, layers=1)
    assert config.parameters == 300 * 3 + lstms + (2 * 2 + 2 * 3) + (2 * 3 + 300)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vocabulary_size": 0}, "vocabulary_size is 0; it must be at least 1"),
        ({"filters": 0}, "filters is 0"),
        ({"widths": ()}, r"widths is \(\); it must be different lengths of at least 1"),
        ({"widths": (2, 2)}, r"widths is \(2, 2\)"),
        ({"widths": (0, 2)}, r"widths is \(0, 2\)"),
        ({"speakers": -1}, "speakers is -1; it must be at least 0"),
    ],
)
def test_a_discriminator_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        DiscriminatorConfig(**{"vocabulary_size": 300, **change})


def test_a_discriminator_survives_json() -> None:
    config = DiscriminatorConfig(300, embedding=16, widths=(2, 4), filters=50, speakers=3)
    assert DiscriminatorConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert config.features == 100


def test_adversarial_settings_fill_in_what_fits() -> None:
    usual = AdversarialConfig()
    assert (usual.loss, usual.gradient, usual.tokens) == ("least-squares", "gumbel", "hard")
    assert (usual.real_label, usual.penalty, usual.discount) == (0.9, 0.0, None)
    wasserstein = AdversarialConfig(loss="wasserstein", gradient="reinforce")
    assert (wasserstein.real_label, wasserstein.penalty, wasserstein.discount) == (1.0, 10.0, 0.5)
    assert (wasserstein.tokens, wasserstein.temperature, wasserstein.last_temperature) == (None, None, None)


@pytest.mark.parametrize("loss", ADVERSARIAL_LOSSES)
@pytest.mark.parametrize("gradient", GENERATOR_GRADIENTS)
def test_adversarial_settings_survive_json(loss: str, gradient: str) -> None:
    if (loss, gradient) == ("relativistic", "reinforce"):
        return
    for condition in (False, True, "speakers"):
        config = AdversarialConfig(loss=loss, gradient=gradient, conditional=condition, length=20)
        assert AdversarialConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_a_run_of_before_that_was_conditional_still_is() -> None:
    stored = {**AdversarialConfig().to_json(), "conditional": True}
    assert AdversarialConfig.from_json(stored) == AdversarialConfig(conditional="projection")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"loss": "hinge"}, "loss is 'hinge'; it must be one of minimax, non-saturating, least-squares, relativistic"),
        ({"conditional": "mood"}, "conditional is 'mood'; it must be True, False, projection or speakers"),
        ({"conditional": ""}, "conditional is ''; it must be True, False"),
        ({"gradient": "score"}, "gradient is 'score'; it must be one of gumbel, reinforce"),
        (
            {"loss": "relativistic", "gradient": "reinforce"},
            "compares whole lines in pairs and reinforce needs a reward",
        ),
        ({"loss": "wasserstein", "real_label": 0.9}, "real_label is 0.9, but the loss wasserstein has no labels"),
        ({"penalty": 10.0}, "penalty is 10.0, but only the loss wasserstein is penalised"),
        ({"gradient": "reinforce", "temperature": 1.0}, "temperature is 1.0, but the gradient is reinforce"),
        ({"gradient": "reinforce", "tokens": "soft"}, "tokens is 'soft', but the gradient is reinforce"),
        ({"discount": 0.5}, "discount is 0.5, but the gradient is gumbel"),
        ({"gradient": "reinforce", "discount": 1.5}, "discount is 1.5; it must be from 0 to 1"),
        ({"tokens": "warm"}, "tokens is 'warm'; it must be one of hard, soft"),
        ({"temperature": 0.0}, "temperature is 0.0; it must be a number above 0"),
        ({"generator_rate": math.nan}, "generator_rate is nan"),
        ({"critic_rate": 0.0}, "critic_rate is 0.0"),
        ({"critic_steps": 0}, "critic_steps is 0; it must be at least 1"),
        ({"warm_up": -1}, "warm_up is -1; it must be at least 0"),
        ({"teacher_forcing": -0.1}, "teacher_forcing is -0.1; it must be a number of at least 0"),
        ({"noise": math.inf}, "noise is inf"),
        ({"real_label": 0.5}, "real_label is 0.5; it must be above 0.5 and at most 1"),
        ({"length": 65}, "length is 65; it must be from 2 to 64 tokens"),
        ({"batch": 0}, "batch is 0; it must be at least 1"),
        ({"dropout": 1.0}, "dropout is 1.0; it must be at least 0 and below 1"),
        ({"pretraining": 1.0}, "pretraining is 1.0; it must be at least 0 and below 1"),
    ],
)
def test_adversarial_training_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        AdversarialConfig(**change)
