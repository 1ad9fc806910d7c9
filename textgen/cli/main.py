"""The command `textgen`: finds its subcommands by name, and turns errors into sentences and exit codes."""

import importlib
import io
import os
import sys
import traceback

import click

from textgen.errors import ConfigurationError, TextgenError, system_sentence
from textgen.wording import did_you_mean

_COMMANDS = {
    "train-script": ("train_script", "Train a script writer on your own texts."),
    "train-chat": ("train_chat", "Train a chatbot on your own dialogues."),
    "chat": ("chat", "Talk to a trained chatbot, or to the one included."),
    "train-discriminator": ("train_discriminator", "Train a judge of real and generated text."),
    "generate": ("generate", "Write new text with a trained model."),
    "score": ("score", "Tell how real lines or replies read."),
    "evaluate": ("evaluate", "Measure a model, and what it writes."),
    "compare": ("compare", "Draw quality against diversity, for several models."),
    "inspect": ("inspect", "Show what a model is, or how a corpus is read."),
    "doctor": ("doctor", "Show what this machine offers for training and writing."),
    "completion": ("completion", "Print the completion script of your shell."),
}
"""Name, module and one line of help: `textgen --help` imports none of the modules."""


class _LazyGroup(click.Group):
    """Imports a subcommand when it is asked for, since each import costs start-up time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"textgen.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"{name!r} was asked for, but textgen has no such command: {did_you_mean(name, _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked:
        from textgen._version import __version__

        click.echo(f"textgen {__version__}")
        ctx.exit()


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option("--debug", is_flag=True, help="Show the whole traceback when something fails.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Train LSTM text generators on your own text, then write or talk with them.

    \b
    textgen train-script --corpus my_show.txt --minutes 20
    textgen generate --model runs/my_show --prompt "jerry:" --lines 20
    textgen chat
    """
    ctx.meta["debug"] = debug


def main() -> None:
    """Runs the command line and exits: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted."""
    debug = "--debug" in sys.argv[1:]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character is no reason to stop
    try:
        code = cli.main(prog_name="textgen", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort as error:  # click's own word for Ctrl-C; training says how to go on
        _fail(str(error.__cause__ or "") or "Interrupted.", 130)
    except KeyboardInterrupt:
        _fail("Interrupted.", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TextgenError as error:
        if debug:
            traceback.print_exc()
        _fail(str(error), 2 if isinstance(error, ConfigurationError) else 1)
    except OSError as error:
        if debug:
            traceback.print_exc()
        _drop_output()
        _fail(system_sentence(error), 1)
    except MemoryError:
        _fail(
            "The memory of this machine did not suffice: try a smaller --size, fewer --streams or less text.",
            1,
        )
    except Exception as error:
        if debug:
            raise
        _fail(
            f"Something went wrong inside textgen ({type(error).__name__}: {error}); run again with --debug.",
            1,
        )


def _drop_output() -> None:
    """Lets go of output that cannot be written (a full disk), or Python would fail on it once more when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(sentence: str, code: int) -> None:
    click.echo(f"textgen: {sentence}", err=True)
    sys.exit(code)
