"""What the commands of the chat do. Each takes the session and the argument typed, and yields outputs."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textgen.api import SMALLTALK, SMALLTALK_FOLDER
from textgen.errors import ConfigurationError
from textgen.generation.conversation import BOT
from textgen.repl.models import models_here
from textgen.repl.outputs import Note, Output, Piece, ReplyBegins, ReplyEnds, Table, Talk
from textgen.repl.paths import typed_path
from textgen.repl.settings import SETTINGS, Value, parsed, shown, takes_texts
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.generation.ranking import Candidate
    from textgen.repl.session import Session

_CANDIDATES = 5


def set_(session: "Session", argument: str) -> Iterator[Output]:
    """Shows all options, or one, or changes some."""
    if not argument:
        yield Table(tuple(_row(session, name) for name in SETTINGS))
        return
    words = _words(argument)
    if len(words) == 1 and words[0] in SETTINGS:
        yield Table((_row(session, words[0]),))
        return
    options = _options(words)
    before = session.bot.options
    session.set(**options)
    now = session.bot.options
    others = [name for name in SETTINGS if name not in options and getattr(now, name) != getattr(before, name)]
    for name in (*options, *others):  # beams bring a temperature with them
        yield Note(f"{name} is {shown(getattr(now, name))} now.")


def reset(session: "Session", argument: str) -> Iterator[Output]:
    """Forgets the conversation."""
    session.bot.reset()
    session.listed = 0
    session.record("reset")
    yield Note("The conversation begins anew.")


def undo(session: "Session", argument: str) -> Iterator[Output]:
    """Takes back the last message and its reply."""
    said = len(session.bot.turns)
    if not session.bot.undo():
        raise ConfigurationError("/undo was asked for, but nothing was said yet: say something first.")
    session.listed = 0
    session.record("undo")
    answered = said - len(session.bot.turns) > 1
    yield Note(f"Taken back: {'the last message and its reply' if answered else 'what the bot said first'}.")


def retry(session: "Session", argument: str) -> Iterator[Output]:
    """Replies to the last message again."""
    before = [turn.text for turn in session.bot.turns[-1:]]
    yield from session.reply(session.bot.stream_retry(), "retry")
    if [turn.text for turn in session.bot.turns[-1:]] == before:
        yield Note("The same reply came again: a higher temperature brings others, as in /set temperature 1.")


def candidates(session: "Session", argument: str) -> Iterator[Output]:
    """Lists replies to the last message."""
    number = _number("candidates", argument) if argument else max(session.bot.options.candidates, _CANDIDATES)
    found = session.bot.candidates(number)
    session.listed = len(found)
    yield Table(tuple((str(place), *_described(candidate)) for place, candidate in enumerate(found, 1)))
    yield Note("The best is first: likely, apt to what was said, not too short, nothing twice. /pick N takes one.")


def pick(session: "Session", argument: str) -> Iterator[Output]:
    """Takes one of the candidates as the last reply."""
    session.bot.pick(_number("pick", argument))
    text = session.bot.turns[-1].text
    session.record("pick", BOT, text)
    yield ReplyBegins(session.bot.name)
    yield Piece(text)
    yield ReplyEnds()


def say_first(session: "Session", argument: str) -> Iterator[Output]:
    """Lets the bot speak without being spoken to."""
    return session.reply(session.bot.stream_first(), "said")


def save(session: "Session", argument: str) -> Iterator[Output]:
    """Saves the conversation; a file that is not one of this session's is never replaced."""
    path = _path("save", argument)
    if path.exists() and path.resolve() not in session.own_files:
        raise ConfigurationError(f"{path} was to take the conversation, but it is there already: give another name.")
    session.bot.save(path)
    session.own_files.add(path.resolve())
    yield Note(f"Saved {count(len(session.bot.turns), 'turn')} in {path}.")


def load(session: "Session", argument: str) -> Iterator[Output]:
    """Goes on with a saved conversation."""
    session.open(_path("load", argument))
    yield from session.recalled()


def model(session: "Session", argument: str) -> Iterator[Output]:
    """Shows the models, or goes on with another one."""
    if not argument:
        yield from _models(session)
        return
    path, _, name = ("", "", argument) if typed_path(argument).is_dir() else argument.rpartition(" as ")
    bot = session.opener(str(typed_path(path)), name.strip()) if path else session.opener(str(typed_path(name)), None)
    yield from session.replace_bot(bot)
    yield Note(f"You are talking to {bot.name} now; the conversation begins anew.")


def seed(session: "Session", argument: str) -> Iterator[Output]:
    """Shows or sets the seed."""
    if argument:
        session.set(seed=parsed("seed", [argument]))
    told = f"The seed of this conversation is {session.bot.seed}"
    if session.bot.options.seed is None:
        yield Note(f"{told}; the next one has a fresh one, unless /seed with a number fixes it.")
    else:
        yield Note(f"{told}, and of those that follow; /seed none takes fresh ones.")


def history(session: "Session", argument: str) -> Iterator[Output]:
    """Shows the conversation."""
    turns = session.said()
    yield Talk(turns) if turns else Note("Nothing was said yet.")


def quit_(session: "Session", argument: str) -> Iterator[Output]:
    """Leaves."""
    return session.leave()


def _row(session: "Session", name: str) -> tuple[str, str, str]:
    return name, shown(getattr(session.bot.options, name)), SETTINGS[name].allowed


def _described(candidate: "Candidate") -> tuple[str, ...]:
    """Score, probability of being real where the discriminator was asked, and text."""
    real = candidate.reply.reads_as_real
    return f"{candidate.score:.2f}", *(() if real is None else (f"{real:.0%} real",)), candidate.reply.text


def _options(words: list[str]) -> dict[str, Value]:
    """`NAME VALUE...`, or `NAME=VALUE` several times."""
    if "=" not in words[0]:
        if len(words) > 2 and words[2] in SETTINGS and not takes_texts(words[0]):
            raise ConfigurationError(
                f"/set was given {words[2]} behind the value of {words[0]}: join each option to its value, as in "
                f"/set {words[0]}={words[1]} {words[2]}=..."
            )
        return {words[0]: parsed(words[0], words[1:])}
    options: dict[str, Value] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise ConfigurationError(
                f"/set was given {word!r} among options like NAME=VALUE: give all of them so, or one as NAME VALUE."
            )
        options[name] = parsed(name, [value])
    return options


def _words(argument: str) -> list[str]:
    try:
        return shlex.split(argument)
    except ValueError:
        raise ConfigurationError(
            f"/set was given {argument!r}, in which a quotation mark is not closed: close it, or leave it out."
        ) from None


def _number(command: str, argument: str) -> int:
    try:
        return int(argument)
    except ValueError:
        given = repr(argument) if argument else "nothing"
        raise ConfigurationError(
            f"/{command} was given {given}, but it needs a whole number: type it as in /{command} 2."
        ) from None


def _path(command: str, argument: str) -> Path:
    if not argument:
        raise ConfigurationError(f"/{command} was given no file: name one, as in /{command} talk.json.")
    return typed_path(argument)


def _models(session: "Session") -> Iterator[Output]:
    folders = [(SMALLTALK, SMALLTALK_FOLDER), *((str(path), path) for path in models_here())]
    now = Path(session.bot.path).resolve()
    yield Table(tuple((name, "talking now" if path.resolve() == now else "") for name, path in folders))
