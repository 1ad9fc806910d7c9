"""`textgen train-script`: Train a script writer on your own texts."""

from pathlib import Path
from typing import Any

import click

from textgen.cli.options import (
    Command,
    corpus_options,
    data_options,
    model_options,
    print_result,
    run_options,
)
from textgen.config import ADVERSARIAL_LOSSES, CONDITIONS, GENERATOR_GRADIENTS, AdversarialConfig
from textgen.errors import ConfigurationError
from textgen.starters import ENGLISH

_ADVERSARIAL = {
    "loss": (click.Choice(ADVERSARIAL_LOSSES), "Loss that generator and critic minimise."),
    "gradient": (click.Choice(GENERATOR_GRADIENTS), "How the generator learns from the critic's scores."),
    "generator_rate": (float, "Learning rate of the generator."),
    "critic_rate": (float, "Learning rate of the critic."),
    "critic_steps": (int, "Updates of the critic for each update of the generator."),
    "warm_up": (int, "Steps at the beginning in which only the critic learns."),
    "teacher_forcing": (float, "Weight of the loss of ordinary training; 0 turns it off."),
    "noise": (float, "Noise added to the critic's input at the beginning; 0 turns it off."),
    "temperature": (float, "Temperature of the Gumbel softmax at the beginning."),
    "length": (int, "Maximum length of a line in tokens; longer lines are left out."),
    "pretraining": (float, "Share of the training spent without the critic, before it begins."),
}
"""The settings of adversarial training that have an option, in the order of the help."""


def adversarial_options(command: Command) -> Command:
    """Adds `--adversarial` and the options that belong to it."""
    usual = AdversarialConfig()
    for name, (kind, text) in reversed(_ADVERSARIAL.items()):
        shown = f"With --adversarial: {text}  [{getattr(usual, name)}]"
        option = f"--{name.replace('_', '-')}"
        metavar = None if isinstance(kind, click.Choice) else "N" if kind is int else "X"
        command = click.option(option, name, type=kind, metavar=metavar, help=shown)(command)
    command = click.option(
        "--conditional",
        type=click.Choice(CONDITIONS),
        is_flag=False,
        flag_value="projection",
        help="With --adversarial: Tell the critic who speaks each line (projection, meant where no value is given), or "
        "have it learn whose lines are (speakers).",
    )(command)
    return click.option(
        "--adversarial",
        is_flag=True,
        help="After ordinary training, train against a critic that tells generated from real lines.",
    )(command)


@click.command("train-script")
@corpus_options(required=True)
@data_options(held_out="the last tenth of the corpus")
@model_options
@click.option("--streams", type=int, metavar="N", help="Places in the corpus that are read in parallel (the batch).")
@click.option("--window", type=int, metavar="N", help="Tokens per stream in one step.")
@click.option(
    "--sampled-words",
    type=int,
    metavar="N",
    help="Words sampled for the softmax of each step; 0 uses all.  [2,000 if the vocabulary has 20,000 or more]",
)
@run_options(ENGLISH)
@adversarial_options
def command(corpus: tuple[Path, ...], validation: tuple[Path, ...], **options: Any) -> None:
    """Train a script writer on your own texts.

    Many formats of scripts, plain text, and files with one text per line are recognised; `textgen inspect --corpus
    FILE` shows how a file is read. Level, size and all other settings are chosen to suit the corpus, unless you set
    them.

    Ctrl-C saves the run and prints the command that resumes it.

    \b
    textgen train-script --corpus seinfeld.txt --minutes 20
    textgen train-script --corpus scripts/ --validation pilot.txt --out runs/show
    textgen train-script --corpus captions.txt --adversarial --loss relativistic --minutes 20
    """
    from textgen.api import train_script
    from textgen.training.machine import share_cores

    adversarial = chosen_settings(options)
    if not adversarial:  # its rollouts are not sharded over cores
        share_cores()
    writer = train_script(list(corpus), validation=list(validation) or None, adversarial=adversarial, **options)
    if not options["quiet"] and writer.path.exists():  # of several machines, the chief alone keeps the model
        print_result(writer.path, writer.card.metrics, "write with it", "textgen generate")


def chosen_settings(options: dict[str, Any]) -> AdversarialConfig | bool:
    """Takes the adversarial options out of a command's options; False if there are none.

    Raises:
        ConfigurationError: settings without `--adversarial`, or settings that contradict each other.
    """
    asked = options.pop("adversarial")
    given = {name: options.pop(name) for name in (*_ADVERSARIAL, "conditional")}
    given = {name: value for name, value in given.items() if value is not None}
    if given and not asked:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ConfigurationError(
            f"{names} was given without --adversarial, which it needs: add --adversarial, or leave it out."
        )
    return AdversarialConfig(**given) if asked else False
