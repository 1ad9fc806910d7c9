"""The commands of the chat: what each is called, what it does and what it suggests.

To add one, write its function in the place where `/help` should show it, and decorate it with `@_command`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from textgen.errors import ConfigurationError
from textgen.generation.conversation import BOT
from textgen.generation.ranking import Candidate
from textgen.repl import arguments
from textgen.repl.arguments import Suggestion
from textgen.repl.outputs import Listing, Notice, Output, Piece, ReplyBegins, ReplyEnds, Turns
from textgen.repl.session import SETTINGS, Session, is_farewell, parsed, shown
from textgen.starters import PRETRAINED, SMALLTALK
from textgen.wording import count, did_you_mean

_Action = Callable[[Session, str], Iterator[Output]]
_Suggest = Callable[[Session, str], Iterator[Suggestion]]

_FEWEST_LISTED = 5


class Command(NamedTuple):
    """Something a person can ask for with a slash.

    Args:
        name: typed after the slash.
        argument: how its argument is shown in the help; empty if it takes none.
        help: one line.
        run: the action; it gets the argument as typed, without white space around it.
        suggest: what the argument could become while it is typed.
    """

    name: str
    argument: str
    help: str
    run: _Action
    suggest: _Suggest

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.argument}".rstrip()


COMMANDS: dict[str, Command] = {}
"""By name, in the order in which the help shows them."""


def handle(session: Session, line: str) -> Iterator[Output]:
    """Answers a line from the keyboard: a command, a message, or nothing at all.

    A line that begins with two slashes is a message that begins with one. Whatever fails is shown, and the session
    continues.
    """
    text = line.strip()
    try:
        if text.startswith("/") and not text.startswith("//"):
            yield from run(session, text)
        elif text:
            yield from session.say(text.removeprefix("/") if text.startswith("//") else line)
    except Exception as error:
        yield session.failure(error)
    yield from session.late_failures()


def run(session: Session, line: str) -> Iterator[Output]:
    """Runs the command in a line that begins with a slash.

    Raises:
        ConfigurationError: there is no such command, or it was given an argument and takes none.
    """
    name, *rest = line.removeprefix("/").split(maxsplit=1) or [""]
    argument = rest[0].strip() if rest else ""
    command = find(name)
    if argument and not command.argument:
        raise ConfigurationError(
            f"/{command.name} was given {argument!r}, but it takes nothing after its name: type it alone."
        )
    yield from command.run(session, argument)


def find(name: str) -> Command:
    """The command of that name, in any case.

    Raises:
        ConfigurationError: there is none; the message names the nearest.
    """
    wanted = name.casefold()
    if wanted in COMMANDS:
        return COMMANDS[wanted]
    if is_farewell(name):
        return COMMANDS["quit"]
    hint = did_you_mean(f"/{wanted}", [f"/{known}" for known in COMMANDS], "/help shows them all.")
    raise ConfigurationError(
        f"/{name} was asked for, but there is no such command: {hint} (To say a text that begins with a slash, "
        "type two slashes.)"
    )


def suggest(session: Session, typed: str) -> Iterator[Suggestion]:
    """What a line that begins with one slash could become; nothing for other lines.

    Args:
        session: knows the current values.
        typed: everything before the cursor.
    """
    if not typed.startswith("/") or typed.startswith("//") or "\n" in typed:
        return
    name, separator, argument = typed[1:].partition(" ")
    if not separator:
        yield from _suggest_commands(session, name)
    elif name.casefold() in COMMANDS:
        with suppress(OSError, ValueError):  # an unreadable folder or an impossible path: nothing is suggested
            yield from COMMANDS[name.casefold()].suggest(session, argument.lstrip())


def _suggest_commands(session: Session, typed: str) -> Iterator[Suggestion]:
    return arguments.matching(typed, ((command.name, command.help) for command in COMMANDS.values()))


def _command(
    name: str, argument: str, help: str, suggest: _Suggest = arguments.suggest_nothing
) -> Callable[[_Action], _Action]:
    """Adds the decorated function to COMMANDS."""

    def add(action: _Action) -> _Action:
        COMMANDS[name] = Command(name, argument, help, action, suggest)
        return action

    return add


@_command("help", "[COMMAND]", "show the commands, or one of them", _suggest_commands)
def _help(session: Session, argument: str) -> Iterator[Output]:
    chosen = [find(argument.removeprefix("/"))] if argument else list(COMMANDS.values())
    rows = [(command.usage, command.help) for command in chosen]
    if not argument:
        rows.append(("//text", "say a text that begins with a slash"))
    yield Listing(tuple(rows))


@_command("set", "[NAME VALUE]", "show the options, or change one, or several as A=1 B=2", arguments.suggest_settings)
def _set(session: Session, argument: str) -> Iterator[Output]:
    words = arguments.typed_words(argument)
    if not words or (len(words) == 1 and words[0] in SETTINGS):
        options = session.bot.options
        yield Listing(
            tuple((name, shown(getattr(options, name)), SETTINGS[name].allowed) for name in words or SETTINGS)
        )
        return
    asked = arguments.typed_options(words)
    before = session.bot.options
    session.set(**asked)
    now = session.bot.options
    others = [name for name in SETTINGS if name not in asked and getattr(now, name) != getattr(before, name)]
    for name in (*asked, *others):  # beams change the temperature with them
        yield Notice(f"{name} is now {shown(getattr(now, name))}.")


@_command("reset", "", "forget the conversation and start over")
def _reset(session: Session, argument: str) -> Iterator[Output]:
    session.bot.reset()
    session.listed = 0
    session.record("reset")
    yield Notice("The conversation starts over.")


@_command("undo", "", "take back your last message and its reply")
def _undo(session: Session, argument: str) -> Iterator[Output]:
    turns = len(session.bot.turns)
    if not session.bot.undo():
        raise ConfigurationError("/undo was asked for, but nothing has been said yet: say something first.")
    session.listed = 0
    session.record("undo")
    answered = turns - len(session.bot.turns) > 1
    yield Notice(f"Taken back: {'the last message and its reply' if answered else 'what the bot said first'}.")


@_command("retry", "", "get another reply to your last message")
def _retry(session: Session, argument: str) -> Iterator[Output]:
    before = [turn.text for turn in session.bot.turns[-1:]]
    yield from session.reply(session.bot.stream_retry(), "retry")
    if [turn.text for turn in session.bot.turns[-1:]] == before:
        yield Notice("That is the same reply again. A higher temperature gives others, as in /set temperature 1.")


@_command("candidates", "[N]", "list possible replies, best first")
def _candidates(session: Session, argument: str) -> Iterator[Output]:
    fewest = max(session.bot.options.candidates, _FEWEST_LISTED)
    number = arguments.typed_number("candidates", argument) if argument else fewest
    found = session.bot.candidates(number)
    session.listed = len(found)
    yield Listing(tuple((str(place), *_described(candidate)) for place, candidate in enumerate(found, 1)))
    yield Notice(
        "Best first, scores in nats a token: likely, fits the message, not too short, no repetition. /pick N uses one."
    )


@_command("pick", "N", "replace the last reply with a candidate", arguments.suggest_numbers)
def _pick(session: Session, argument: str) -> Iterator[Output]:
    session.bot.pick(arguments.typed_number("pick", argument))
    text = session.bot.turns[-1].text
    session.record("pick", BOT, text)
    yield ReplyBegins(session.bot.name)
    yield Piece(text)
    yield ReplyEnds()


@_command("say-first", "", "let the bot say something first")
def _say_first(session: Session, argument: str) -> Iterator[Output]:
    return session.reply(session.bot.stream_first(), "said")


@_command("save", "FILE", "save the conversation", arguments.suggest_files)
def _save(session: Session, argument: str) -> Iterator[Output]:
    path = arguments.typed_file("save", argument)
    if path.exists() and path.resolve() not in session.own_files:
        raise ConfigurationError(
            f"The conversation was to be saved in {path}, but that file exists already: give another name."
        )
    session.bot.save(path)
    session.own_files.add(path.resolve())
    yield Notice(f"Saved {count(len(session.bot.turns), 'turn')} in {path}.")


@_command("load", "FILE", "continue a saved conversation", arguments.suggest_files)
def _load(session: Session, argument: str) -> Iterator[Output]:
    session.open(arguments.typed_file("load", argument))
    yield from session.recalled()


@_command("model", "[DIR [as NAME]]", "show the models, or talk to another one", arguments.suggest_models)
def _model(session: Session, argument: str) -> Iterator[Output]:
    if not argument:
        yield _models(session)
        return
    path, _, name = ("", "", argument) if arguments.typed_path(argument).is_dir() else argument.rpartition(" as ")
    folder, speaker = (path, name.strip()) if path else (name, None)
    bot = session.opener(str(arguments.typed_path(folder)), speaker)
    yield from session.replace_bot(bot)
    yield Notice(f"You are now talking to {bot.name}; the conversation starts over.")


@_command("seed", "[N|none]", "show the seed, or set it; the same seed gives the same replies", arguments.suggest_seeds)
def _seed(session: Session, argument: str) -> Iterator[Output]:
    if argument:
        session.set(seed=parsed("seed", [argument]))
    seed = session.bot.seed
    if session.bot.options.seed is None:
        yield Notice(
            f"The seed of this conversation is {seed}. The next one gets a new seed; /seed N sets a fixed one."
        )
    else:
        yield Notice(f"The seed of this conversation and the next ones is {seed}; /seed none goes back to new seeds.")


@_command("history", "", "show the conversation so far")
def _history(session: Session, argument: str) -> Iterator[Output]:
    turns = session.said()
    yield Turns(turns) if turns else Notice("Nothing has been said yet.")


@_command("quit", "", "end the chat")
def _quit(session: Session, argument: str) -> Iterator[Output]:
    return session.leave()


def _described(candidate: Candidate) -> tuple[str, ...]:
    """Score, probability of being real if the discriminator was asked, and text."""
    real = candidate.reply.reads_as_real
    return f"{candidate.score:.2f}", *(() if real is None else (f"{real:.0%} real",)), candidate.reply.text


def _models(session: Session) -> Listing:
    folders = [(SMALLTALK, PRETRAINED[SMALLTALK]), *((str(path), path) for path in arguments.models_here())]
    now = Path(session.bot.path).resolve()
    return Listing(tuple((name, "in use" if path.resolve() == now else "") for name, path in folders))
