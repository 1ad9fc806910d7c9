"""The decoding options on the command line, made from their table."""

from collections.abc import Callable
from typing import Any

import click

from textgen.cli.options import Command, Whole
from textgen.decoding.option_row import Option, Use, Values
from textgen.decoding.options import TABLE, ChatOptions, DecodingOptions

_METAVARS = {"whole": "N", "number": "X", "texts": "TEXT"}


def decoding_options(use: Use, of_draws_only: bool = False) -> Callable[[Command], Command]:
    """Adds the options of the table, each under its own name, in the table's order.

    Args:
        use: what the command does.
        of_draws_only: leave out what does not change how a token is drawn, such as lengths and seeds.
    """

    def add(command: Command) -> Command:
        for name, option in reversed(TABLE.items()):
            if option.known_to(use) and (option.edits or not of_draws_only):
                flag = f"--{option.flag or name.replace('_', '-')}"
                command = click.option(flag, name, **_settings(name, option, use))(command)
        return command

    return add


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Those options that were given; the model has defaults for the others."""
    return {name: value for name, value in options.items() if value not in (None, ())}


def _settings(name: str, option: Option, use: Use) -> dict[str, Any]:
    """The arguments of `click.option` for an option."""
    values, help = option.values_for(use), option.help
    default = getattr(ChatOptions if use == "talking" else DecodingOptions, name, None)
    if use == "writing" and option.while_writing is not None:
        default, help = option.while_writing.default, f"{help} {option.while_writing.help}"
    if values.kind == "switch":
        return {"is_flag": True, "default": None, "help": help}
    if isinstance(default, int | float):
        help += f"  [the model's own, else {default:g}]" if option.set_by_models else f"  [{default:g}]"
    return {"metavar": option.metavar or _METAVARS[values.kind], "help": help, **_typed(option, values)}


def _typed(option: Option, values: Values) -> dict[str, Any]:
    """How click reads a value. Values out of range are left to the API, which refuses them with its own message."""
    if values.kind == "texts":
        return {"callback": _split} if option.commas else {"multiple": True}
    if values.optional:  # the API's message names None, which cannot be typed here
        return {"type": Whole(values.least, values.most)}
    return {"type": int if values.kind == "whole" else float}


def _split(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Names with commas between them."""
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    if value is not None and not names:
        raise click.BadParameter(f"{value!r} was given; it must be at least one name, or several with commas between.")
    return names
