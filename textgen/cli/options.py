"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.types import IntParamType

Command = TypeVar("Command", bound=Callable[..., Any])


def debug_option(command: Command) -> Command:
    """Adds `--debug`, which `textgen.cli.main` looks for."""
    text = "Show the full traceback when something fails."
    return click.option("--debug", is_flag=True, expose_value=False, help=text)(command)


def model_option(required: bool) -> Callable[[Command], Command]:
    """Adds `--model DIR`."""
    return click.option(
        "--model", required=required, type=click.Path(path_type=Path), metavar="DIR", help="The model folder."
    )


def corpus_options(
    required: bool,
    scripts: bool = True,
    dialogues: bool = False,
    help: str = "Text files or folders, one or more.",
) -> Callable[[Command], Command]:
    """Adds `--corpus FILE...` (files or folders, as many as follow) and `--format`.

    Args:
        required: whether a corpus must be given.
        scripts: whether `--format` may be a format of scripts.
        dialogues: whether it may be a format of dialogues.
        help: what the corpus is for.
    """
    # Imported here because the commands that take no corpus need not load the readers for their help.
    from textgen.corpus.formats.registry import DIALOGUE_FORMATS, SCRIPT_FORMATS

    formats = (*(SCRIPT_FORMATS if scripts else ()), *(DIALOGUE_FORMATS if dialogues else ()))

    def add(command: Command) -> Command:
        command = click.option(
            "--format", type=click.Choice(formats), help="The format of the corpus.  [recognised from its content]"
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
    """A whole number; one that is out of range is refused in plain words.

    Args:
        least: the smallest that is allowed.
        most: the largest; None if there is no limit.
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
    """An option that takes every word up to the next option: `--corpus a.txt b.txt --out DIR`."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        ours = next(parser._long_opt[name] for name in self.opts if name in parser._long_opt)
        process = ours.process

        def process_all(value: Any, state: Any) -> None:
            process(value, state)
            while state.rargs and not state.rargs[0].startswith("-"):
                process(state.rargs.pop(0), state)

        ours.process = process_all
