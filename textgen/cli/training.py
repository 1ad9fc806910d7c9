"""Options that both training commands share, and what they say at the end."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_LEVELS = ("auto", "character", "word", "subword")
_SIZES = ("auto", "tiny", "small", "medium", "large")


def data_options(held_out: str) -> Callable[[Command], Command]:
    """Adds `--validation` and `--out`.

    Args:
        held_out: what is held out where no validation text is given, for the help.
    """
    return _adding(
        click.option(
            "--validation",
            type=click.Path(path_type=Path),
            multiple=True,
            metavar="FILE",
            help=f"Text to judge the model by. Without it {held_out} is held out.",
        ),
        click.option(
            "--out", type=click.Path(path_type=Path), metavar="DIR", help="The model folder.  [runs/<corpus name>]"
        ),
    )


def model_options(command: Command) -> Command:
    """Adds the options that say what the model is."""
    return _adding(
        click.option("--level", type=click.Choice(_LEVELS), default="auto", show_default=True, help="What a token is."),
        click.option(
            "--words",
            type=click.Choice(["natural", "whitespace"]),
            default="natural",
            show_default=True,
            help="How text is cut into words; whitespace is for corpora that are tokenised with spaces already.",
        ),
        click.option(
            "--vocabulary-limit", type=int, metavar="N", help="Most words (level word) or merges (level subword)."
        ),
        click.option(
            "--size",
            type=click.Choice(_SIZES),
            default="auto",
            show_default=True,
            help="How large the model is; auto goes by the length of the corpus and the time there is.",
        ),
        click.option("--embedding", type=int, metavar="N", help="Width of the token vectors, instead of the size's."),
        click.option("--hidden", type=int, metavar="N", help="Units of each LSTM layer, instead of the size's."),
        click.option("--layers", type=int, metavar="N", help="Number of LSTM layers, instead of the size's."),
        click.option(
            "--dropout",
            type=float,
            metavar="X",
            help="Share of activations dropped in training; 0 is off.  [more for a text that is read often]",
        ),
    )(command)


def run_options(command: Command) -> Command:
    """Adds the options that say how long and how it is trained."""
    return _adding(
        click.option(
            "--minutes", type=float, metavar="N", help="Train for N minutes; reading the corpus is not counted.  [20]"
        ),
        click.option("--epochs", type=float, metavar="N", help="Train for N passes over the corpus instead."),
        click.option("--steps", type=int, metavar="N", help="Train for N steps instead."),
        click.option(
            "--seed", type=int, default=0, show_default=True, metavar="N", help="The same seed gives the same model."
        ),
        click.option("--learning-rate", type=float, metavar="X", help="The highest rate of the schedule."),
        click.option(
            "--precision",
            type=click.Choice(["auto", "float32", "bfloat16"]),
            default="auto",
            show_default=True,
            help="Of the matrix products; auto takes bfloat16 where the processor is fast at it.",
        ),
        click.option("--resume", is_flag=True, help="Go on with the interrupted run in --out."),
        click.option("--overwrite", is_flag=True, help="Replace the model in --out once the new one is trained."),
        click.option(
            "--from",
            "start_from",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Go on from a trained model, with its vocabulary (fine-tuning).",
        ),
        click.option(
            "--no-index",
            "index",
            is_flag=True,
            flag_value=False,
            default=True,
            help="Keep no index of the text's word sequences, which --no-copy and evaluate look into.",
        ),
        click.option("--tensorboard", is_flag=True, help="Write event files into DIR/training/tensorboard."),
        click.option("--quiet", is_flag=True, help="Show no progress."),
    )(command)


def tell_result(path: Path, metrics: dict[str, Any], use: str, command: str) -> None:
    """Says where the model is, how good it is, and what to do with it.

    Args:
        path: of the model folder.
        metrics: of its card.
        use: what it is for, such as `write with it`.
        command: that does so, without `--model`.
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
