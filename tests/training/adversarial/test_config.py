import json
import math
from typing import Any

import pytest

from textgen.errors import ConfigurationError
from textgen.training.adversarial.config import ADVERSARIAL_LOSSES, GENERATOR_GRADIENTS, AdversarialConfig


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
