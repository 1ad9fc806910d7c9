"""The options of adversarial training, and what they come to."""

from typing import Any

import pytest

from textgen.cli.adversarial import chosen_settings
from textgen.cli.train_script import command
from textgen.config import AdversarialConfig
from textgen.errors import ConfigurationError


def chosen(*words: str) -> AdversarialConfig | bool:
    """What the options of a command line come to; everything else must be left as it was."""
    options: dict[str, Any] = command.make_context("train-script", ["--corpus", "a.txt", *words]).params
    settings = chosen_settings(options)
    assert "quiet" in options
    assert not {"adversarial", "loss", "conditional", "critic_steps"} & set(options)
    return settings


def test_without_adversarial_there_is_no_critic() -> None:
    assert chosen() is False


def test_settings_arrive() -> None:
    assert chosen("--adversarial") == AdversarialConfig()
    asked = chosen("--adversarial", "--loss", "wasserstein", "--critic-steps", "3", "--conditional", "--noise", "0")
    assert asked == AdversarialConfig(loss="wasserstein", critic_steps=3, conditional=True, noise=0.0)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="compares whole lines in pairs"):
        chosen("--adversarial", "--loss", "relativistic", "--gradient", "reinforce")


def test_settings_without_adversarial_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="--critic-steps, --conditional was given without --adversarial"):
        chosen("--critic-steps", "3", "--conditional")
