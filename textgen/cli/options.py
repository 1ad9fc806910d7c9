"""Options that several commands share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.types import IntParamType

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("colon", "play", "fountain", "csv", "tsv", "jsonl", "captions", "plain")
"""The formats of scripts; spelled out here so that `--help` need not load the readers (a test compares them)."""

DIALOGUE_FORMATS = (
    "aligned",
    "csv-pairs",
    "tsv-pairs",
    "eou",
    "cornell",
    "chatterbot",
    "turns-jsonl",
    "conv",
    "script",
)
"""The formats of dialogues, likewise."""


def debug_option(command: Command) -> Command:
    """Adds `--debug`, which `textgen.cli.main` looks for."""
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the whole traceback on failure.")(
        command
    )


def model_option(required: bool) -> Callable[[Command], Command]:
    """Adds `--model DIR`."""
    return click.option(
        "--model", required=required, type=click.Path(path_type=Path), metavar="DIR", help="The model folder."
    )


def corpus_options(
    required: bool, formats: Sequence[str] = FORMATS, help: str = "A text file or folder, or several."
) -> Callable[[Command], Command]:
    """Adds `--corpus FILE...` (a file or folder, several times) and `--format`.

    Args:
        required: whether a corpus must be given.
        formats: what `--format` may be.
        help: what the corpus is for.
    """

    def add(command: Command) -> Command:
        command = click.option(
            "--format",
            type=click.Choice(formats),
            help="How the corpus is written, instead of finding it out from the content.",
        )(command)
        return click.option(
            "--corpus",
            required=required,
            multiple=True,
            cls=_ManyPaths,
            type=click.Path(path_type=Path),
            metavar="FILE...",
            help=help,
        )(command)

    return add


class Whole(IntParamType):
    """A whole number, said in words where it is out of range.

    Args:
        least: the smallest that is allowed.
        most: the largest; None where there is none.
    """

    def __init__(self, least: int, most: int | None = None) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number that was typed."""
        number: int = super().convert(value, param, ctx)
        if number < self._least or (self._most is not None and number > self._most):
            allowed = f"from {self._least} to {self._most}" if self._most is not None else f"{self._least} or more"
            self.fail(f"{number} was given; it must be a whole number, {allowed}.", param, ctx)
        return number


class _ManyPaths(click.Option):
    """An option that takes all the words up to the next option: `--corpus a.txt b.txt --out DIR`."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        ours = next(parser._long_opt[name] for name in self.opts if name in parser._long_opt)
        process = ours.process

        def process_all(value: Any, state: Any) -> None:
            process(value, state)
            while state.rargs and not state.rargs[0].startswith("-"):
                process(state.rargs.pop(0), state)

        ours.process = process_all
