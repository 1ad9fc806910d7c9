"""`textgen chat` with the bot that needs no model: `python -m tests.repl.fake_chat [OPTION...]`."""

import sys
from pathlib import Path

from tests.repl.fake_bot import FakeBot
from textgen.cli.main import main
from textgen.repl import session


def open_fake(path: str | Path, speaker: str | None = None) -> FakeBot:
    """A bot that takes its time, named after the character or the model."""
    return FakeBot(speaker or str(path), pause=0.05)


if __name__ == "__main__":
    session.open_bot = open_fake  # type: ignore[assignment]
    sys.argv = ["textgen", "chat", *sys.argv[1:]]
    main()
