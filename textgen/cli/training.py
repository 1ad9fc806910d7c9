"""What `train-script` and `train-chat` share: their options, and what they print at the end."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from textgen.cli.options import Command

_LEVELS = ("auto", "character", "word", "subword")
_SIZES = ("auto", "tiny", "small", "medium", "large")


def data_options(held_out: str) -> Callable[[Command], Command]:
    """Adds `--validation` and `--out`.

    Args:
        held_out: the part of the corpus that is held out without `--validation`, for the help.
    """
    return _adding(
        click.option(
            "--validation",
            type=click.Path(path_type=Path),
            multiple=True,
            metavar="FILE",
            help=f"Text to measure the model on.  [{held_out}, held out]",
        ),
        click.option(
            "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the model.  [runs/<corpus name>]"
        ),
    )


def model_options(command: Command) -> Command:
    """Adds the options about the model: its tokens and its size."""
    return _adding(
        click.option(
            "--level",
            type=click.Choice(_LEVELS),
            default="auto",
            show_default=True,
            help="What a token is; auto chooses by the corpus.",
        ),
        click.option(
            "--words",
            type=click.Choice(["natural", "whitespace"]),
            default="natural",
            show_default=True,
            help="How text is split into words; whitespace is for corpora that are already tokenised with spaces.",
        ),
        click.option(
            "--vocabulary-limit",
            type=int,
            metavar="N",
            help="Maximum of words (level word) or merges (level subword).",
        ),
        click.option(
            "--size",
            type=click.Choice(_SIZES),
            default="auto",
            show_default=True,
            help="Size of the model; auto chooses by the length of the corpus and the training time.",
        ),
        click.option("--embedding", type=int, metavar="N", help="Width of the token vectors.  [set by --size]"),
        click.option("--hidden", type=int, metavar="N", help="Units of each LSTM layer.  [set by --size]"),
        click.option("--layers", type=int, metavar="N", help="Number of LSTM layers.  [set by --size]"),
        click.option(
            "--dropout",
            type=float,
            metavar="X",
            help="Share of activations dropped in training; 0 is off.  [more if the corpus is read many times]",
        ),
    )(command)


def run_options(command: Command) -> Command:
    """Adds the options about the run: how long and how the model is trained."""
    return _adding(
        click.option(
            "--minutes",
            type=float,
            metavar="N",
            help="Train for N minutes, plus the time to read the corpus.  [20]",
        ),
        click.option("--epochs", type=float, metavar="N", help="Train for N passes over the corpus instead."),
        click.option("--steps", type=int, metavar="N", help="Train for N steps instead."),
        click.option(
            "--seed", type=int, default=0, show_default=True, metavar="N", help="The same seed gives the same model."
        ),
        click.option("--learning-rate", type=float, metavar="X", help="Highest learning rate of the schedule."),
        click.option(
            "--precision",
            type=click.Choice(["auto", "float32", "bfloat16"]),
            default="auto",
            show_default=True,
            help="Precision of the matrix products; auto uses bfloat16 on processors that are fast at it.",
        ),
        click.option("--resume", is_flag=True, help="Continue the interrupted run in --out."),
        click.option("--overwrite", is_flag=True, help="Replace the model in --out once the new one is trained."),
        click.option(
            "--from",
            "start_from",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Start from a trained model and keep its vocabulary (fine-tuning).",
        ),
        click.option(
            "--no-index",
            "index",
            is_flag=True,
            flag_value=False,
            default=True,
            help="Store no index of the corpus's word sequences; --no-copy and evaluate need it to find copies.",
        ),
        click.option(
            "--tensorboard",
            is_flag=True,
            help="Write TensorBoard files to DIR/training/tensorboard.",
        ),
        click.option("--quiet", is_flag=True, help="Show no progress."),
    )(command)


def print_result(path: Path, metrics: dict[str, Any], use: str, command: str) -> None:
    """Prints where the model is, how good it is, and how to use it.

    Args:
        path: of the model folder.
        metrics: of its card.
        use: what to do with it, such as `write with it`.
        command: the command for that, without `--model`.
    """
    bits = metrics.get("bits_per_character") if metrics.get("held_out_characters") else None
    score = f", {bits:.3f} bits per character on held-out text" if bits is not None else ""
    click.echo(f"The model is in {path}{score}. To {use}:", err=True)
    click.echo(f"  {command} --model {shlex.quote(str(path))}", err=True)


def _adding(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add
