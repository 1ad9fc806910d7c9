"""A session with a bot that needs no model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repl.fake_bot import FakeBot
from textgen.errors import ModelError
from textgen.repl.commands import handle
from textgen.repl.outputs import fragments
from textgen.repl.session import Session


def opener(path: str, speaker: str | None) -> FakeBot:
    """Opens a fake bot under any name but one."""
    if path == "nowhere":
        raise ModelError("A model was asked for at nowhere, but no model.json is there.")
    return FakeBot(speaker or path)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Session(FakeBot(), opener)


@pytest.fixture
def tell(session: Session) -> Callable[..., str]:
    """Says lines to the session; gives what a person would see."""

    def tell(*lines: str) -> str:
        outputs = [output for line in lines for output in handle(session, line)]
        return "".join(text for output in outputs for _, text in fragments(output))

    return tell
