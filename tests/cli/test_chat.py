"""`textgen chat`: its options, and the chat on a pipe in a process of its own."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.repl.fake_bot import FakeBot
from textgen.cli.chat import command
from textgen.cli.main import cli
from textgen.decoding.options import ChatOptions
from textgen.errors import ModelError
from textgen.repl import session
from textgen.repl.session import SETTINGS, Session

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Result, FakeBot]]:
    """Runs the command on a pipe with a fake bot; gives what came out, and the bot."""

    def chat(messages: str, *arguments: str, of: click.Command = command) -> tuple[Result, FakeBot]:
        bot = FakeBot()

        def open_bot(path: str, speaker: str | None) -> FakeBot:
            bot.asked = (path, speaker)
            return bot

        monkeypatch.setattr(session, "open_bot", open_bot)
        done = CliRunner().invoke(of, list(arguments), input=messages)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done, bot

    return chat


def test_replies_alone_go_to_stdout(chat) -> None:
    done, bot = chat("hello\n\nbye\nhello\n")
    assert done.stdout == "1. You said: hello\n2. You said: \nGoodbye!\n"
    assert (done.stderr, done.exit_code) == ("", 0)
    assert bot.asked == ("smalltalk", None)


@pytest.mark.parametrize("arguments", [("--debug", "chat"), ("chat", "--debug"), ("chat",)])
def test_debug_reaches_the_chat_wherever_it_stands(
    chat, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    told = list[bool]()

    class Kept(Session):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            told.append(given[-1])

    monkeypatch.setattr(session, "Session", Kept)
    chat("", *arguments, of=cli)
    assert told == ["--debug" in arguments]


def test_model_and_character(chat) -> None:
    assert chat("", "--model", "runs/show", "--as", "jerry")[1].asked == ("runs/show", "jerry")


def test_options_reach_the_bot(chat) -> None:
    _, bot = chat(
        "",
        "--temperature",
        "0",
        "--seed",
        "0",
        "--candidates",
        "1",
        "--block",
        "darn",
        "--block",
        "heck",
        "--stop",
        "x",
    )
    assert (bot.options.temperature, bot.options.seed, bot.options.candidates) == (0, 0, 1)
    assert bot.options.rerank is True
    assert chat("", "--no-rerank")[1].options.rerank is False
    assert (bot.options.blocked, bot.options.stop) == (("darn", "heck"), ("x",))


def test_every_setting_is_an_option_of_the_command_and_of_the_chat() -> None:
    assert set(SETTINGS) <= {parameter.name for parameter in command.params}
    assert set(SETTINGS) <= {field.name for field in dataclasses.fields(ChatOptions)}


def test_a_conversation_goes_on_and_is_recorded(chat, tmp_path: Path) -> None:
    saved, transcript = tmp_path / "talk.json", tmp_path / "talk.jsonl"
    turns = [{"speaker": "user", "text": "hi"}, {"speaker": "bot", "text": "ho"}]
    saved.write_text(json.dumps({"bot": "echo", "turns": turns}), encoding="utf-8")
    _, bot = chat("hello\n", "--open", str(saved), "--transcript", str(transcript))
    assert [turn.text for turn in bot.turns] == ["hi", "ho", "hello", "1. You said: hello"]
    events = [json.loads(line) for line in transcript.read_text(encoding="utf-8").splitlines()]
    assert [(event["event"], event.get("text")) for event in events] == [
        ("open", None),
        ("said", "hello"),
        ("said", "1. You said: hello"),
    ]


def test_what_is_no_conversation_is_refused(chat, tmp_path: Path) -> None:
    (tmp_path / "talk.json").write_text("no", encoding="utf-8")
    with pytest.raises(ModelError):
        chat("hello\n", "--open", str(tmp_path / "talk.json"))


def start(**streams: int) -> subprocess.Popen[bytes]:
    """A chat with a fake bot in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.repl.fake_chat"], cwd=ROOT, stderr=subprocess.PIPE, **streams)


def test_every_reply_comes_at_once() -> None:
    with start(stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for number in (1, 2):
            process.stdin.write("h\xe9llo\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode().rstrip() == f"{number}. You said: h\xe9llo"
        process.stdin.close()
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
    assert process.returncode == 0


def test_a_reader_who_leaves_early_is_no_failure() -> None:
    with start(stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"hello\n" * 3)
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_no_stdin_is_an_empty_pipe() -> None:
    line = f"{sys.executable} -m tests.repl.fake_chat <&-"
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_pipe_loads_no_terminal() -> None:
    code = (
        "import sys; from tests.repl import fake_chat; from textgen.repl import session;"
        "session.open_bot = fake_chat.open_fake; from textgen.cli.chat import command;"
        "command.main([], standalone_mode=False);"
        "print(sorted({'prompt_toolkit', 'rich', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=b"hello\n", capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == ["1. You said: hello", "[]"]


def test_chat_py_is_the_same_command() -> None:
    environment = {**os.environ, "COLUMNS": "100"}
    helps = [
        subprocess.run([sys.executable, *line, "--help"], cwd=ROOT, capture_output=True, env=environment, text=True)
        for line in (["chat.py"], ["-m", "textgen", "chat"])
    ]
    assert helps[0].stdout == helps[1].stdout
    assert "--transcript" in helps[0].stdout


def test_every_option_has_help() -> None:
    for parameter in command.params:
        assert isinstance(parameter, click.Option) and parameter.help
