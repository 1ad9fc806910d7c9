"""The commands of the chat, in one table."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from textgen.errors import ConfigurationError
from textgen.repl import actions, suggestions
from textgen.repl.farewell import is_farewell
from textgen.repl.outputs import Output, Table
from textgen.repl.suggestions import Suggestion
from textgen.wording import did_you_mean

if TYPE_CHECKING:
    from textgen.repl.session import Session


class Command(NamedTuple):
    """Something a person can ask for with a slash.

    Args:
        name: typed after the slash.
        argument: how its argument is shown in the help; empty where it takes none.
        help: one line.
        run: does it; is given the argument as it was typed, without white space around it.
        suggest: what the argument could become.
    """

    name: str
    argument: str
    help: str
    run: Callable[["Session", str], Iterator[Output]]
    suggest: Callable[["Session", str], Iterator[Suggestion]] = suggestions.nothing

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.argument}".rstrip()


def _help(session: "Session", argument: str) -> Iterator[Output]:
    chosen = [find(argument.removeprefix("/"))] if argument else list(COMMANDS.values())
    rows = [(command.usage, command.help) for command in chosen]
    if not argument:
        rows.append(("//text", "say a text that begins with a slash"))
    yield Table(tuple(rows))


def _names(session: "Session", typed: str) -> Iterator[Suggestion]:
    return suggestions.beginning(typed, ((command.name, command.help) for command in COMMANDS.values()))


COMMANDS = {
    command.name: command
    for command in (
        Command("help", "[COMMAND]", "show the commands, or one of them", _help, _names),
        Command(
            "set",
            "[NAME VALUE]",
            "show the options, or change one; several: A=1 B=2",
            actions.set_,
            suggestions.settings,
        ),
        Command("reset", "", "forget the conversation and begin anew", actions.reset),
        Command("undo", "", "take back your last message and its reply", actions.undo),
        Command("retry", "", "get another reply to your last message", actions.retry),
        Command("candidates", "[N]", "show replies that were possible, best first", actions.candidates),
        Command("pick", "N", "put a candidate in the place of the last reply", actions.pick, suggestions.numbers),
        Command("say-first", "", "let the bot say something first", actions.say_first),
        Command("save", "FILE", "save the conversation", actions.save, suggestions.files),
        Command("load", "FILE", "go on with a saved conversation", actions.load, suggestions.files),
        Command(
            "model", "[DIR [as NAME]]", "show the models, or talk to another one", actions.model, suggestions.models
        ),
        Command(
            "seed",
            "[N|none]",
            "show the seed, or set it: the same seed, the same talk",
            actions.seed,
            suggestions.seeds,
        ),
        Command("history", "", "show what was said", actions.history),
        Command("quit", "", "leave", actions.quit_),
    )
}
"""By name, in the order the help shows them."""


def find(name: str) -> Command:
    """The command of that name, in any case.

    Raises:
        ConfigurationError: there is none; names the nearest.
    """
    wanted = name.casefold()
    if wanted in COMMANDS:
        return COMMANDS[wanted]
    if is_farewell(name):
        return COMMANDS["quit"]
    hint = did_you_mean(f"/{wanted}", [f"/{known}" for known in COMMANDS], "/help shows them all.")
    raise ConfigurationError(
        f"/{name} was asked for, but there is no such command: {hint} (To say a text that begins with a slash, "
        "begin with two.)"
    )


def run(session: "Session", line: str) -> Iterator[Output]:
    """Does what a line asks for.

    Raises:
        ConfigurationError: there is no such command, or it takes no argument and was given one.
    """
    name, argument = _split(line)
    command = find(name)
    if argument and not command.argument:
        raise ConfigurationError(
            f"/{command.name} was given {argument!r}, but it takes nothing after its name: type it alone."
        )
    yield from command.run(session, argument)


def suggest(session: "Session", typed: str) -> Iterator[Suggestion]:
    """What a line that begins with one slash could become; nothing for other lines.

    Args:
        session: knows the values.
        typed: everything before the cursor.
    """
    if not typed.startswith("/") or typed.startswith("//") or "\n" in typed:
        return
    name, separator, argument = typed[1:].partition(" ")
    if not separator:
        yield from _names(session, name)
    elif name.casefold() in COMMANDS:
        with suppress(OSError, ValueError):  # a folder that cannot be read, a path that cannot be: nothing is offered
            yield from COMMANDS[name.casefold()].suggest(session, argument.lstrip())


def _split(line: str) -> tuple[str, str]:
    name, *rest = line.removeprefix("/").split(maxsplit=1) or [""]
    return name, rest[0].strip() if rest else ""
