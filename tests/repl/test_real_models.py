"""Real models opened and talked to: the session and the chatbot fit together."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.generation.small import saved_model
from textgen.errors import ConfigurationError, ModelError
from textgen.repl.commands import handle
from textgen.repl.outputs import Failure, Listing, fragments
from textgen.repl.session import Session, open_bot

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model that was not trained. Not to be changed."""
    return saved_model(tmp_path_factory.mktemp("models") / "small")


def test_a_chat_model_has_no_characters(model: Path) -> None:
    with pytest.raises(ConfigurationError, match="one voice"):
        open_bot(model, "jerry")


def test_a_script_model_needs_a_character(untrained: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--as NAME.* it knows (JERRY|ELAINE|GEORGE), "):
        open_bot(untrained)
    assert open_bot(untrained, "jerry").name == "JERRY"


def test_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model\.json is there"):
        open_bot(tmp_path / "nothing")


def test_every_command_works_with_a_real_bot(model: Path, untrained: Path, tmp_path: Path) -> None:
    session = Session(open_bot(model), open_bot, {"seed": 7, "max_new_tokens": 8})
    lines = [
        "hello",
        "/retry",
        "/candidates 3",
        "/pick 1",
        "/say-first",
        f"/save {tmp_path / 'talk.json'}",
        "/undo",
        "/reset",
        f"/load {tmp_path / 'talk.json'}",
        "/history",
        "/set candidates=1 temperature=0.5",
        "how are you?",
        "/seed none",
        "/set",
        f"/model {untrained} as jerry",
        "hello",
        "/help",
        "/quit",
    ]
    for line in lines:
        outputs = list(handle(session, line))
        assert outputs and not any(isinstance(output, Failure) for output in outputs), (line, outputs)
    assert session.over
    assert session.bot.name == "JERRY"
    assert session.bot.options.candidates == 1


def test_the_same_seed_is_the_same_talk(model: Path) -> None:
    def talk() -> list[str]:
        session = Session(open_bot(model), open_bot, {"seed": 7})
        outputs = [output for line in ("hello", "who are you?") for output in handle(session, line)]
        return ["".join(text for _, text in fragments(output)) for output in outputs]

    assert talk() == talk()


def test_a_picked_candidate_is_the_last_reply(model: Path) -> None:
    session = Session(open_bot(model), open_bot)
    list(handle(session, "hello"))
    table = next(output for output in handle(session, "/candidates 4") if isinstance(output, Listing))
    list(handle(session, f"/pick {len(table.rows)}"))
    assert session.said()[-1] == ("small", table.rows[-1][2])


def test_chat_py_answers_on_a_pipe(model: Path) -> None:
    line = [sys.executable, "chat.py", "--model", str(model), "--seed", "7"]
    done = subprocess.run(line, cwd=ROOT, input=b"hello\n\n/help\n\xff\nbye\nhello\n", capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    replies = done.stdout.decode().splitlines()
    assert len(replies) == 5 and all(replies)
    assert replies[-1] == "Goodbye!"
