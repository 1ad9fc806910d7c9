"""Arguments of the chat commands: how they are read, and what is suggested while they are typed."""

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from textgen.errors import ConfigurationError
from textgen.repl.session import SETTINGS, Session, Value, parsed, shown, takes_texts
from textgen.starters import SMALLTALK


def typed_number(command: str, argument: str) -> int:
    """A whole number, as typed after a command.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return int(argument)
    except ValueError:
        given = repr(argument) if argument else "nothing"
        raise ConfigurationError(
            f"/{command} was given {given}, but it needs a whole number: type one, as in /{command} 2."
        ) from None


def typed_file(command: str, argument: str) -> Path:
    """The path of a file, as typed after a command.

    Raises:
        ConfigurationError: nothing was typed.
    """
    if not argument:
        raise ConfigurationError(f"/{command} was given no file: name one, as in /{command} talk.json.")
    return typed_path(argument)


def typed_path(text: str) -> Path:
    """A path in which `~` is the home folder; where there is no such home, it stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - that of pathlib raises where there is no such home


def typed_words(argument: str) -> list[str]:
    """Words as in a shell, those in quotation marks kept together.

    Raises:
        ConfigurationError: a quotation mark is not closed.
    """
    try:
        return shlex.split(argument)
    except ValueError:
        raise ConfigurationError(
            f"/set was given {argument!r}, in which a quotation mark is not closed: close it, or leave it out."
        ) from None


def typed_options(words: list[str]) -> dict[str, Value]:
    """Options and their values, from `NAME VALUE...`, or from `NAME=VALUE` several times.

    Raises:
        ConfigurationError: the two ways of writing are mixed.
    """
    if "=" not in words[0]:
        if len(words) > 2 and words[2] in SETTINGS and not takes_texts(words[0]):
            raise ConfigurationError(
                f"/set was given {words[2]} after the value of {words[0]}: to set several options, write each as "
                f"NAME=VALUE, as in /set {words[0]}={words[1]} {words[2]}=..."
            )
        return {words[0]: parsed(words[0], words[1:])}
    options: dict[str, Value] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise ConfigurationError(
                f"/set was given {word!r} among options written as NAME=VALUE: write all of them that way, or a "
                "single one as NAME VALUE."
            )
        new, before = parsed(name, [value]), options.get(name)
        if name in options and not (isinstance(before, tuple) and isinstance(new, tuple)):
            raise ConfigurationError(f"/set was given {name} more than once: give it one value.")
        options[name] = (*before, *new) if isinstance(before, tuple) and isinstance(new, tuple) else new
    return options


def models_here(folder: Path | None = None) -> list[Path]:
    """The model folders under `runs/`, by name."""
    runs = (folder or Path()) / "runs"
    return sorted(card.parent for card in runs.glob("*/model.json"))


class Suggestion(NamedTuple):
    """A text that may replace the last characters typed.

    Args:
        text: to be inserted.
        length: how many characters before the cursor it replaces.
        help: what it means.
    """

    text: str
    length: int
    help: str = ""


def suggest_nothing(session: Session, typed: str) -> Iterator[Suggestion]:
    """For commands whose argument cannot be guessed."""
    return iter(())


def suggest_settings(session: Session, typed: str) -> Iterator[Suggestion]:
    """Names of options; after a name, values of that option."""
    name, separator, rest = typed.partition(" ")
    if separator and "=" not in name:
        if name in SETTINGS:
            yield from suggest_among(SETTINGS[name].examples, rest.lstrip())
        return
    last = typed.rpartition(" ")[2]
    name, separator, value = last.partition("=")
    if separator and name in SETTINGS:
        yield from suggest_among(SETTINGS[name].examples, value)
    elif not separator:
        options = session.bot.options
        yield from matching(last, ((name, shown(getattr(options, name))) for name in SETTINGS))


def suggest_numbers(session: Session, typed: str) -> Iterator[Suggestion]:
    """The numbers of the candidates listed last."""
    return suggest_among(map(str, range(1, session.listed + 1)), typed)


def suggest_seeds(session: Session, typed: str) -> Iterator[Suggestion]:
    """Values of the seed."""
    return suggest_among(SETTINGS["seed"].examples, typed)


def suggest_files(session: Session, typed: str) -> Iterator[Suggestion]:
    """Files and folders that continue a path."""
    for path in _entries(typed):
        yield _path_suggestion(path, typed)


def suggest_models(session: Session, typed: str) -> Iterator[Suggestion]:
    """The models under `runs/`, then folders that continue a path."""
    known = [*map(str, models_here()), SMALLTALK]
    yield from matching(typed, ((path, "model") for path in known))
    for path in _entries(typed):
        if not path.is_dir() or os.path.normpath(path) in known:
            continue
        is_model = (path / "model.json").is_file()
        yield Suggestion(str(path), len(typed), "model") if is_model else _path_suggestion(path, typed)


def suggest_among(choices: Iterable[str], typed: str) -> Iterator[Suggestion]:
    """The choices that begin with what was typed."""
    return matching(typed, ((choice, "") for choice in choices))


def matching(typed: str, choices: Iterable[tuple[str, str]]) -> Iterator[Suggestion]:
    """The choices that begin with what was typed, in any case.

    Args:
        typed: the beginning.
        choices: each with its help.
    """
    for text, help in choices:
        if text.casefold().startswith(typed.casefold()):
            yield Suggestion(text, len(typed), help)


def _entries(typed: str) -> list[Path]:
    """What the folder typed so far holds that continues the last part; hidden files only after a dot."""
    folder, part = os.path.split(typed)
    names = sorted(path.name for path in typed_path(folder).iterdir())
    fitting = [name for name in names if name.startswith(part) and (part.startswith(".") or not name.startswith("."))]
    return [typed_path(folder) / name for name in fitting]


def _path_suggestion(path: Path, typed: str) -> Suggestion:
    return Suggestion(f"{path}/", len(typed), "folder") if path.is_dir() else Suggestion(str(path), len(typed))
