"""The options of adversarial training."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from textgen.config import ADVERSARIAL_LOSSES, GENERATOR_GRADIENTS, AdversarialConfig
from textgen.errors import ConfigurationError

Command = TypeVar("Command", bound=Callable[..., Any])

_SETTINGS = {
    "loss": (click.Choice(ADVERSARIAL_LOSSES), "What both players minimise."),
    "gradient": (click.Choice(GENERATOR_GRADIENTS), "How the critic's judgement reaches the generator."),
    "generator_rate": (float, "Learning rate of the generator."),
    "critic_rate": (float, "Learning rate of the critic."),
    "critic_steps": (int, "Updates of the critic for one of the generator."),
    "warm_up": (int, "Steps in which the critic learns alone."),
    "teacher_forcing": (float, "Weight of the loss of ordinary training; 0 is off."),
    "noise": (float, "Noise on what the critic reads, at the beginning; 0 is off."),
    "temperature": (float, "Of the Gumbel softmax, at the beginning."),
    "length": (int, "Tokens of a line at most; longer ones are left out."),
    "pretraining": (float, "Share of the budget for training without the critic."),
}
"""The settings that have an option, in the order of the help."""


def adversarial_options(command: Command) -> Command:
    """Adds `--adversarial` and the options that belong to it."""
    usual = AdversarialConfig()
    for name, (kind, text) in reversed(_SETTINGS.items()):
        shown = f"With --adversarial: {text}  [{getattr(usual, name)}]"
        option = f"--{name.replace('_', '-')}"
        metavar = None if isinstance(kind, click.Choice) else "N" if kind is int else "X"
        command = click.option(option, name, type=kind, metavar=metavar, help=shown)(command)
    command = click.option(
        "--conditional", is_flag=True, help="With --adversarial: The critic knows who speaks in a line."
    )(command)
    return click.option(
        "--adversarial", is_flag=True, help="Then train on against a critic that tells its lines from real ones."
    )(command)


def chosen_settings(options: dict[str, Any]) -> AdversarialConfig | bool:
    """Takes the adversarial options out of a command's options; False where none was asked for.

    Raises:
        ConfigurationError: settings without `--adversarial`, or settings that make no sense.
    """
    asked = options.pop("adversarial")
    given = {name: options.pop(name) for name in _SETTINGS}
    given = {name: value for name, value in given.items() if value is not None}
    if options.pop("conditional"):
        given["conditional"] = True
    if given and not asked:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ConfigurationError(
            f"{names} was given without --adversarial, which it belongs to: add --adversarial, or leave it out."
        )
    return AdversarialConfig(**given) if asked else False
