"""The command `textgen`: finds its subcommands, and turns errors into sentences and exit codes.

A subcommand is a module in this folder whose docstring begins with "`textgen NAME`: One line of help." and which
defines a click command called `command`. To add one, add its file; there is no list to edit.
"""

import importlib
import io
import os
import re
import signal
import sys
import traceback
from functools import cache

import click

from textgen.cli import __path__
from textgen.cli.output import echo, open_closed_streams
from textgen.errors import ConfigurationError, TextgenError, system_sentence
from textgen.wording import did_you_mean

_FIRST_LINE = re.compile(r'"""`textgen ([a-z][a-z0-9-]*)`: (.+?)(?:""")?$')


@cache
def command_lines() -> dict[str, str]:
    """The subcommands by name, each with its line of help.

    They are read from the first lines of the modules, because importing the modules would take too long for
    `textgen --help`. So would importing pathlib.
    """
    found = {}
    for entry in os.scandir(__path__[0]):
        if entry.name.endswith(".py"):
            with click.open_file(entry.path, encoding="utf-8") as file:
                if match := _FIRST_LINE.match(file.readline().rstrip()):
                    found[match[1]] = match[2]
    return dict(sorted(found.items()))


def _debug(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    ctx.meta["debug"] = asked or ctx.meta.get("debug", False)


_DEBUG = click.Option(
    ["--debug"],
    is_flag=True,
    expose_value=False,
    callback=_debug,
    help="Show the full traceback when something fails.",
)
"""May stand before the name of a subcommand and after it."""


class _LazyGroup(click.Group):
    """Imports a subcommand only when it is asked for, and gives it `--debug`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(command_lines())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in command_lines():
            return None
        module = importlib.import_module(f"textgen.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        if _DEBUG not in command.params:
            command.params.append(_DEBUG)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], command_lines()
        if name not in known and not name.startswith("-"):
            ctx.fail(f"{name!r} was asked for, but textgen has no such command: {did_you_mean(name, known)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(command_lines().items()))


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked:
        from textgen._version import __version__

        echo(f"textgen {__version__}")
        ctx.exit()


# With color, click leaves what people typed as it is: `echo` decides what a terminal may show.
@click.command(cls=_LazyGroup, params=[_DEBUG], context_settings={"help_option_names": ["-h", "--help"], "color": True})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def cli() -> None:
    """Train LSTM text generators on your own text, then write or talk with them.

    \b
    textgen train-script --corpus my_show.txt --minutes 20
    textgen generate --model runs/my_show --prompt "jerry:" --lines 20
    textgen chat
    """


def main() -> None:
    """Runs the command line and exits: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted."""
    debug = "--debug" in sys.argv[1:]
    open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a character that the terminal lacks must not end the command
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = cli.main(prog_name="textgen", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort as error:  # how click reports Ctrl-C; training adds how to continue
        _fail(str(error.__cause__ or "") or "Interrupted.", 130)
    except KeyboardInterrupt:
        _fail("Interrupted.", 130)
    except click.ClickException as error:
        usage = io.StringIO()
        error.show(usage)
        echo(usage.getvalue(), err=True, nl=False)
        sys.exit(error.exit_code)
    except TextgenError as error:
        if debug:
            echo(traceback.format_exc(), err=True)
        _fail(str(error), 2 if isinstance(error, ConfigurationError) else 1)
    except OSError as error:
        if debug:
            echo(traceback.format_exc(), err=True)
        _drop_output()
        _fail(system_sentence(error), 1)
    except MemoryError:
        _fail(
            "This machine has too little memory: try a smaller --size, fewer --streams or less text.",
            1,
        )
    except Exception as error:
        if debug:
            echo(traceback.format_exc(), err=True)
            sys.exit(1)
        _fail(
            f"Something went wrong inside textgen ({type(error).__name__}: {error}); --debug shows where.",
            1,
        )


def _drop_output() -> None:
    """Drops output that cannot be written (a full disk); otherwise Python would fail on it again when it exits."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(sentence: str, code: int) -> None:
    echo(f"textgen: {sentence}", err=True)
    sys.exit(code)
