"""What can be typed next: values for the arguments of commands."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textgen.api import SMALLTALK
from textgen.repl.models import models_here
from textgen.repl.paths import typed_path
from textgen.repl.settings import SETTINGS, shown

if TYPE_CHECKING:
    from textgen.repl.session import Session


class Suggestion(NamedTuple):
    """A text that may take the place of the last characters typed.

    Args:
        text: to be inserted.
        length: how many characters before the cursor it replaces.
        help: what it means.
    """

    text: str
    length: int
    help: str = ""


def nothing(session: "Session", typed: str) -> Iterator[Suggestion]:
    """For commands whose argument cannot be guessed."""
    return iter(())


def beginning(typed: str, choices: Iterable[tuple[str, str]]) -> Iterator[Suggestion]:
    """The choices, given with their help, that begin with what was typed, in any case."""
    for text, help in choices:
        if text.casefold().startswith(typed.casefold()):
            yield Suggestion(text, len(typed), help)


def settings(session: "Session", typed: str) -> Iterator[Suggestion]:
    """Names of options; after a name, values of it."""
    name, separator, rest = typed.partition(" ")
    if separator and "=" not in name:
        if name in SETTINGS:
            yield from beginning(rest.lstrip(), ((value, "") for value in SETTINGS[name].examples))
        return
    last = typed.rpartition(" ")[2]
    name, separator, value = last.partition("=")
    if separator and name in SETTINGS:
        yield from beginning(value, ((example, "") for example in SETTINGS[name].examples))
    elif not separator:
        options = session.bot.options
        yield from beginning(last, ((name, shown(getattr(options, name))) for name in SETTINGS))


def numbers(session: "Session", typed: str) -> Iterator[Suggestion]:
    """The numbers of the candidates listed last."""
    yield from beginning(typed, ((str(number), "") for number in range(1, session.listed + 1)))


def seeds(session: "Session", typed: str) -> Iterator[Suggestion]:
    """Values of the seed."""
    yield from beginning(typed, ((value, "") for value in SETTINGS["seed"].examples))


def files(session: "Session", typed: str) -> Iterator[Suggestion]:
    """Files and folders that continue a path."""
    for path in _entries(typed):
        yield _step(path, typed)


def models(session: "Session", typed: str) -> Iterator[Suggestion]:
    """The models that are known, then folders that continue a path."""
    known = [*map(str, models_here()), SMALLTALK]
    yield from beginning(typed, ((path, "model") for path in known))
    for path in _entries(typed):
        if not path.is_dir() or os.path.normpath(path) in known:
            continue
        yield Suggestion(str(path), len(typed), "model") if (path / "model.json").is_file() else _step(path, typed)


def _entries(typed: str) -> list[Path]:
    """What lies in the folder typed so far and continues its last part; hidden files when asked for."""
    folder, part = os.path.split(typed)
    names = sorted(path.name for path in typed_path(folder).iterdir())
    fitting = [name for name in names if name.startswith(part) and (part.startswith(".") or not name.startswith("."))]
    return [typed_path(folder) / name for name in fitting]


def _step(path: Path, typed: str) -> Suggestion:
    return Suggestion(f"{path}/", len(typed), "folder") if path.is_dir() else Suggestion(str(path), len(typed))
