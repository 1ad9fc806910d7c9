"""Options that several commands share: corpus, model, decoding (from its table) and training."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.types import IntParamType

from textgen.cli.output import echo
from textgen.decoding.option_row import Option, Use, Values
from textgen.decoding.options import TABLE, ChatOptions, DecodingOptions
from textgen.wording import COME_ALONG

Command = TypeVar("Command", bound=Callable[..., Any])

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
                if option.values_for(use).kind == "switch":
                    flag = f"{flag}/--no-{flag[2:]}"
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
        return {"default": None, "help": f"{help}  [{'on' if default else 'off'}]"}
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


class NamedPath(click.Path):
    """A path; an empty one, which would be the folder one is in, is refused.

    Args:
        settings: of `click.Path`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path that was typed."""
        if value == "":
            self.fail("'' was given; it must be a path: name a file or a folder (. is the folder here).", param, ctx)
        return super().convert(value, param, ctx)


class OutPath(NamedPath):
    """A file or a folder to be written, in a folder that is there; `write_out` takes it.

    Args:
        settings: of `click.Path`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_dash=True, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path that was typed."""
        path = super().convert(value, param, ctx)
        if not path.absolute().parent.is_dir():
            self.fail(f"{path} was given, but the folder {path.parent} does not exist: make it first.", param, ctx)
        return path


WRITTEN = "- is stdout, and a file that exists is replaced."
"""What the help of every such option says of a file."""


def model_option(required: bool, come_along: tuple[str, ...] = COME_ALONG) -> Callable[[Command], Command]:
    """Adds `--model DIR`.

    Args:
        required: whether it must be given.
        come_along: the models of the package that the command can use.
    """
    names = f", or {named}" if (named := _which_come_along(come_along)) else ""
    return click.option("--model", required=required, type=NamedPath(), metavar="DIR", help=f"The model folder{names}.")


def _which_come_along(names: tuple[str, ...]) -> str:
    """Models of the package by name, and that they need not be trained first."""
    return f"{' or '.join(names)}, which {'comes' if len(names) == 1 else 'come'} along" if names else ""


def corpus_options(
    required: bool,
    scripts: bool = True,
    dialogues: bool = False,
    help: str = "Text files or folders, one or more.",
) -> Callable[[Command], Command]:
    """Adds `--corpus FILE...` (files or folders, as many as follow), `--format` and the reading options.

    Args:
        required: whether a corpus must be given.
        scripts: whether `--format` may be a format of scripts.
        dialogues: whether it may be a format of dialogues.
        help: what the corpus is for.
    """
    # Imported here because the commands that take no corpus need not load the readers for their help.
    from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS

    formats = (*(SCRIPT_FORMATS if scripts else ()), *(DIALOGUE_FORMATS if dialogues else ()))

    def add(command: Command) -> Command:
        command = reading_options(command)
        command = click.option(
            "--format", type=click.Choice(formats), help="The format of the corpus.  [recognised from its content]"
        )(command)
        return click.option(
            "--corpus",
            required=required,
            multiple=True,
            cls=_ManyPaths,
            type=NamedPath(),
            metavar="FILE...",
            help=help,
        )(command)

    return add


def reading_options(command: Command) -> Command:
    """Adds the options of `ReadingOptions`; those that are not given are None."""
    columns = (
        ("text", "the text of a line"),
        ("speaker", "the speaker of a line"),
        ("scene", "what names the scenes"),
        ("prompt", "the prompts, for a chat"),
        ("reply", "their replies, for a chat"),
    )
    return _adding(
        click.option("--encoding", metavar="NAME", help="Encoding of the corpus, such as cp437.  [found in its bytes]"),
        click.option(
            "--document-separator",
            metavar="TEXT",
            help="Line between two documents of plain text, such as --- or \\f (a form feed); \\n\\n\\n\\n stands for "
            "three empty lines.  [found in the text]",
        ),
        click.option(
            "--join-minutes",
            type=Whole(0),
            metavar="N",
            help="Join messages of one person in a chat export that follow within N minutes; 0 joins none.  [10]",
        ),
        *(
            click.option(
                f"--{name}-column",
                metavar="NAME",
                callback=_column,
                help=f"Column of a table with {what}: its name in the header, or its number.  [found by its name]",
            )
            for name, what in columns
        ),
    )(command)


def _column(ctx: click.Context, option: click.Parameter, value: str | None) -> str | int | None:
    """A column's number where a number was typed, else its name."""
    return int(value) if value is not None and value.strip().isdecimal() else value


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
            type=NamedPath(),
            multiple=True,
            metavar="FILE",
            help=f"Text to measure the model on.  [{held_out}, held out]",
        ),
        click.option("--out", type=NamedPath(), metavar="DIR", help="Folder for the model.  [runs/<corpus name>]"),
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


def run_options(starter: str) -> Callable[[Command], Command]:
    """Adds the options about the run: how long and how the model is trained.

    Args:
        starter: the model of the package that such a run may start from.
    """
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
            type=NamedPath(),
            metavar="DIR",
            help="Start from a trained model and keep its vocabulary and network: a folder, or "
            f"{_which_come_along((starter,))}; none starts afresh.  [{starter}, where it knows the language of the "
            "corpus and no option of vocabulary or size is given]",
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
    )


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
    echo(f"The model is in {path}{score}. To {use}:", err=True)
    echo(f"  {command} --model {shlex.quote(str(path))}", err=True)


def _adding(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add
