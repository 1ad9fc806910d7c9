"""A talk that cannot be saved leaves the one that was saved before as it is, and goes on."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

import textgen
from tests.rights import heeded_rights
from textgen.chatbot import Chatbot
from textgen.errors import TextgenError


def refuse(name: str) -> Callable[[Path], AbstractContextManager[None]]:
    """Makes a function of the system fail as on a full disk."""

    @contextmanager
    def refusing(folder: Path) -> Iterator[None]:
        def fail(*arguments: object, **options: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, name, fail)
            yield

    return refusing


@contextmanager
def little_room(folder: Path) -> Iterator[None]:
    """Lets no file grow beyond a few bytes: a write that really fails, in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Lets nobody write into the folder."""
    folder.chmod(0o500)
    try:
        with heeded_rights():
            yield
    finally:
        folder.chmod(0o700)


FAILURES = {
    "no renaming": refuse("replace"),
    "no syncing": refuse("fsync"),
    "little room": little_room,
    "read only": read_only,
}


def talked(model: Path) -> Chatbot:
    bot = textgen.load(model)
    assert isinstance(bot, Chatbot)
    bot.reply("hello! what colour is the soup?", seed=1)
    return bot


@pytest.mark.slow
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_old_file_stays_whole(
    chat_model: Path, tmp_path: Path, failure: Callable[[Path], AbstractContextManager[None]]
) -> None:
    bot, folder = talked(chat_model), tmp_path / "talks"
    folder.mkdir()
    file = folder / "talk.json"
    bot.save(file)
    old, turns = file.read_bytes(), bot.turns
    bot.reply("tell me, what colour is the moon?", seed=2)
    with (
        failure(folder),
        pytest.raises(TextgenError, match=r"talk\.json', but the file cannot be written \(.+\): name"),
    ):
        bot.save(file)
    assert file.read_bytes() == old
    assert list(folder.iterdir()) == [file]
    again = textgen.load(chat_model)
    again.open(file)
    assert again.turns == turns
    bot.reply("and the coat?")
    bot.save(file)
    again.open(file)
    assert again.turns == bot.turns


@pytest.mark.slow
def test_a_place_that_is_none_is_told(chat_model: Path, tmp_path: Path) -> None:
    bot = talked(chat_model)
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "missing" / "talk.json", tmp_path / "file" / "talk.json", tmp_path, Path("a\0b")):
        with pytest.raises(TextgenError, match="cannot be written"):
            bot.save(place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert len(bot.turns) == 2
